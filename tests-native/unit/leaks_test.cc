// The report of leaks: every live block is in the group of its caller, the groups with most bytes
// come first, and a report costs the heap no more than its groups.
#include "alloc/checks/leaks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tests-native/support/counting_engine.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::CountingEngine;
using test::for_all_seeds;
using test::Random;

using Records = BlockRecords<CountingEngine>;
using Finder = LeakFinder<CountingEngine>;

void add(Records& records, CountingEngine& engine, Address caller, ByteCount length,
         BlockState state = BlockState::live) {
  const uint32_t number = records.take(engine);
  records[number] = {0x1000 + Address{number}, length, caller, 0, 0, Records::none, 4, state};
}

TEST(Leaks, OfAHeapWithoutBlocksTheReportIsEmptyAndTakesNoMemory) {
  CountingEngine engine;
  const Records records;
  Finder finder;
  const LeakReport& report = finder.find(records, engine);
  EXPECT_EQ(report.block_count, 0U);
  EXPECT_EQ(report.bytes, 0U);
  EXPECT_EQ(report.group_count, 0U);
  EXPECT_EQ(report.groups, nullptr);
  EXPECT_EQ(engine.count(), 0U);
}

TEST(Leaks, EveryLiveBlockIsInTheGroupOfItsCallerAndFreedOnesAreInNone) {
  for_all_seeds(50, [](Random& random) {
    CountingEngine engine;
    Records records;
    std::map<Address, LeakGroup> expected;
    const ByteCount callers = random.between(1, 40);
    ByteCount bytes = 0;
    ByteCount blocks = 0;
    for (ByteCount count = random.below(300); count != 0; --count) {
      const Address caller = random.below(callers) * 16;
      const ByteCount length = random.below(5);
      const bool live = !random.one_in(4);
      add(records, engine, caller, length, live ? BlockState::live : BlockState::freed);
      if (!live) continue;
      LeakGroup& group = expected[caller];
      group.allocated_by = caller;
      ++group.block_count;
      group.bytes += length;
      bytes += length;
      ++blocks;
    }
    Finder finder;
    const LeakReport& report = finder.find(records, engine);
    EXPECT_EQ(report.block_count, blocks);
    EXPECT_EQ(report.bytes, bytes);
    ASSERT_EQ(report.group_count, expected.size());
    for (ByteCount index = 0; index < report.group_count; ++index) {
      const LeakGroup& group = report.groups[index];
      EXPECT_EQ(group.block_count, expected[group.allocated_by].block_count);
      EXPECT_EQ(group.bytes, expected[group.allocated_by].bytes);
      if (index == 0) continue;
      const LeakGroup& before = report.groups[index - 1];
      EXPECT_TRUE(before.bytes > group.bytes ||
                  (before.bytes == group.bytes && before.allocated_by < group.allocated_by));
    }
  });
}

TEST(Leaks, ALaterReportTakesThePlaceOfTheOneBefore) {
  CountingEngine engine;
  Records records;
  add(records, engine, 16, 100);
  Finder finder;
  finder.find(records, engine);
  const ByteCount blocks = engine.count();
  for (unsigned report = 0; report < 10; ++report) finder.find(records, engine);
  EXPECT_EQ(engine.count(), blocks);
}

TEST(Leaks, AfterAllBlocksWereForgottenTheGroupsAreNotGivenBackAgain) {
  CountingEngine engine;
  Records records;
  add(records, engine, 16, 100);
  Finder finder;
  finder.find(records, engine);
  const ByteCount blocks = engine.count();
  records.forget();
  EXPECT_EQ(finder.find(records, engine).block_count, 0U);
  EXPECT_EQ(engine.count(), blocks);
}

TEST(Leaks, WithoutMemoryForGroupsTheTotalsAreRight) {
  CountingEngine engine;
  Records records;
  add(records, engine, 16, 100);
  add(records, engine, 32, 200);
  engine.refuses = true;
  Finder finder;
  const LeakReport& report = finder.find(records, engine);
  EXPECT_EQ(report.block_count, 2U);
  EXPECT_EQ(report.bytes, 300U);
  EXPECT_EQ(report.group_count, 0U);
  EXPECT_EQ(report.groups, nullptr);
}

}  // namespace
}  // namespace granary
