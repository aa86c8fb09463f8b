// The walk through heaps of a memory of their own: it meets all that is there, in order, and ends
// whatever somebody wrote over the heap's words.
#include "alloc/granary/heap_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
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

// The items of a heap that is whole.
template <class AHeap>
std::vector<HeapItem> items_of(const AHeap& heap) {
  std::vector<HeapItem> items;
  HeapWalk walk(heap.state());
  for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
    items.push_back(item);
    if (item.kind == GRANARY_BROKEN) break;
  }
  return items;
}

std::vector<uint32_t> kinds_of(const std::vector<HeapItem>& items) {
  std::vector<uint32_t> kinds;
  for (const HeapItem& item : items) kinds.push_back(item.kind);
  return kinds;
}

using Kinds = std::vector<uint32_t>;

TEST(HeapWalk, AHeapWithoutMemoryHasNoItem) {
  OwnHeap<> heap(1000);
  EXPECT_TRUE(items_of(heap).empty());
  HeapWalk walk(heap.state());
  EXPECT_EQ(walk.next().kind, GRANARY_END);
  EXPECT_EQ(walk.next().kind, GRANARY_END) << "and so it stays";
}

TEST(HeapWalk, BlocksTopAndRecordsAreItems) {
  OwnHeap<> heap;
  const Address one = heap.engine.alloc(5000, usual);
  const Address other = heap.engine.alloc(3000, usual);
  EXPECT_EQ(kinds_of(items_of(heap)),
            (Kinds{GRANARY_BLOCK, GRANARY_BLOCK, GRANARY_TOP, GRANARY_RECORDS}));
  EXPECT_EQ(items_of(heap)[0].address, one);
  EXPECT_EQ(items_of(heap)[1].address, other);
  EXPECT_EQ(items_of(heap)[0].size, block_size(5000));
  heap.engine.free_unsized(one);
  EXPECT_EQ(kinds_of(items_of(heap)),
            (Kinds{GRANARY_FREE, GRANARY_BLOCK, GRANARY_TOP, GRANARY_RECORDS}));
  heap.engine.free_unsized(other);
  EXPECT_EQ(kinds_of(items_of(heap)), (Kinds{GRANARY_TOP, GRANARY_RECORDS}));
}

TEST(HeapWalk, WhatAStrangerGrewIsAGap) {
  OwnHeap<> heap;
  heap.engine.alloc(5000, usual);
  for (unsigned stranger = 1; stranger <= 3; ++stranger) {
    const Address pages = heap.memory.grow_as_stranger({stranger});
    heap.engine.alloc(2 * page, usual);
    const std::vector<HeapItem> items = items_of(heap);
    EXPECT_EQ(std::count_if(items.begin(), items.end(),
                            [](const HeapItem& item) { return item.kind == GRANARY_GAP; }),
              stranger);
    const HeapItem gap = *std::find_if(items.rbegin(), items.rend(), [](const HeapItem& item) {
      return item.kind == GRANARY_GAP;
    });
    EXPECT_EQ(gap.address, pages);
    EXPECT_EQ(gap.size, stranger * page + TaggedBlock::unit) << "up to the first block above it";
  }
}

TEST(HeapWalk, ATableWithPagesOfItsOwnIsAGapAndTheTopIsTheLastItem) {
  OwnHeap<fixing_early> heap;
  while (!heap.state().table.is_fixed()) heap.engine.alloc(page, usual);
  heap.engine.alloc(20 * page, usual);
  const std::vector<HeapItem> items = items_of(heap);
  EXPECT_EQ(items.back().kind, GRANARY_TOP);
  for (const HeapItem& item : items) EXPECT_NE(item.kind, GRANARY_RECORDS);
  const Address table = heap.state().table.begin();
  EXPECT_TRUE(std::any_of(items.begin(), items.end(), [&](const HeapItem& item) {
    return item.kind == GRANARY_GAP && item.address <= table && table < item.address + item.size;
  }));
}

// Items tile the heap; each live block is an item, or lies in a span that is one.
template <class AHeap, class Calls>
void expect_complete(const AHeap& heap, const Calls& calls) {
  std::map<Address, HeapItem> by_address;
  WideAddress expected = heap.state().large.first();
  for (const HeapItem& item : items_of(heap)) {
    ASSERT_NE(item.kind, GRANARY_BROKEN);
    ASSERT_EQ(item.address, expected);
    expected += item.size;
    by_address[item.address] = item;
    const HeapItem again = item_at(heap.state(), item.address);
    ASSERT_EQ(again.kind, item.kind);
    ASSERT_EQ(again.size, item.size);
  }
  ASSERT_EQ(expected, heap.state().wide_end());
  ByteCount blocks = 0;
  for (const auto& [address, item] : by_address) {
    if (item.kind == GRANARY_BLOCK) ++blocks;
  }
  ByteCount large = 0;
  for (const auto& [block, mark] : calls.live()) {
    const HeapItem& around = std::prev(by_address.upper_bound(block.address))->second;
    const bool is_slot = heap.state().table.owns(block.address);
    ASSERT_EQ(around.kind, is_slot ? GRANARY_SPAN : GRANARY_BLOCK);
    ASSERT_LE(block.address + block.length, around.address + around.size);
    if (!is_slot) ++large;
  }
  ASSERT_EQ(blocks, large) << "every block that is met is live";
}

