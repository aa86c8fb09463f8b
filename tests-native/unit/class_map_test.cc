// The class map: a byte for every 16 KiB, wherever the heap begins and however far it reaches, and
// where the memory for the bytes comes from.
#include "alloc/threads/class_map.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests-native/support/own_memory.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnMemory;
using test::Random;

constexpr ByteCount mebibyte = ByteCount{1} << 20;
constexpr Address begin = 0x1234'0000;

// A memory that says how many pages it gave, and gives no more than it has.
struct Leaves {
  explicit Leaves(ByteCount pages) : memory(), left(pages) {}

  Address grow(PageCount count) {
    if (count.value > left) return 0;
    left -= count.value;
    return memory.grow(count);
  }

  OwnMemory memory;
  ByteCount left;
};

TEST(ClassMap, EverySpanSaysNoSlotsUntilItIsSet) {
  Leaves leaves(0);
  const auto map = std::make_unique<ClassMap>();
  ASSERT_TRUE(map->cover(begin, begin + 20 * mebibyte, leaves));
  for (Address at = begin; at < begin + 20 * mebibyte; at += 1000) {
    ASSERT_EQ(map->at(at), ClassMap::no_slots);
  }
}

TEST(ClassMap, EachSpanHasAByteOfItsOwnForAllOfItsAddresses) {
  for_all_seeds(5, [](Random& random) {
    // From 16 KiB on to the last of 4 GiB, natively also above.
    const Address first = (Address{random.below(3) * 0x1'0000'0000} + random.below(0xb000'0000)) &
                          ~(span_size - 1);
    const ByteCount length = random.between(1, 1000) * mebibyte;
    Leaves leaves(100);
    const auto map = std::make_unique<ClassMap>();
    ASSERT_TRUE(map->cover(first, first + length - 1, leaves));
    std::vector<unsigned> said;
    for (Address span = first; span < first + length; span += span_size) {
      said.push_back(static_cast<unsigned>(random.below(size_class_count + 1)));
      map->set(span + random.below(span_size), said.back());
    }
    for (unsigned span = 0; span < said.size(); ++span) {
      const Address at = first + span * span_size;
      ASSERT_EQ(map->at(at), said[span]);
      ASSERT_EQ(map->at(at + span_size - 1), said[span]);
    }
  });
}

TEST(ClassMap, EveryClassIsSomethingElseThanNoSlots) {
  for (unsigned index = 0; index < size_class_count; ++index) {
    EXPECT_NE(ClassMap::slots_of(SizeClass{index}), ClassMap::no_slots);
    EXPECT_EQ(ClassMap::slots_of(SizeClass{index}), 1 + index);
  }
}

TEST(ClassMap, TheFirst64MebibytesNeedNoPageAndEachPageIsForAGibibyte) {
  Leaves leaves(10);
  const auto map = std::make_unique<ClassMap>();
  const Address aligned = 0x2000'0000;
  ASSERT_TRUE(map->cover(aligned, aligned + 64 * mebibyte - 1, leaves));
  EXPECT_EQ(leaves.left, 10U);
  ASSERT_TRUE(map->cover(aligned, aligned + 64 * mebibyte, leaves));
  EXPECT_EQ(leaves.left, 9U);
  ASSERT_TRUE(map->cover(aligned, aligned + (64 + 1024) * mebibyte - 1, leaves));
  EXPECT_EQ(leaves.left, 9U);
  ASSERT_TRUE(map->cover(aligned, aligned + (64 + 1024) * mebibyte, leaves));
  EXPECT_EQ(leaves.left, 8U);
}

TEST(ClassMap, WhatIsCoveredStaysAsItIsWhenMoreIsCovered) {
  Leaves leaves(10);
  const auto map = std::make_unique<ClassMap>();
  ASSERT_TRUE(map->cover(begin, begin + mebibyte, leaves));
  map->set(begin, 7);
  for (ByteCount reach = 2 * mebibyte; reach < 2000 * mebibyte; reach += 37 * mebibyte) {
    ASSERT_TRUE(map->cover(begin, begin + reach, leaves));
    ASSERT_EQ(map->at(begin), 7U);
    ASSERT_EQ(map->at(begin + reach), 0U);
    map->set(begin + reach, 9);
    ASSERT_EQ(map->at(begin), 7U);
  }
}

TEST(ClassMap, ARefusedPageLosesNothingAndIsAskedForAgain) {
  Leaves leaves(0);
  const auto map = std::make_unique<ClassMap>();
  ASSERT_TRUE(map->cover(begin, begin + 40 * mebibyte, leaves));
  map->set(begin + 40 * mebibyte, 5);
  EXPECT_FALSE(map->cover(begin, begin + 70 * mebibyte, leaves));
  EXPECT_EQ(map->at(begin + 40 * mebibyte), 5U);
  EXPECT_TRUE(map->cover(begin, begin + 40 * mebibyte, leaves)) << "it covers this already";
  leaves.left = 1;
  EXPECT_TRUE(map->cover(begin, begin + 70 * mebibyte, leaves));
  EXPECT_EQ(map->at(begin + 40 * mebibyte), 5U);
  EXPECT_EQ(map->at(begin + 70 * mebibyte), 0U);
}

TEST(ClassMap, AByteThatIsRightIsNotWritten) {
  // Others may read it at that moment: the leaf here cannot be written to.
  Leaves leaves(1);
  const auto map = std::make_unique<ClassMap>();
  const Address far = begin + 80 * mebibyte;
  ASSERT_TRUE(map->cover(begin, far, leaves));
  map->set(far, 3);
  const Address page = leaves.memory.size().value * wasm_page_size - wasm_page_size;
  ASSERT_EQ(mprotect(reinterpret_cast<void*>(page), wasm_page_size, PROT_READ), 0);
  map->set(far, 3);
  EXPECT_EQ(map->at(far), 3U);
}

}  // namespace
}  // namespace granary
