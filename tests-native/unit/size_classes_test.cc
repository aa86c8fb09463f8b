// The ladder of size classes: laws over every class, and over every small length at every
// alignment.
#include "alloc/granary/size_classes.h"

#include <gtest/gtest.h>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

constexpr ByteCount size_of(unsigned index) { return slot_size(SizeClass{index}); }

ClassTable filled_table() {
  ClassTable table;
  table.fill();
  return table;
}

// The smallest slot that holds the length and lies at the alignment, looked for; 0 when none does.
ByteCount smallest_slot(ByteCount length, ByteCount alignment) {
  for (unsigned index = 0; index < size_class_count; ++index) {
    if (size_of(index) >= length && size_of(index) % alignment == 0) return size_of(index);
  }
  return 0;
}

// Every length from 0 to somewhat above the largest small one, at every alignment up to above it.
template <class Action>
void for_all_requests(Action action) {
  for (unsigned log2 = 0; power_of_two(log2) <= 4 * largest_small; ++log2) {
    for (ByteCount length = 0; length <= 2 * largest_small; ++length) {
      action(length, Alignment::from_log2(log2));
    }
  }
}

TEST(SizeClasses, SlotsGrowFrom8BytesToTheLargestSmallBlock) {
  EXPECT_EQ(size_of(0), 8U);
  EXPECT_EQ(size_of(size_class_count - 1), largest_small);
  for (unsigned index = 1; index < size_class_count; ++index) {
    EXPECT_GT(size_of(index), size_of(index - 1));
  }
}

TEST(SizeClasses, SlotsAre8BytesApartUpTo128) {
  unsigned index = 0;
  for (ByteCount size = 8; size <= 128; size += 8) EXPECT_EQ(size_of(index++), size);
}

TEST(SizeClasses, EightClassesLieBetweenASizeAndItsDouble) {
  for (unsigned index = 8; index + 8 < size_class_count; ++index) {
    EXPECT_EQ(size_of(index + 8), 2 * size_of(index));
  }
}

TEST(SizeClasses, ASlotWastesLessThan8BytesOrAnEighthOfItself) {
  const ClassTable table = filled_table();
  for (ByteCount length = 1; length <= largest_small; ++length) {
    const ByteCount size = slot_size(table.class_of(length - 1));
    const ByteCount waste = size - length;
    EXPECT_TRUE(waste < 8 || waste <= size / 8) << length << " bytes in a slot of " << size;
  }
}

TEST(SizeClasses, ARequestGetsTheSmallestSlotThatHoldsItAtItsAlignment) {
  const ClassTable table = filled_table();
  for_all_requests([&](ByteCount length, Alignment alignment) {
    const ByteCount last_byte = last_byte_of(length, alignment);
    if (!is_small(last_byte, alignment)) return;
    EXPECT_EQ(slot_size(table.class_of(last_byte)), smallest_slot(length, alignment.bytes()))
        << length << " bytes at " << alignment.bytes();
  });
}

TEST(SizeClasses, ARequestIsSmallWhenAndOnlyWhenASlotServesIt) {
  for_all_requests([](ByteCount length, Alignment alignment) {
    const bool is_served = length != 0 && smallest_slot(length, alignment.bytes()) != 0;
    EXPECT_EQ(is_small(last_byte_of(length, alignment), alignment), is_served)
        << length << " bytes at " << alignment.bytes();
  });
}

TEST(SizeClasses, NothingIsSmallAtAnAlignmentThatNoAddressHas) {
  for (unsigned log2 = address_bits; log2 <= UINT8_MAX; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    for (const ByteCount length : {ByteCount{0}, ByteCount{1}, largest_small, ~ByteCount{0}}) {
      EXPECT_FALSE(is_small(last_byte_of(length, alignment), alignment)) << log2;
    }
  }
}

TEST(SizeClasses, NoLengthFarAboveTheLargestIsSmall) {
  for (unsigned log2 = 12; log2 < address_bits; ++log2) {
    for (unsigned align_log2 = 0; align_log2 < address_bits; ++align_log2) {
      const Alignment alignment = Alignment::from_log2(align_log2);
      for (const ByteCount length : {power_of_two(log2), ~ByteCount{0} - power_of_two(log2)}) {
        EXPECT_FALSE(is_small(last_byte_of(length, alignment), alignment)) << length;
      }
    }
  }
}

TEST(SizeClasses, ATableThatIsNotFilledSaysTheFirstClass) {
  const ClassTable table;
  for (ByteCount last_byte = 0; last_byte < largest_small; ++last_byte) {
    EXPECT_EQ(table.class_of(last_byte), SizeClass{0});
  }
}

TEST(SizeClasses, FillingATableAgainChangesNothing) {
  const ClassTable once = filled_table();
  ClassTable twice = once;
  twice.fill();
  for (ByteCount last_byte = 0; last_byte < largest_small; ++last_byte) {
    EXPECT_EQ(twice.class_of(last_byte), once.class_of(last_byte));
  }
}

TEST(SizeClasses, WhatIsNotSmallHasNoClass) {
  const ClassTable table = filled_table();
  for (const ByteCount last_byte : {largest_small, ~ByteCount{0}}) {
    expect_trap([&] { return table.class_of(last_byte); });
  }
}

TEST(SizeClasses, ThereIsNoSlotAboveTheLargest) {
  expect_trap([] { return slot_size(SizeClass{size_class_count}); });
}

}  // namespace
}  // namespace granary
