// The report of live blocks, over records of many callers: each caller is there once, with all that
// it allocated, those with most bytes first.
#include "alloc/checks/leaks.h"

#include <gtest/gtest.h>

#include <map>

#include "tests-native/support/counting_engine.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::CountingEngine;
using test::for_all_seeds;
using test::Random;

class Heap {
 public:
  uint32_t allocate(Address caller, ByteCount length, BlockState state = BlockState::live) {
    const uint32_t number = records.take(engine);
    records[number] = {0x1000 + number, length, caller, 0, 0, 4, state};
    return number;
  }

  const LeakReport& find() { return finder.find(records, engine); }

  CountingEngine engine;
  BlockRecords<CountingEngine> records;
  LeakFinder<CountingEngine> finder;
};

TEST(Leaks, AHeapWithoutLiveBlocksHasNone) {
  Heap heap;
  heap.allocate(1, 100, BlockState::freed);
  const unsigned allocs = heap.engine.allocs;
  const LeakReport& report = heap.find();
  EXPECT_EQ(report.block_count, 0U);
  EXPECT_EQ(report.bytes, 0U);
  EXPECT_EQ(report.group_count, 0U);
  EXPECT_EQ(report.groups, nullptr);
  EXPECT_EQ(heap.engine.allocs, allocs) << "and asks for no memory";
}

// The groups of a report are those of the model, in their order.
void expect_groups(const LeakReport& report, const std::map<Address, LeakGroup>& model) {
  ByteCount blocks = 0;
  ByteCount bytes = 0;
  for (const auto& [caller, group] : model) {
    blocks += group.block_count;
    bytes += group.bytes;
  }
  ASSERT_EQ(report.block_count, blocks);
  ASSERT_EQ(report.bytes, bytes);
  ASSERT_EQ(report.group_count, model.size());
  for (ByteCount index = 0; index < report.group_count; ++index) {
    const LeakGroup& group = report.groups[index];
    const LeakGroup& expected = model.at(group.allocated_by);
    ASSERT_EQ(group.block_count, expected.block_count);
    ASSERT_EQ(group.bytes, expected.bytes);
    if (index == 0) continue;
    const LeakGroup& previous = report.groups[index - 1];
    ASSERT_TRUE(previous.bytes > group.bytes ||
                (previous.bytes == group.bytes && previous.allocated_by < group.allocated_by));
  }
}

TEST(Leaks, EachCallerIsAGroupWithAllOfItsLiveBlocks) {
  for_all_seeds(100, [](Random& random) {
    Heap heap;
    std::map<Address, LeakGroup> model;
    const ByteCount callers = random.between(1, 40);
    for (ByteCount block = random.between(1, 300); block-- != 0;) {
      const Address caller = random.below(callers) * 16;
      const ByteCount length = random.below(random.one_in(2) ? 4 : 1000);
      const bool is_live = !random.one_in(4);
      heap.allocate(caller, length, is_live ? BlockState::live : BlockState::freed);
      if (!is_live) continue;
      LeakGroup& group = model[caller];
      group.allocated_by = caller;
      ++group.block_count;
      group.bytes += length;
    }
    expect_groups(heap.find(), model);
    expect_groups(heap.find(), model);
  });
}

TEST(Leaks, WithoutMemoryForTheGroupsTheTotalsAreRight) {
  Heap heap;
  heap.allocate(1, 100);
  heap.allocate(2, 50);
  heap.engine.refuses = true;
  const LeakReport& report = heap.find();
  EXPECT_EQ(report.block_count, 2U);
  EXPECT_EQ(report.bytes, 150U);
  EXPECT_EQ(report.group_count, 0U);
  EXPECT_EQ(report.groups, nullptr);
  heap.engine.refuses = false;
  EXPECT_EQ(heap.find().group_count, 2U);
}

TEST(Leaks, ANewReportTakesThePlaceOfTheOneBefore) {
  Heap heap;
  heap.allocate(1, 100);
  heap.find();
  const unsigned live = heap.engine.count();
  for (unsigned report = 0; report < 10; ++report) {
    heap.find();
    EXPECT_EQ(heap.engine.count(), live);
  }
}

TEST(Leaks, TheGroupsOfAForgottenHeapAreNotGivenBack) {
  Heap heap;
  heap.allocate(1, 100);
  heap.find();
  const unsigned live = heap.engine.count();
  // What was in the engine is gone with the records, the groups among it.
  heap.records.forget();
  heap.find();
  EXPECT_EQ(heap.engine.count(), live);
}

}  // namespace
}  // namespace granary
