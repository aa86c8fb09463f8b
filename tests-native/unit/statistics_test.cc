// The statistics of heaps of a memory of their own: they add up, and agree with what is known of
// the heap's blocks, spans and memory.
#include "alloc/inspection/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests-native/support/own_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnHeap;
using test::OwnMemory;
using test::Random;
using test::RandomCalls;

constexpr ByteCount page = wasm_page_size;
constexpr Alignment usual = Alignment::from_log2(4);
constexpr Configuration fixing_early = {
    .walkable = true, .table_moves_up_to = page, .table_reach = OwnMemory::first_end - 1};

template <class AHeap>
HeapStatistics statistics_of(const AHeap& heap) {
  HeapStatistics statistics;
  collect(heap.state(), statistics);
  return statistics;
}

TEST(Statistics, AHeapWithoutMemoryHasNothing) {
  OwnHeap<> heap(1000);
  const HeapStatistics statistics = statistics_of(heap);
  EXPECT_EQ(statistics.heap_bytes, 0U);
  EXPECT_EQ(statistics.region_count, 0U);
  EXPECT_EQ(statistics.grown_page_count, 0U);
  EXPECT_EQ(statistics.page_count, heap.memory.size().value);
  for (unsigned index = 0; index < size_class_count; ++index) {
    EXPECT_EQ(statistics.classes[index].slot_size, slot_size(SizeClass{index}));
    EXPECT_EQ(statistics.classes[index].spans, 0U);
  }
}

TEST(Statistics, ABlockIsLiveWithAllTheRoomThatItHas) {
  OwnHeap<> heap;
  ByteCount room = 0;
  for (unsigned count = 1; count <= 50; ++count) {
    room += heap.engine.usable_size(heap.engine.alloc(3000 + 7 * count, usual));
    const HeapStatistics statistics = statistics_of(heap);
    EXPECT_EQ(statistics.live_block_count, count);
    EXPECT_EQ(statistics.large_block_count, count);
    EXPECT_EQ(statistics.live_bytes, room);
    EXPECT_EQ(statistics.overhead_bytes, count * TaggedBlock::overhead);
  }
}

TEST(Statistics, GrowthsAreCountedInCallsAndPages) {
  OwnHeap<> heap;
  for (ByteCount calls = 1; calls <= 10; ++calls) {
    heap.engine.alloc(3 * page, usual);
    heap.memory.grow_as_stranger({1});
    const HeapStatistics statistics = statistics_of(heap);
    EXPECT_EQ(statistics.grow_count, heap.memory.requests.size());
    ByteCount pages = 0;
    for (const ByteCount request : heap.memory.requests) pages += request;
    EXPECT_EQ(statistics.grown_page_count, pages);
    EXPECT_EQ(statistics.page_count, heap.memory.size().value);
    EXPECT_EQ(statistics.region_count, calls);
  }
}

TEST(Statistics, TheTableOfALargeHeapCountsWithItsPages) {
  OwnHeap<fixing_early> heap;
  while (!heap.state().table.is_fixed()) heap.engine.alloc(page, usual);
  const HeapStatistics statistics = statistics_of(heap);
  EXPECT_EQ(statistics.record_bytes, heap.state().table.size());
  ByteCount pages = 0;
  for (const ByteCount request : heap.memory.requests) pages += request;
  EXPECT_EQ(statistics.grown_page_count, pages);
}

TEST(Statistics, AnIdleSpanIsWhatATrimGivesBack) {
  OwnHeap<> heap;
  std::vector<Address> slots;
  for (unsigned block = 0; block < 100; ++block) slots.push_back(heap.engine.alloc(1000, usual));
  EXPECT_EQ(statistics_of(heap).idle_span_bytes, 0U);
  for (const Address slot : slots) heap.engine.free_unsized(slot);
  const HeapStatistics statistics = statistics_of(heap);
  EXPECT_EQ(statistics.span_count, 1U) << "the current one";
  EXPECT_EQ(statistics.idle_span_bytes, span_size);
  heap.engine.trim();
  EXPECT_EQ(statistics_of(heap).idle_span_bytes, 0U);
  EXPECT_EQ(statistics_of(heap).span_count, 0U);
}

template <class AHeap>
void expect_agreement(const AHeap& heap,
                      const std::vector<typename RandomCalls<typename AHeap::Engine>::Live>& live) {
  const HeapStatistics statistics = statistics_of(heap);
  EXPECT_EQ(statistics.heap_bytes, statistics.live_bytes + statistics.free_bytes +
                                       statistics.overhead_bytes + statistics.record_bytes);
  ByteCount slots_of[size_class_count] = {};
  ByteCount large = 0;
  ByteCount room = 0;
  for (const auto& [block, mark] : live) {
    room += heap.engine.usable_size(block.address);
    if (heap.state().table.owns(block.address)) {
      ++slots_of[index_of(heap.state().table.class_of_slot(block.address))];
    } else {
      ++large;
    }
  }
  EXPECT_EQ(statistics.live_block_count, live.size());
  EXPECT_EQ(statistics.large_block_count, large);
  EXPECT_EQ(statistics.live_bytes, room);
  ByteCount spans = 0;
  ByteCount free_slot_bytes = 0;
  for (unsigned index = 0; index < size_class_count; ++index) {
    const SizeClassStatistics& of_class = statistics.classes[index];
    EXPECT_EQ(of_class.live_slots, slots_of[index]);
    EXPECT_EQ(of_class.live_slots + of_class.free_slots,
              of_class.spans * (span_slot_bytes / of_class.slot_size));
    spans += of_class.spans;
    free_slot_bytes += of_class.free_slots * of_class.slot_size;
  }
  EXPECT_EQ(statistics.span_count, spans);
  EXPECT_EQ(statistics.span_count, heap.state().small.spans());
  EXPECT_EQ(statistics.free_slot_bytes, free_slot_bytes);
  EXPECT_EQ(statistics.top_bytes, heap.state().large.limit() - heap.state().large.top());
  ByteCount free_blocks = 0;
  ByteCount free_bytes = statistics.top_bytes + free_slot_bytes;
  ByteCount largest = statistics.top_bytes;
  for (unsigned bin = 0; bin < Bins::count; ++bin) {
    for (TaggedBlock block = heap.state().large.bins().first(bin); block.exists();
         block = TaggedBlock(block.next_in_bin())) {
      ++free_blocks;
      free_bytes += block.size();
      largest = std::max(largest, block.size());
    }
  }
  EXPECT_EQ(statistics.free_block_count, free_blocks);
  EXPECT_EQ(statistics.free_bytes, free_bytes);
  EXPECT_EQ(statistics.largest_free_bytes, largest);
}

template <class AHeap>
void compare_after_random_calls(Random& random) {
  AHeap heap(random.below(page));
  RandomCalls calls(heap.engine, random);
  for (unsigned phase = 0; phase < 8 && !testing::Test::HasFailure(); ++phase) {
    if (random.one_in(3)) heap.memory.grow_as_stranger({1});
    calls.make(150, random.between(1, 6));
    expect_agreement(heap, calls.live());
  }
}

TEST(Statistics, TheFiguresAddUpAndAreThoseOfTheBlocks) {
  for_all_seeds(20, [](Random& random) { compare_after_random_calls<OwnHeap<>>(random); });
}

TEST(Statistics, SoAreThoseOfAHeapWithAFixedTable) {
  for_all_seeds(10,
                [](Random& random) { compare_after_random_calls<OwnHeap<fixing_early>>(random); });
}

}  // namespace
}  // namespace granary