template <class AHeap>
void walk_after_random_calls(Random& random) {
  AHeap heap(random.below(page));
  RandomCalls calls(heap.engine, random);
  for (unsigned phase = 0; phase < 6 && !testing::Test::HasFailure(); ++phase) {
    if (random.one_in(3)) heap.memory.grow_as_stranger({1});
    calls.make(200, random.between(1, 5));
    expect_complete(heap, calls);
  }
}

TEST(HeapWalk, ItMeetsEveryBlockAndNothingTwice) {
  for_all_seeds(10, [](Random& random) { walk_after_random_calls<OwnHeap<>>(random); });
}

TEST(HeapWalk, ItMeetsEveryBlockOfAHeapWithAFixedTable) {
  for_all_seeds(10, [](Random& random) { walk_after_random_calls<OwnHeap<fixing_early>>(random); });
}

TEST(HeapWalk, TheFirstItemIsThatOfTheAddress0) {
  OwnHeap<> heap;
  const Address block = heap.engine.alloc(5000, usual);
  EXPECT_EQ(item_at(heap.state(), 0).address, block);
}

TEST(HeapWalk, WhereNoItemCanBeginOneIsBroken) {
  OwnHeap<> heap;
  const Address block = heap.engine.alloc(5000, usual);
  for (const Address address : {block + 1, block + 8, block - TaggedBlock::unit,
                                heap.state().large.top() + TaggedBlock::unit}) {
    EXPECT_EQ(item_at(heap.state(), address).kind, GRANARY_BROKEN);
  }
  EXPECT_EQ(item_at(heap.state(), heap.state().end()).kind, GRANARY_END);
}

TEST(HeapWalk, OnlyAddressesOfTheHeapHaveARecord) {
  OwnHeap<> heap;
  heap.engine.alloc(5 * page, usual);
  const HeapWalk walk(heap.state());
  const Address begin = heap.state().first_page();
  const Address end = heap.state().end();
  for (Address address = begin; address < end; address += span_size / 2) {
    EXPECT_EQ(walk.record_of(address), &heap.state().table.at(SpanTable::offset_of(address)));
  }
  for (const Address outside : {begin - 1, end, end + page, Address{0}, ~Address{0}}) {
    EXPECT_EQ(walk.record_of(outside), nullptr) << outside;
  }
  EXPECT_EQ(walk.record_at(SpanTable::offset_of(begin) + 1), nullptr) << "between two records";
}

// The tag of each block overwritten with each of these, the walk ends, and what it has met until
// then lies in the heap.
TEST(HeapWalk, WhateverATagSaysTheWalkEndsInsideTheHeap) {
  OwnHeap<> heap;
  std::vector<Address> blocks;
  for (unsigned block = 0; block < 12; ++block) {
    blocks.push_back(heap.engine.alloc(3000 + 100 * block, usual));
  }
  heap.engine.free_unsized(blocks[3]);
  heap.engine.free_unsized(blocks[7]);
  const Address first = heap.state().large.first();
  const WideAddress end = heap.state().wide_end();
  for (const Address block : blocks) {
    Address& tag = *reinterpret_cast<Address*>(block - TaggedBlock::overhead);
    const Address right = tag;
    for (unsigned bit = 0; bit < address_bits; ++bit) {
      for (const Address wrong :
           {right ^ (Address{1} << bit), Address{1} << bit, ~Address{0} << bit}) {
        tag = wrong;
        HeapWalk walk(heap.state());
        HeapItem item = walk.next();
        unsigned items = 0;
        for (; item.kind != GRANARY_END && item.kind != GRANARY_BROKEN; item = walk.next()) {
          ASSERT_GE(item.address, first);
          ASSERT_LE(WideAddress{item.address} + item.size, end);
          ASSERT_LT(++items, 10'000U);
        }
        ASSERT_EQ(HeapWalk(heap.state()).reaches_end(), item.kind == GRANARY_END);
      }
    }
    tag = right;
  }
  EXPECT_TRUE(HeapWalk(heap.state()).reaches_end());
}

}  // namespace
}  // namespace granary
