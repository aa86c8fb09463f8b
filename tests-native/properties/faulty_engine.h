// Engines that break the contract, each in one way and in one call of 64: who tests the tests.
#pragma once

#include "tests-native/properties/engines.h"

namespace granary::test {

enum class Flaw : uint8_t {
  none,
  overlaps,
  misaligns,
  answers_outside,
  answers_strangers_pages,
  forgets_bytes,
  writes_into_a_neighbour,
  writes_into_strangers_pages,
  moves_without_bytes,
  zeroes_too_little,
  has_too_little_room,
  refuses_at_will,
  grows_and_refuses,
  wraps,
};

inline constexpr const char* flaw_names[] = {
    "none",
    "overlaps",
    "misaligns",
    "answers-outside",
    "answers-strangers-pages",
    "forgets-bytes",
    "writes-into-a-neighbour",
    "writes-into-strangers-pages",
    "moves-without-bytes",
    "zeroes-too-little",
    "has-too-little-room",
    "refuses-at-will",
    "grows-and-refuses",
    "wraps",
};

// Of every faulty engine.
inline Flaw flaw = Flaw::overlaps;

// The default engine, but for its flaw. What lies at `initial_end` is a stranger's, if it is there.
template <class Pages, Address initial_end>
class Faulty {
 public:
  Address alloc(ByteCount length, Alignment alignment) {
    if (flaw == Flaw::wraps && length > ~ByteCount{0} / 2) return engine_.alloc(8, alignment);
    if (!is_due()) return remember(engine_.alloc(length, alignment), length);
    switch (flaw) {
      case Flaw::overlaps:
        if (latest_ != 0) return latest_;
        break;
      case Flaw::misaligns:
        return engine_.alloc(saturating_add(length, 1), alignment) + (alignment.log2() != 0);
      case Flaw::answers_outside:
        return Pages::size().value << wasm_page_log2;
      case Flaw::answers_strangers_pages:
        if (has_stranger()) return initial_end;
        break;
      case Flaw::refuses_at_will:
        return 0;
      case Flaw::grows_and_refuses:
        Pages::grow({1});
        return 0;
      default:
        break;
    }
    return remember(engine_.alloc(length, alignment), length);
  }

  Address alloc_zeroed(ByteCount length, Alignment alignment) {
    const Address address = engine_.alloc_zeroed(length, alignment);
    const bool spoils = flaw == Flaw::zeroes_too_little && address != 0 && length != 0;
    if (spoils && is_due()) write(address + length - 1);
    return address;
  }

  bool resize(Block block, ByteCount new_length) {
    const bool resized = engine_.resize(block, new_length);
    if (resized && flaw == Flaw::forgets_bytes && is_due()) write(block.address);
    return resized;
  }

  Address remap(Block block, ByteCount new_length) {
    const Address address = engine_.remap(block, new_length);
    if (address != 0 && flaw == Flaw::moves_without_bytes && is_due()) write(address);
    return address;
  }

  void free(Block block) {
    if (block.address == latest_) latest_ = 0;
    engine_.free(block);
    if (!is_due()) return;
    if (flaw == Flaw::writes_into_a_neighbour && latest_ != 0) write(latest_);
    if (flaw == Flaw::writes_into_strangers_pages && has_stranger()) write(initial_end);
  }

  ByteCount usable_size(Address address) const {
    return engine_.usable_size(address) / (flaw == Flaw::has_too_little_room ? 4 : 1);
  }

 private:
  static bool has_stranger() { return Pages::size().value << wasm_page_log2 > initial_end; }

  bool is_due() { return ++calls_ % 64 == 0; }

  Address remember(Address address, ByteCount length) {
    if (length != 0) latest_ = address;
    return address;
  }

  static void write(Address address) { *reinterpret_cast<uint8_t*>(address) ^= 0x55; }

  SpanEngine<Pages, ChosenGrowth> engine_;
  unsigned calls_ = 0;
  Address latest_ = 0;
};

template <class Memory>
using FaultyRun = WholeRun<Memory, Faulty<PagesOf<Memory, 0>, Memory::begin + 4 * wasm_page_size>,
                           ClassicOf<Memory, 1>>;

}  // namespace granary::test
