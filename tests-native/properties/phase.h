// How a program behaves for a while: which lengths and alignments it asks for, how many blocks it
// keeps, which it frees first. A run walks through phases, so that heaps fill, fragment, empty and
// fill again with other sizes. Lengths favour powers of two, size classes and their neighbours:
// that is where engines decide one way or the other.
#pragma once

#include "alloc/granary/size_classes.h"
#include "runtime/bits.h"

namespace granary::test {

// A length of 1 to about 2^(largest_log2 + 1), every doubling as likely. `selector` has 16 bits.
constexpr ByteCount length_by_doubling(uint32_t selector, unsigned largest_log2) {
  const ByteCount power = power_of_two((selector & 31) * (largest_log2 + 1) >> 5);
  const ByteCount rest = selector >> 6;
  if ((selector & 32) != 0) return power + (rest * power >> 10);
  const ByteCount near = power + rest % 14;
  return near > 10 ? near - 10 : 1;
}

constexpr ByteCount slot_of_selector(uint32_t selector) {
  return slot_size(SizeClass{selector % size_class_count});
}

class Phase {
 public:
  // Every word is a phase. It never keeps more than `most_bytes`.
  Phase(uint32_t word, ByteCount most_bytes)
      : kind_(static_cast<Kind>(word & 15)),
        most_blocks_(8U << (word >> 4 & 15)),
        alignments_(word >> 8 & 3),
        picks_(word >> 10 & 3),
        alloc_share_(96 + (word >> 12 & 7) * 16),
        selector_(word >> 16),
        most_bytes_(most_bytes) {}

  // Whether a program that has so much allocates now; `chance` is below 224.
  bool allocates(uint32_t chance, unsigned blocks, ByteCount bytes) const {
    return blocks == 0 || (chance < alloc_share_ && blocks < most_blocks_ && bytes < most_bytes_);
  }

  ByteCount length(uint32_t selector) const {
    switch (kind_) {
      case Kind::kilobytes:
        return length_by_doubling(selector, 10);
      case Kind::uniform:
        return 1 + selector % 1100;
      case Kind::thirty_kilobytes:
        return length_by_doubling(selector, 15);
      case Kind::few_large:
        return length_by_doubling(selector, selector >> 12 == 0 ? 18 : 9);
      case Kind::records: {
        constexpr ByteCount lengths[] = {24, 48, 100, 1000, 4096};
        return lengths[selector % 5];
      }
      case Kind::one_slot:
        return slot_of_selector(selector_);
      case Kind::one_length:
        return 1 + selector_ % 5000;
      case Kind::two_lengths:
        return (selector & 1) != 0 ? slot_of_selector(selector_) : 1 + selector_ % 40000;
      case Kind::around_slots:
        return slot_of_selector(selector >> 2) + (selector & 3) - ((selector & 3) == 3 ? 4 : 1);
      case Kind::medium:
        return 2000 + selector;
      case Kind::large:
        return 60000 + length_by_doubling(selector, 21);
      case Kind::around_spans:
        return (16384U << (selector >> 14)) - 64 + selector % 128;
      default:
        return length_by_doubling(selector, 7);
    }
  }

  unsigned alignment_log2(uint32_t selector) const {
    if (selector % 64 == 63) return (selector >> 6) * 5 + selector_ % 5;
    constexpr unsigned counts[] = {1, 5, 13, 4};
    return alignments_ == 0 ? 4 : selector % counts[alignments_];
  }

  // Which of `count` blocks is next; `selector` has 16 bits.
  unsigned pick(uint32_t selector, unsigned count) const {
    const auto any = static_cast<unsigned>(uint64_t{selector} * count >> 16);
    switch (picks_) {
      case 0:  // the latest
        return count - 1 - (any & 7) % count;
      case 1:  // the oldest
        return any / 8;
      default:
        return any;
    }
  }

 private:
  enum class Kind : uint8_t {
    kilobytes,
    uniform,
    thirty_kilobytes,
    few_large,
    records,
    one_slot,
    one_length,
    two_lengths,
    around_slots,
    medium,
    large,
    around_spans,
    // All further ones are small objects, as most programs have.
  };

  Kind kind_;
  unsigned most_blocks_;
  unsigned alignments_;
  unsigned picks_;
  uint32_t alloc_share_;
  uint32_t selector_;
  ByteCount most_bytes_;
};

}  // namespace granary::test
