// A memory that counts its growths, over one that refuses some.
#include "runtime/counting_grows.h"

#include <gtest/gtest.h>

#include "tests-native/support/own_memory.h"

namespace granary {
namespace {

using test::OwnMemory;

TEST(CountingGrows, OnlyAGrowthThatWasGrantedCounts) {
  OwnMemory memory;
  CountingGrows<OwnMemory::Pages> counting = {};
  counting.memory = &memory;
  EXPECT_EQ(counting.grow_count(), 0U);
  for (ByteCount count = 1; count <= 5; ++count) {
    EXPECT_NE(counting.grow({count}), 0U);
    EXPECT_EQ(counting.grow_count(), count);
    EXPECT_EQ(counting.grow({memory.pages_left + 1}), 0U);
    EXPECT_EQ(counting.grow_count(), count);
  }
}

TEST(CountingGrows, InAllElseItIsTheMemory) {
  OwnMemory memory(1000);
  CountingGrows<OwnMemory::Pages> counting = {};
  counting.memory = &memory;
  EXPECT_EQ(counting.slack().begin, memory.pages().slack().begin);
  EXPECT_EQ(counting.slack().end, memory.pages().slack().end);
  EXPECT_EQ(counting.grow({2}), memory.pages().slack().end);
  EXPECT_EQ(counting.size().value, memory.size().value);
}

}  // namespace
}  // namespace granary
