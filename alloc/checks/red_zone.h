// The zones and the patterns of a checked block: bytes that keep their pattern as long as programs
// keep the rules. A zone lies below the block and one above it; its own bytes are filled before the
// owner has them, and again after its free.
//
//   | padding | number of its record | zone 12 | the owner's bytes, `length` | zone 16 |
//   ^ a multiple of the alignment                ^ address, another one
#pragma once

#include "alloc/common/alignment.h"
#include "runtime/integers.h"

namespace granary {

class RedZone {
 public:
  static constexpr ByteCount front_size = 16;
  static constexpr ByteCount rear_size = 16;

  static constexpr uint64_t zone_pattern = 0xb7b7b7b7b7b7b7b7;
  // The pattern of a block that its owner has not written to yet.
  static constexpr uint64_t fresh_pattern = 0xcdcdcdcdcdcdcdcd;
  // The pattern of a block that was freed.
  static constexpr uint64_t freed_pattern = 0xdbdbdbdbdbdbdbdb;

  // Returns the bytes between the engine's block and the owner's: padding aligns the owner's bytes.
  static ByteCount front_of(Alignment alignment) {
    return alignment.bytes() < front_size ? front_size : alignment.bytes();
  }

  // Returns the length of a block with its zones; saturates at a length that no memory has.
  static ByteCount length_with_zones(ByteCount length, Alignment alignment) {
    return saturating_add(length, front_of(alignment) + rear_size);
  }

  static Alignment alignment_with_zones(Alignment alignment) {
    constexpr Alignment least = Alignment::from_log2(3);
    return alignment.log2() < least.log2() ? least : alignment;
  }

  static void write_front(Address address, uint32_t number) {
    store<uint64_t>(address - front_size, number | zone_pattern << 32);
    store<uint64_t>(address - 8, zone_pattern);
  }

  static uint32_t number_before(Address address) { return load<uint32_t>(address - front_size); }

  static bool front_is_whole(Address address) {
    return load<uint32_t>(address - 12) == static_cast<uint32_t>(zone_pattern) &&
           load<uint64_t>(address - 8) == zone_pattern;
  }

  static void write_rear(Address end) {
    store(end, zone_pattern);
    store(end + 8, zone_pattern);
  }

  static bool rear_is_whole(Address end) {
    return load<uint64_t>(end) == zone_pattern && load<uint64_t>(end + 8) == zone_pattern;
  }

  // Fills in steps of 16 bytes. The zone above the block has room for the bytes that are too many,
  // so it must be written after this.
  static void fill(Address address, ByteCount length, uint64_t pattern) {
    for (const Address end = address + length; address < end; address += 16) {
      store(address, pattern);
      store(address + 8, pattern);
    }
  }

  static bool is_filled(Address address, ByteCount length, uint64_t pattern) {
    const Address end = address + length;
    uint64_t other = 0;
    if (length < 8) {
      for (; address != end; ++address) other |= load<uint8_t>(address) ^ (pattern & 0xff);
      return other == 0;
    }
    // The last 8 bytes overlap those below them.
    const Address last = end - 8;
    for (; address + 8 < last; address += 16) {
      other |= (load<uint64_t>(address) ^ pattern) | (load<uint64_t>(address + 8) ^ pattern);
    }
    if (address < last) other |= load<uint64_t>(address) ^ pattern;
    return (other | (load<uint64_t>(last) ^ pattern)) == 0;
  }

 private:
  template <class Word>
  static Word load(Address address) {
    Word word;
    __builtin_memcpy(&word, reinterpret_cast<const void*>(address), sizeof word);
    return word;
  }

  template <class Word>
  static void store(Address address, Word word) {
    __builtin_memcpy(reinterpret_cast<void*>(address), &word, sizeof word);
  }
};

}  // namespace granary
