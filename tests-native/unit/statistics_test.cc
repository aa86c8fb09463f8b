// The statistics of a heap: the equations that hold after any calls, and that they count what the
// calls asked for and the walk finds.
#include "alloc/inspection/statistics.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests-native/support/own_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::Random;
using test::RandomCalls;

class Heap : public test::OwnHeap<Configuration{.walkable = true}, DefaultGrowth> {
 public:
  using OwnHeap::OwnHeap;

  HeapStatistics statistics() const {
    HeapStatistics result;
    collect(state(), result);
    return result;
  }

  Address alloc(ByteCount length) { return engine.alloc(length, Alignment::from_log2(4)); }
  void free(Address address) { engine.free_unsized(address); }
};

// include/granary_inspect.h has these.
void expect_equations(const HeapStatistics& statistics) {
  EXPECT_EQ(statistics.heap_bytes, statistics.live_bytes + statistics.free_bytes +
                                       statistics.overhead_bytes + statistics.record_bytes);
  EXPECT_LE(statistics.free_slot_bytes + statistics.top_bytes, statistics.free_bytes);
  EXPECT_LE(statistics.largest_free_bytes, statistics.free_bytes);
  ByteCount spans = 0;
  ByteCount live_slots = 0;
  ByteCount free_slot_bytes = 0;
  for (const SizeClassStatistics& of_class : statistics.classes) {
    spans += of_class.spans;
    live_slots += of_class.live_slots;
    free_slot_bytes += of_class.free_slots * of_class.slot_size;
    EXPECT_EQ(of_class.spans == 0, of_class.live_slots + of_class.free_slots == 0);
  }
  EXPECT_EQ(statistics.span_count, spans);
  EXPECT_EQ(statistics.live_block_count, statistics.large_block_count + live_slots);
  EXPECT_EQ(statistics.free_slot_bytes, free_slot_bytes);
}

TEST(Statistics, OfAHeapWithoutMemoryEverythingIs0ButItsPagesAndTheSizesOfSlots) {
  const Heap heap(0);
  const HeapStatistics statistics = heap.statistics();
  EXPECT_EQ(statistics.heap_bytes, 0U);
  EXPECT_EQ(statistics.region_count, 0U);
  EXPECT_EQ(statistics.grow_count, 0U);
  EXPECT_EQ(statistics.page_count, heap.memory.size().value);
  for (unsigned index = 0; index < size_class_count; ++index) {
    EXPECT_EQ(statistics.classes[index].slot_size, slot_size(SizeClass{index}));
  }
}

TEST(Statistics, TheEquationsHoldAndLiveBlocksAreCountedAfterRandomCalls) {
  for_all_seeds(20, [](Random& random) {
    Heap heap(random.below(70'000));
    RandomCalls calls(heap.engine, random);
    for (unsigned round = 0; round < 40; ++round) {
      if (random.one_in(2)) heap.memory.grow_as_stranger({1});
      calls.make(50, 3);
      const HeapStatistics statistics = heap.statistics();
      expect_equations(statistics);
      ASSERT_EQ(statistics.live_block_count, calls.live().size());
      ByteCount room = 0;
      for (const auto& each : calls.live()) room += heap.engine.usable_size(each.block.address);
      ASSERT_EQ(statistics.live_bytes, room);
      if (testing::Test::HasFailure()) return;
    }
  });
}

TEST(Statistics, PagesOfStrangersMakeRegionsAndAreNotTheHeaps) {
  Heap heap(0);
  heap.alloc(1000);
  heap.memory.grow_as_stranger({3});
  heap.alloc(100'000);
  const HeapStatistics statistics = heap.statistics();
  EXPECT_EQ(statistics.region_count, 2U);
  EXPECT_EQ(statistics.grow_count, 2U);
  EXPECT_EQ(statistics.grown_page_count, 1U + 2U);
  EXPECT_LE(statistics.heap_bytes, 3 * wasm_page_size);
}

TEST(Statistics, WhatTrimWouldGiveBackIsCountedAndGoneAfterIt) {
  Heap heap(0);
  heap.alloc(600'000);
  std::vector<Address> blocks;
  for (unsigned block = 0; block < 400; ++block) blocks.push_back(heap.alloc(100));
  ASSERT_NE(heap.statistics().span_count, 0U);
  for (const Address block : blocks) heap.free(block);
  const HeapStatistics idle = heap.statistics();
  EXPECT_EQ(idle.idle_span_bytes, idle.span_count * span_size);
  EXPECT_NE(idle.idle_span_bytes, 0U);
  heap.engine.trim();
  EXPECT_EQ(heap.statistics().span_count, 0U);
  EXPECT_EQ(heap.statistics().idle_span_bytes, 0U);
  EXPECT_EQ(heap.statistics().live_block_count, 1U);
}

}  // namespace
}  // namespace granary
