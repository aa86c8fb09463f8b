// The ladder of size classes: the sizes of slots are 8 bytes apart up to 128 bytes, and then there
// are eight to a doubling up to 2 KiB. So beyond 64 bytes a slot wastes at most an eighth of
// itself.
//
//   8 16 24 .. 120 128 | 144 160 .. 256 | 288 320 .. 512 | 576 640 .. 1024 | 1152 .. 2048
//
// A slot's address is a multiple of every power of two that divides its size, because spans are
// aligned to more than the largest class. When a length is rounded up to a multiple of an
// alignment, the smallest class that holds it is a multiple of that alignment too. So over-aligned
// small blocks need nothing of their own: `last_byte_of` is all that alignment costs.
#pragma once

#include "alloc/common/alignment.h"
#include "runtime/expect.h"
#include "runtime/integers.h"

namespace granary {

// An index into the ladder above.
enum class SizeClass : unsigned {};

constexpr unsigned index_of(SizeClass size_class) { return static_cast<unsigned>(size_class); }

inline constexpr unsigned class_step_log2 = 3;
inline constexpr unsigned classes_per_doubling = 8;
inline constexpr unsigned size_class_count = 48;
inline constexpr ByteCount largest_small = 2048;

// Returns the offset of a block's last byte once its length is rounded up to a multiple of its
// alignment. The result means nothing for an alignment of 2^address_bits and more; no block is
// small then.
constexpr ByteCount last_byte_of(ByteCount length, Alignment alignment) {
  return (length - 1) | ~(~ByteCount{0} << (alignment.log2() % address_bits));
}

// One comparison refuses long blocks, far alignments and length 0 alike.
constexpr bool is_small(ByteCount last_byte, Alignment alignment) {
  return (last_byte / largest_small | alignment.log2() / address_bits) == 0;
}

constexpr ByteCount slot_size(SizeClass size_class) {
  const unsigned index = index_of(size_class);
  expect(index < size_class_count);
  if (index < classes_per_doubling) return ByteCount{index + 1} << class_step_log2;
  const unsigned doubling = index / classes_per_doubling - 1;
  const unsigned step = index % classes_per_doubling + classes_per_doubling + 1;
  return ByteCount{step} << (class_step_log2 + doubling);
}

static_assert(slot_size(SizeClass{size_class_count - 1}) == largest_small,
              "the ladder ends at the largest small block: change size_class_count with it");

// The table of classes has the class of every length, by steps of 8 bytes. Until `fill` all of it
// is zero, so that every length has class 0, which does no harm while no class has a free slot. A
// constant table would take bytes of the module.
class ClassTable {
 public:
  [[clang::minsize]] constexpr void fill() {
    // From the largest class down, each class overwrites the steps that it covers.
    for (unsigned index = size_class_count; index-- != 0;) {
      const ByteCount end = slot_size(SizeClass{index}) >> class_step_log2;
      for (ByteCount step = 0; step < end; ++step) of_step_[step] = static_cast<uint8_t>(index);
    }
  }

  constexpr SizeClass class_of(ByteCount last_byte) const {
    expect(last_byte < largest_small);
    return SizeClass{of_step_[last_byte >> class_step_log2]};
  }

 private:
  uint8_t of_step_[largest_small >> class_step_log2] = {};
};

namespace detail {

consteval bool classes_keep_alignment() {
  ClassTable table;
  table.fill();
  for (unsigned log2 = 0; power_of_two(log2) <= largest_small; ++log2) {
    for (ByteCount length = power_of_two(log2); length <= largest_small;
         length += power_of_two(log2)) {
      const ByteCount size = slot_size(table.class_of(length - 1));
      if (size < length || size % power_of_two(log2) != 0) return false;
    }
  }
  return true;
}

static_assert(classes_keep_alignment(),
              "the class of a multiple of a power of two must be a multiple of it too");

}  // namespace detail

}  // namespace granary
