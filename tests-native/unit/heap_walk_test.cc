// The walk of a heap: items lie end to end from the first block to the end of the heap, each of the
// kind that its bytes are, and a walk ends whatever its words hold.
#include "alloc/granary/heap_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests-native/support/own_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnMemory;
using test::Random;
using test::RandomCalls;

using AHeap = test::OwnHeap<Configuration{.walkable = true}, DefaultGrowth>;
using Engine = AHeap::Engine;

constexpr Alignment usual = Alignment::from_log2(4);

std::vector<HeapItem> items_of(const Engine& engine) {
  std::vector<HeapItem> items;
  HeapWalk walk(engine.anatomy());
  for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
    items.push_back(item);
    if (item.kind == GRANARY_BROKEN) break;
  }
  return items;
}

std::vector<uint32_t> kinds_of(const Engine& engine) {
  std::vector<uint32_t> kinds;
  for (const HeapItem& item : items_of(engine)) {
    // A top without a byte may be met or not.
    if (item.size != 0) kinds.push_back(item.kind);
  }
  return kinds;
}

TEST(HeapWalk, AHeapWithoutMemoryHasNoItems) {
  OwnMemory memory;
  const Engine engine(AHeap::counted(memory));
  EXPECT_TRUE(items_of(engine).empty());
}

TEST(HeapWalk, BlocksFreeBlocksTheTopAndTheRecordsAreMetInTheOrderOfTheirAddresses) {
  OwnMemory memory;
  Engine engine(AHeap::counted(memory));
  const Address first = engine.alloc(5000, usual);
  const Address second = engine.alloc(6000, usual);
  engine.alloc(7000, usual);
  engine.free_unsized(second);
  EXPECT_EQ(kinds_of(engine), (std::vector<uint32_t>{GRANARY_BLOCK, GRANARY_FREE, GRANARY_BLOCK,
                                                     GRANARY_TOP, GRANARY_RECORDS}));
  const std::vector<HeapItem> items = items_of(engine);
  EXPECT_EQ(items[0].address, first);
  EXPECT_EQ(items[1].address, second);
  EXPECT_EQ(items[1].size, block_size(6000));
}

TEST(HeapWalk, PagesThatSomebodyElseGrewAreAGap) {
  OwnMemory memory;
  Engine engine(AHeap::counted(memory));
  engine.alloc(60'000, usual);
  const Address strangers = memory.grow_as_stranger({2});
  engine.alloc(60'000, usual);
  const std::vector<HeapItem> items = items_of(engine);
  const auto gap = std::find_if(items.begin(), items.end(),
                                [](const HeapItem& item) { return item.kind == GRANARY_GAP; });
  ASSERT_NE(gap, items.end());
  EXPECT_LE(gap->address, strangers);
  EXPECT_GE(gap->address + gap->size, strangers + 2 * wasm_page_size);
}

TEST(HeapWalk, AfterAnyCallsItemsLieEndToEndAndEveryLiveBlockIsInOne) {
  for_all_seeds(20, [](Random& random) {
    AHeap heap(random.below(70'000));
    const auto& engine = heap.engine;
    RandomCalls calls(heap.engine, random);
    for (unsigned round = 0; round < 20; ++round) {
      if (random.one_in(2)) heap.memory.grow_as_stranger({1});
      calls.make(60, 3);
      const std::vector<HeapItem> items = items_of(engine);
      ASSERT_FALSE(items.empty());
      ASSERT_EQ(items.back().kind, GRANARY_RECORDS);
      for (unsigned index = 1; index < items.size(); ++index) {
        ASSERT_EQ(items[index].address, items[index - 1].address + items[index - 1].size);
      }
      for (const auto& each : calls.live()) {
        const Address block = each.block.address;
        const auto holds = [&](const HeapItem& item) { return block - item.address < item.size; };
        const auto item = std::find_if(items.begin(), items.end(), holds);
        ASSERT_NE(item, items.end());
        const uint32_t kind = engine.anatomy().table.owns(block) ? GRANARY_SPAN : GRANARY_BLOCK;
        ASSERT_EQ(item->kind, kind);
        // Met by its address as well, as who looks at one item does.
        ASSERT_EQ(item_at(engine.anatomy(), item->address).size, item->size);
      }
    }
  });
}

TEST(HeapWalk, TheItemAtTheAddress0IsTheFirst) {
  OwnMemory memory;
  Engine engine(AHeap::counted(memory));
  const Address first = engine.alloc(5000, usual);
  EXPECT_EQ(item_at(engine.anatomy(), 0).address, first);
}

TEST(HeapWalk, ATagThatLeadsNowhereIsBrokenAndEndsTheWalk) {
  OwnMemory memory;
  Engine engine(AHeap::counted(memory));
  engine.alloc(5000, usual);
  const Address second = engine.alloc(6000, usual);
  Address& tag = *reinterpret_cast<Address*>(second - TaggedBlock::overhead);
  const Address right = tag;
  EXPECT_TRUE(HeapWalk(engine.anatomy()).reaches_end());
  for (const Address wrong : {Address{0}, Address{8}, ~Address{0}, Address{1} << 40}) {
    tag = wrong;
    const std::vector<HeapItem> items = items_of(engine);
    EXPECT_EQ(items.back().kind, GRANARY_BROKEN) << wrong;
    EXPECT_EQ(items.back().address, second) << wrong;
    EXPECT_FALSE(HeapWalk(engine.anatomy()).reaches_end()) << wrong;
  }
  tag = right;
  EXPECT_TRUE(HeapWalk(engine.anatomy()).reaches_end());
}

TEST(HeapWalk, AnAddressWhereNoItemBeginsIsBroken) {
  OwnMemory memory;
  Engine engine(AHeap::counted(memory));
  const Address first = engine.alloc(5000, usual);
  EXPECT_EQ(item_at(engine.anatomy(), first + 8).kind, GRANARY_BROKEN);
  EXPECT_EQ(item_at(engine.anatomy(), first - TaggedBlock::unit).kind, GRANARY_BROKEN);
  EXPECT_EQ(item_at(engine.anatomy(), ~Address{0}).kind, GRANARY_END);
}

}  // namespace
}  // namespace granary
