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

constexpr PageCount pages_below(Address end) {
  return {(end + wasm_page_size - 1) >> wasm_page_log2};
}

// A map of a heap, and the pages that it was given.
class Mapped {
 public:
  explicit Mapped(Address first) { map->start(first); }

  // Returns how many pages the map was given for this.
  ByteCount cover(Address end) {
    const PageCount lacking = map->lacks(pages_below(end));
    if (lacking.value != 0) map->add_pages(leaves.grow(lacking), lacking);
    EXPECT_TRUE(map->covers(pages_below(end)));
    EXPECT_EQ(map->lacks(pages_below(end)).value, 0U);
    return lacking.value;
  }

  OwnMemory leaves;
  std::unique_ptr<ClassMap> map = std::make_unique<ClassMap>();
};

TEST(ClassMap, EverySpanSaysNoSlotsUntilItIsSet) {
  Mapped mapped(begin);
  EXPECT_EQ(mapped.cover(begin + 20 * mebibyte), 0U);
  for (Address at = begin; at < begin + 20 * mebibyte; at += 1000) {
    ASSERT_EQ(mapped.map->at(at), ClassMap::no_slots);
  }
}

TEST(ClassMap, EachSpanHasAByteOfItsOwnForAllOfItsAddresses) {
  for_all_seeds(8, [](Random& random) {
    // From 16 KiB on to the last of 4 GiB, natively also above.
    const bool to_the_end = random.one_in(4);
    const ByteCount length = random.between(1, to_the_end ? 4000 : 1000) * mebibyte;
    const Address last = 0x1'0000'0000 + random.below(2) * 0x10'0000'0000;
    const Address first =
        (to_the_end ? last - length : last - length - random.below(0x1000'0000)) & ~(span_size - 1);
    Mapped mapped(first);
    for (unsigned growth = 1; growth <= 4; ++growth) mapped.cover(first + length / 4 * growth);
    std::vector<unsigned> said;
    for (Address span = first; span < first + length; span += span_size) {
      said.push_back(static_cast<unsigned>(random.below(size_class_count + 1)));
      mapped.map->set(span + random.below(span_size), said.back());
    }
    for (unsigned span = 0; span < said.size(); ++span) {
      const Address at = first + span * span_size;
      ASSERT_EQ(mapped.map->at(at), said[span]);
      ASSERT_EQ(mapped.map->at(at + span_size - 1), said[span]);
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
  const Address aligned = 0x2000'0000;
  Mapped mapped(aligned);
  EXPECT_EQ(mapped.cover(aligned + 64 * mebibyte), 0U);
  EXPECT_FALSE(mapped.map->covers(pages_below(aligned + 64 * mebibyte + 1)));
  EXPECT_EQ(mapped.cover(aligned + 64 * mebibyte + 1), 1U);
  EXPECT_EQ(mapped.cover(aligned + (64 + 1024) * mebibyte), 0U);
  EXPECT_EQ(mapped.cover(aligned + (64 + 1024) * mebibyte + 1), 1U);
  EXPECT_EQ(mapped.map->lacks(pages_below(aligned + (64 + 4 * 1024) * mebibyte)).value, 2U);
  EXPECT_EQ(mapped.map->lacks(pages_below(aligned + (64 + 4 * 1024) * mebibyte + 1)).value, 3U);
}

TEST(ClassMap, AHeapThatIsEmptyOrHasEndedLowerLacksNothing) {
  for (Address first = 0; first < 70 * mebibyte; first += wasm_page_size) {
    Mapped mapped(first);
    ASSERT_EQ(mapped.map->lacks(pages_below(first)).value, 0U);
    ASSERT_EQ(mapped.cover(first + 65 * mebibyte + 15 * mebibyte), 1U);
    ASSERT_EQ(mapped.map->lacks(pages_below(first + 65 * mebibyte)).value, 0U);
  }
}

TEST(ClassMap, WhatIsCoveredStaysAsItIsWhenMoreIsCovered) {
  Mapped mapped(begin);
  mapped.cover(begin + mebibyte);
  mapped.map->set(begin, 7);
  for (ByteCount reach = 2 * mebibyte; reach < 2000 * mebibyte; reach += 37 * mebibyte) {
    mapped.cover(begin + reach + 1);
    ASSERT_EQ(mapped.map->at(begin), 7U);
    ASSERT_EQ(mapped.map->at(begin + reach), 0U);
    mapped.map->set(begin + reach, 9);
    ASSERT_EQ(mapped.map->at(begin), 7U);
  }
}

TEST(ClassMap, ItIsStartedOnceItIs) {
  const auto map = std::make_unique<ClassMap>();
  EXPECT_FALSE(map->is_started());
  map->start(0);
  EXPECT_TRUE(map->is_started());
}

TEST(ClassMap, AByteThatIsRightIsNotWritten) {
  // Others may read it at that moment: the leaf here cannot be written to.
  Mapped mapped(begin);
  const Address far = begin + 80 * mebibyte;
  ASSERT_EQ(mapped.cover(far + 1), 1U);
  mapped.map->set(far, 3);
  const Address page = (mapped.leaves.size().value << wasm_page_log2) - wasm_page_size;
  ASSERT_EQ(mprotect(reinterpret_cast<void*>(page), wasm_page_size, PROT_READ), 0);
  mapped.map->set(far, 3);
  EXPECT_EQ(mapped.map->at(far), 3U);
}

}  // namespace
}  // namespace granary
