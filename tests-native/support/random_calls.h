// Random calls to an engine, and a model of what they promise: every live block is somewhere by
// itself, at its alignment, with the bytes that were written into it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <vector>

#include "alloc/common/engine.h"
#include "tests-native/support/random.h"

namespace granary::test {

template <class Engine>
class RandomCalls {
 public:
  // A block whose bytes are all its mark.
  struct Live {
    Block block;
    uint8_t mark;
  };

  RandomCalls(Engine& engine, Random& random) : engine_(engine), random_(random) {}

  const std::vector<Live>& live() const { return live_; }

  // So many calls, of which `frees_of_8` in 8 free a block.
  void make(unsigned calls, ByteCount frees_of_8) {
    for (unsigned call = 0; call < calls; ++call) {
      if (random_.below(8) < frees_of_8) {
        free();
      } else if (random_.one_in(3)) {
        change();
      } else {
        alloc();
      }
    }
  }

  void alloc() {
    const ByteCount length = random_length();
    const auto log2 = static_cast<unsigned>(random_.one_in(4) ? random_.between(0, 13) : 4);
    const Alignment alignment = Alignment::from_log2(log2);
    const bool zeroed = random_.one_in(4);
    const Address address =
        zeroed ? engine_.alloc_zeroed(length, alignment) : engine_.alloc(length, alignment);
    if (address == 0) return;
    EXPECT_EQ(address % alignment.bytes(), 0U);
    live_.push_back({{address, length, alignment}, 0});
    if (zeroed) EXPECT_TRUE(holds(live_.back(), length)) << "a zeroed block is zero";
    write(live_.back());
  }

  void free() {
    if (live_.empty()) return;
    const Live chosen = choose();
    live_.pop_back();
    EXPECT_TRUE(holds(chosen, chosen.block.length));
    engine_.free(chosen.block);
  }

  void free_all() {
    while (!live_.empty()) free();
  }

  // Resizes or remaps a block.
  void change() {
    if (live_.empty()) return;
    Live& chosen = choose();
    const ByteCount length = random_length();
    const Address old = chosen.block.address;
    const Address now = random_.one_in(2) ? engine_.remap(chosen.block, length)
                                          : engine_.resize(chosen.block, length) * old;
    if (now == 0) return;
    chosen.block.address = now;
    EXPECT_EQ(now % chosen.block.alignment.bytes(), 0U);
    EXPECT_TRUE(holds(chosen, std::min(length, chosen.block.length)));
    chosen.block.length = length;
    write(chosen);
  }

  void check() const {
    std::map<Address, ByteCount> by_address;
    for (const Live& each : live_) {
      ASSERT_TRUE(holds(each, each.block.length)) << "a live block keeps its bytes";
      ASSERT_GE(engine_.usable_size(each.block.address), each.block.length);
      ASSERT_TRUE(by_address.emplace(each.block.address, each.block.length).second);
    }
    Address end = 0;
    for (const auto& [address, length] : by_address) {
      ASSERT_GE(address, end) << "live blocks share no byte";
      end = address + length;
    }
  }

 private:
  ByteCount random_length() {
    if (random_.one_in(12)) return random_.between(2000, 60'000);
    return random_.between(1, random_.one_in(3) ? 3000 : 200);
  }

  Live& choose() {
    std::swap(live_[random_.below(live_.size())], live_.back());
    return live_.back();
  }

  void write(Live& each) {
    each.mark = static_cast<uint8_t>(random_.between(1, 255));
    std::memset(reinterpret_cast<void*>(each.block.address), each.mark, each.block.length);
  }

  static bool holds(const Live& each, ByteCount length) {
    const auto* const bytes = reinterpret_cast<const uint8_t*>(each.block.address);
    return std::all_of(bytes, bytes + length, [&](uint8_t byte) { return byte == each.mark; });
  }

  Engine& engine_;
  Random& random_;
  std::vector<Live> live_;
};

}  // namespace granary::test
