// What the harness writes into a live block: a sequence of words that no other block has, so that
// bytes which came from elsewhere, or from another place of the same block, are noticed. Up to 512
// bytes a block is filled whole; of a longer one its beginning, its end, and sixteen places or more
// between.
//
// The word at offset 8 n is key + n * step; the last bytes of a block are the beginning of theirs.
#pragma once

#include "runtime/integers.h"

namespace granary::test {

class Pattern {
 public:
  explicit Pattern(uint32_t key) : first_((key + uint64_t{1}) * 0x9e3779b97f4a7c15) {}

  void fill(Address address, ByteCount length) const {
    if (length <= whole_length) {
      write(address, 0, length);
      return;
    }
    write(address, 0, edge);
    write(address, (length - edge) & ~ByteCount{7}, length);
    const ByteCount step = sample_step(length);
    for (ByteCount at = step; at < length - edge; at += step) write(address, at, at + 8);
  }

  // Whether the bytes below `end` are what `fill` wrote into a block of `length` bytes.
  bool holds(Address address, ByteCount length, ByteCount end) const {
    if (length <= whole_length) return matches(address, 0, smaller(length, end));
    if (!matches(address, 0, smaller(edge, end))) return false;
    if (end == length && !matches(address, (length - edge) & ~ByteCount{7}, length)) return false;
    const ByteCount step = sample_step(length);
    for (ByteCount at = step; at < length - edge && at + 8 <= end; at += step) {
      if (!matches(address, at, at + 8)) return false;
    }
    return true;
  }

 private:
  static constexpr ByteCount whole_length = 512;
  static constexpr ByteCount edge = 128;
  static constexpr uint64_t step_of_words = 0xd1342543de82ef95;

  static ByteCount smaller(ByteCount a, ByteCount b) { return a < b ? a : b; }

  // 16 to 31 samples.
  static ByteCount sample_step(ByteCount length) {
    const int leading_zeros = __builtin_clzg(length);
    return ByteCount{1} << (static_cast<int>(address_bits) - 5 - leading_zeros);
  }

  uint64_t word(ByteCount offset) const { return first_ + offset / 8 * step_of_words; }

  // In these two `from` is a multiple of 8. Fuzzing has nothing to learn from their loops.
  [[clang::no_sanitize("coverage")]] void write(Address address, ByteCount from,
                                                ByteCount to) const {
    uint64_t value = word(from);
    for (; from + 8 <= to; from += 8, value += step_of_words) {
      __builtin_memcpy(reinterpret_cast<void*>(address + from), &value, 8);
    }
    for (; from < to; ++from, value >>= 8) {
      *reinterpret_cast<uint8_t*>(address + from) = static_cast<uint8_t>(value);
    }
  }

  [[clang::no_sanitize("coverage")]] bool matches(Address address, ByteCount from,
                                                  ByteCount to) const {
    uint64_t value = word(from);
    uint64_t difference = 0;
    for (; from + 8 <= to; from += 8, value += step_of_words) {
      uint64_t held = 0;
      __builtin_memcpy(&held, reinterpret_cast<const void*>(address + from), 8);
      difference |= held ^ value;
    }
    for (; from < to; ++from, value >>= 8) {
      difference |= *reinterpret_cast<const uint8_t*>(address + from) ^ (value & 0xff);
    }
    return difference == 0;
  }

  uint64_t first_;
};

}  // namespace granary::test
