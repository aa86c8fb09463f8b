// The span table of an engine whose table may be outgrown, as with 64-bit addresses: it moves while
// the heap is small, gets pages of its own, and gets more of them when the heap outgrows those.
// Whatever the table does, the heap is whole and every slot keeps its bytes and its span.
#include <gtest/gtest.h>

#include <vector>

#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/inspection/verify.h"
#include "tests-native/support/own_memory.h"

namespace granary {
namespace {

using test::OwnMemory;

constexpr ByteCount page = wasm_page_size;
constexpr Configuration early = {
    .walkable = true, .table_moves_up_to = 16 * page, .table_reach = 64 * page};
constexpr Alignment aligned = Alignment::from_log2(4);

// A heap with slots of many sizes among large blocks.
struct Heap {
  OwnMemory memory;
  SpanEngine<OwnMemory::Pages, DefaultGrowth, early> engine{memory.pages()};
  std::vector<Block> blocks;

  const SpanTable& table() const { return engine.anatomy().table; }
  ByteCount reached() const {
    const auto& state = engine.anatomy();
    return state.large.is_empty() ? 0 : (state.end() - state.first_page()) / page;
  }

  bool alloc(ByteCount length) {
    const Address address = engine.alloc(length, aligned);
    if (address == 0) return false;
    for (ByteCount at = 0; at < length; at += 512) byte(address + at) = mark(address + at);
    blocks.push_back({address, length, aligned});
    return true;
  }

  // Small blocks, and large ones until the heap reaches over so many pages.
  void fill_up_to(ByteCount pages) {
    while (reached() < pages) {
      for (const ByteCount length : {24U, 100U, 700U, 2000U, 5000U}) ASSERT_TRUE(alloc(length));
      ASSERT_TRUE(alloc(page));
    }
  }

  void expect_whole() {
    EXPECT_EQ(verify(engine.anatomy()), GRANARY_NO_RULE);
    for (const Block& block : blocks) {
      for (ByteCount at = 0; at < block.length; at += 512) {
        ASSERT_EQ(byte(block.address + at), mark(block.address + at));
      }
    }
  }

  void free_all() {
    for (const Block& block : blocks) engine.free(block);
    blocks.clear();
    engine.trim();
  }

  static unsigned char& byte(Address address) { return *reinterpret_cast<unsigned char*>(address); }
  static unsigned char mark(Address address) {
    return static_cast<unsigned char>(address / 512 * 7 + 1);
  }
};

TEST(OutgrownTable, MovesGetsPagesAndGetsMorePagesWithEveryBlockAsItWas) {
  Heap heap;
  heap.fill_up_to(15);
  EXPECT_FALSE(heap.table().is_fixed());
  heap.fill_up_to(40);
  EXPECT_TRUE(heap.table().is_fixed());
  EXPECT_EQ(heap.table().size(), SpanTable::bytes_for(early.table_reach));
  heap.expect_whole();
  const Address begin = heap.table().begin();
  heap.fill_up_to(60);
  EXPECT_EQ(heap.table().begin(), begin);
  heap.fill_up_to(200);
  EXPECT_EQ(heap.table().size(), SpanTable::bytes_for(early.table_reach) * 64);
  heap.expect_whole();
  heap.free_all();
  heap.expect_whole();
  EXPECT_EQ(heap.engine.anatomy().small.spans(), 0U);
}

TEST(OutgrownTable, IsPassedByOneBlockAtAnySize) {
  for (const ByteCount before : {0U, 10U, 40U, 60U}) {
    for (const ByteCount pages : {1U, 10U, 40U, 100U, 500U}) {
      Heap heap;
      heap.fill_up_to(before);
      ASSERT_TRUE(heap.alloc(pages * page));
      ASSERT_TRUE(heap.alloc(100));
      heap.expect_whole();
      EXPECT_GE(heap.table().size(), SpanTable::bytes_for(heap.reached() * page));
    }
  }
}

TEST(OutgrownTable, GoesOnMovingWhileItsFirstPagesAreRefused) {
  Heap heap;
  heap.fill_up_to(15);
  while (!heap.table().is_fixed() && heap.reached() < 30) {
    // The page that a block takes is the last one.
    heap.memory.pages_left = 2;
    if (!heap.alloc(2 * page - 5000)) break;
  }
  EXPECT_FALSE(heap.table().is_fixed());
  EXPECT_GT(heap.reached(), 16U);
  heap.expect_whole();
}

TEST(OutgrownTable, RefusesABlockBeyondItsReachWhenItGetsNoPages) {
  Heap heap;
  heap.fill_up_to(60);
  heap.memory.pages_left = 10;
  EXPECT_FALSE(heap.alloc(9 * page));
  heap.expect_whole();
  ASSERT_TRUE(heap.alloc(100));
  heap.expect_whole();
}

TEST(OutgrownTable, LetsTheLastBlockGrowInPlaceAcrossItsReach) {
  for (const ByteCount before : {10U, 55U}) {
    Heap heap;
    heap.fill_up_to(before);
    ASSERT_TRUE(heap.alloc(3 * page));
    const Block last = heap.blocks.back();
    EXPECT_TRUE(heap.engine.resize(last, 70 * page));
    heap.expect_whole();
  }
}

}  // namespace
}  // namespace granary
