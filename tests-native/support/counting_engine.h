// An engine of the host's blocks, for unit tests of what lies in a block of some engine: it counts,
// refuses when it is told to, and knows each block by its address and length.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "alloc/common/engine.h"
#include "runtime/bits.h"

namespace granary::test {

class CountingEngine {
 public:
  CountingEngine() = default;
  CountingEngine(const CountingEngine&) = delete;
  CountingEngine& operator=(const CountingEngine&) = delete;
  ~CountingEngine() {
    for (const auto& [address, length] : live_) std::free(reinterpret_cast<void*>(address));
  }

  Address alloc(ByteCount length, Alignment alignment) {
    if (refuses) return 0;
    ++allocs;
    const auto address = reinterpret_cast<Address>(std::malloc(length));
    EXPECT_TRUE(is_multiple_of_power_of_two(address, alignment.log2()));
    live_[address] = length;
    return address;
  }
  bool resize(Block, ByteCount) { return false; }
  Address remap(Block, ByteCount) { return 0; }
  void free(Block block) {
    EXPECT_EQ(live_.at(block.address), block.length);
    live_.erase(block.address);
    std::free(reinterpret_cast<void*>(block.address));
  }

  // How many blocks there are.
  unsigned count() const { return static_cast<unsigned>(live_.size()); }

  bool refuses = false;
  unsigned allocs = 0;

 private:
  std::map<Address, ByteCount> live_;
};

}  // namespace granary::test
