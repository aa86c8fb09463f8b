// The state of a heap, as everybody but the engine reads it: where the heap begins and ends, and
// what it says of spans, beside what is known of the heap's memory and blocks.
#include "alloc/granary/heap_state.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests-native/support/own_heap.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnHeap;
using test::OwnMemory;
using test::Random;

constexpr ByteCount page = wasm_page_size;
constexpr Alignment usual = Alignment::from_log2(4);

TEST(HeapState, AHeapWithoutMemoryEndsNowhere) {
  for (const ByteCount slack : {ByteCount{0}, ByteCount{100}, 2 * page}) {
    OwnHeap<> heap(slack);
    EXPECT_EQ(heap.state().end(), 0U);
    EXPECT_EQ(heap.state().wide_end(), 0U);
    EXPECT_EQ(heap.state().first_page(), OwnMemory::first_begin);
    EXPECT_EQ(heap.state().memory_end(), heap.memory.size().value * page);
  }
}

TEST(HeapState, AHeapThatGrewLastEndsWithTheMemory) {
  OwnHeap<> heap(1000);
  for (unsigned block = 0; block < 20; ++block) {
    heap.engine.alloc(block * page + 1000, usual);
    EXPECT_EQ(heap.state().end(), heap.memory.size().value * page);
    EXPECT_EQ(heap.state().wide_end(), heap.state().end());
    EXPECT_EQ(heap.state().table.end(), heap.state().end());
  }
  const Address end = heap.state().end();
  heap.memory.grow_as_stranger({1});
  EXPECT_EQ(heap.state().end(), end);
  EXPECT_EQ(heap.state().memory_end(), end + page);
}

TEST(HeapState, AHeapWithAFixedTableEndsWithItsTop) {
  OwnHeap<Configuration{
      .walkable = true, .table_moves_up_to = 0, .table_reach = OwnMemory::first_end - 1}>
      heap;
  while (!heap.state().table.is_fixed()) heap.engine.alloc(page, usual);
  EXPECT_EQ(heap.state().end(), heap.state().large.limit());
  EXPECT_NE(heap.state().end(), heap.state().table.end());
}

TEST(HeapState, AFixedTableHasARecordForEveryAddressUpToItsReach) {
  for (const ByteCount reach : {ByteCount{0}, span_size - 1, span_size, 100 * page + 5}) {
    // The reach is part of a type; the size follows from it by the same arithmetic at any reach.
    const ByteCount records = reach / span_size + 1;
    EXPECT_EQ(SpanTable::bytes_for(reach) + sizeof(SpanRecord), records * sizeof(SpanRecord));
  }
  OwnHeap<Configuration{.walkable = true, .table_reach = OwnMemory::first_end - 1}> heap;
  const ByteCount spans = (OwnMemory::capacity.value << wasm_page_log2) / span_size;
  EXPECT_EQ(heap.state().size_of_fixed_table(), spans * sizeof(SpanRecord));
  EXPECT_EQ(heap.state().pages_of_fixed_table().value, spans * sizeof(SpanRecord) / page);
}

TEST(HeapState, ItKnowsTheRoleAndTheLiveSlotsOfEverySpan) {
  for_all_seeds(10, [](Random& random) {
    OwnHeap<> heap;
    std::vector<Address> live;
    for (unsigned call = 0; call < 4000; ++call) {
      if (random.below(5) < 2 && !live.empty()) {
        std::swap(live[random.below(live.size())], live.back());
        heap.engine.free_unsized(live.back());
        live.pop_back();
      } else {
        live.push_back(heap.engine.alloc(random.one_in(2) ? 512 : 2000, usual));
      }
    }
    std::map<SpanOffset, unsigned> live_slots;
    for (const Address block : live) {
      const SpanOffset span = SpanTable::offset_of(block);
      if (heap.state().table.owns(block)) {
        ++live_slots[span];
      } else {
        EXPECT_EQ(heap.state().role_of(span), SpanRole::absent);
      }
    }
    for (const auto [span, count] : live_slots) {
      EXPECT_EQ(heap.state().live_slots(span), count);
      const ByteCount slot = slot_size(heap.state().table.at(span).state.size_class());
      const SpanRole role = heap.state().role_of(span);
      if (role == SpanRole::full) EXPECT_EQ(count, span_slot_bytes / slot);
      if (role == SpanRole::listed) EXPECT_LT(count, span_slot_bytes / slot);
      EXPECT_NE(role, SpanRole::absent);
    }
  });
}

}  // namespace
}  // namespace granary
