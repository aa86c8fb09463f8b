// By how much a heap grows, over every policy and heap of a few sizes.
#include "alloc/common/growth.h"

#include <gtest/gtest.h>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

constexpr ByteCount bounds[] = {0, 1, 7, 64, 1000};
constexpr ByteCount shares_log2[] = {0, 1, 3, 5, 40};
constexpr ByteCount needs[] = {1, 2, 31, 32, 33, 5000};

// Every policy of these, every need, and every heap up to twice the largest bound.
template <class Action>
void for_all(Action action) {
  for (const ByteCount share_from : bounds) {
    for (const ByteCount share_log2 : shares_log2) {
      const GrowthPolicy policy = {.share_from = {share_from}, .share_log2 = share_log2};
      for (const ByteCount need : needs) {
        for (ByteCount grown = 0; grown <= 2000; ++grown) {
          action(policy, need, grown, policy.pages_to_grow({need}, {grown}).value);
        }
      }
    }
  }
}

TEST(Growth, AHeapNeverGrowsByLessThanItNeeds) {
  for_all([](const GrowthPolicy&, ByteCount need, ByteCount, ByteCount pages) {
    EXPECT_GE(pages, need);
  });
}

TEST(Growth, ASmallHeapGrowsByExactlyWhatItNeeds) {
  for_all([](const GrowthPolicy& policy, ByteCount need, ByteCount grown, ByteCount pages) {
    if (grown < policy.share_from.value) EXPECT_EQ(pages, need);
  });
}

TEST(Growth, ALargeHeapGrowsByAShareOfItself) {
  for_all([](const GrowthPolicy& policy, ByteCount, ByteCount grown, ByteCount pages) {
    if (grown >= policy.share_from.value) EXPECT_GT(pages + 1, grown >> policy.share_log2);
  });
}

TEST(Growth, NoHeapGrowsByMoreThanItsNeedAndItsShare) {
  for_all([](const GrowthPolicy& policy, ByteCount need, ByteCount grown, ByteCount pages) {
    if (pages != need) EXPECT_EQ(pages, grown >> policy.share_log2);
  });
}

TEST(Growth, ByDefaultAHeapThatGrewBy64PagesGrowsByA32nd) {
  constexpr GrowthPolicy policy = DefaultGrowth::policy();
  EXPECT_EQ(policy.pages_to_grow({1}, {63}).value, 1U);
  EXPECT_EQ(policy.pages_to_grow({1}, {64}).value, 2U);
  EXPECT_EQ(policy.pages_to_grow({1}, {3200}).value, 100U);
  EXPECT_EQ(policy.pages_to_grow({101}, {3200}).value, 101U);
}

TEST(Growth, AShareIsNotSmallerThanOneOfAllPages) {
  const GrowthPolicy policy = {.share_from = {0}, .share_log2 = address_bits};
  expect_trap([&] { return policy.pages_to_grow({1}, {1}); });
}

}  // namespace
}  // namespace granary
