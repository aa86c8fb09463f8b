// The default engine over memories of its own: where it looks before it grows, by how much it
// grows, what it takes over at its start, and random calls against a model. What is whole, verify
// says.
#include "alloc/granary/span_engine.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "alloc/inspection/verify.h"
#include "tests-native/support/own_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnHeap;
using test::Random;
using test::RandomCalls;

constexpr Configuration walkable = {.walkable = true};
constexpr Alignment usual = Alignment::from_log2(4);
constexpr ByteCount page = wasm_page_size;

using Heap = OwnHeap<>;

template <class AHeap>
Address alloc(AHeap& heap, ByteCount length, Alignment alignment = usual) {
  return heap.engine.alloc(length, alignment);
}

template <class AHeap>
std::vector<Address> alloc_many(AHeap& heap, unsigned count, ByteCount length) {
  std::vector<Address> blocks;
  for (unsigned block = 0; block < count; ++block) blocks.push_back(alloc(heap, length));
  return blocks;
}

// As many blocks as can be had.
template <class AHeap>
std::vector<Address> fill(AHeap& heap, ByteCount length) {
  std::vector<Address> blocks;
  for (Address block = alloc(heap, length); block != 0; block = alloc(heap, length)) {
    blocks.push_back(block);
  }
  return blocks;
}

template <class AHeap>
void free_all(AHeap& heap, const std::vector<Address>& blocks) {
  for (const Address block : blocks) heap.engine.free_unsized(block);
}

bool is_all(Address address, ByteCount length, uint8_t value) {
  const auto* const bytes = reinterpret_cast<const uint8_t*>(address);
  return std::all_of(bytes, bytes + length, [=](uint8_t byte) { return byte == value; });
}

void set(Address begin, Address end, uint8_t value) {
  std::memset(reinterpret_cast<void*>(begin), value, end - begin);
}

template <class AHeap>
void expect_whole(const AHeap& heap) {
  EXPECT_EQ(verify(heap.state()), GRANARY_NO_RULE);
}

bool is_slot(const Heap& heap, Address block) { return heap.state().table.owns(block); }

// Blocks of a length until the class has a span; a slot of it.
Address alloc_slot(Heap& heap, ByteCount length) {
  const Alignment none = Alignment::from_log2(0);
  Address block = alloc(heap, length, none);
  while (!is_slot(heap, block)) block = alloc(heap, length, none);
  return block;
}

TEST(SpanEngine, TwoEnginesOfOneTypeHaveAHeapEach) {
  Heap one;
  Heap other;
  const std::vector<Address> blocks = alloc_many(one, 1000, 100);
  EXPECT_TRUE(other.memory.requests.empty());
  EXPECT_TRUE(other.state().large.is_empty());
  const Address block = alloc(other, 100);
  EXPECT_EQ(other.memory.requests, std::vector<ByteCount>{1});
  EXPECT_GE(block, other.memory.pages().slack().end);
  set(block, block + 100, 0x77);
  free_all(one, blocks);
  EXPECT_TRUE(is_all(block, 100, 0x77));
  expect_whole(one);
  expect_whole(other);
}

TEST(SpanEngine, WhateverTheCallsBlocksKeepTheirBytesAndTheHeapIsWhole) {
  for_all_seeds(30, [](Random& random) {
    Heap heap(random.below(page));
    heap.memory.pages_left = random.one_in(2) ? random.between(1, 20) : 500;
    RandomCalls calls(heap.engine, random);
    for (unsigned phase = 0; phase < 8 && !testing::Test::HasFailure(); ++phase) {
      if (random.one_in(3) && heap.memory.pages_left > 0) heap.memory.grow_as_stranger({1});
      calls.make(200, random.between(1, 6));
      calls.check();
      expect_whole(heap);
      if (random.one_in(3)) heap.engine.trim();
      expect_whole(heap);
    }
    calls.free_all();
    expect_whole(heap);
    heap.engine.trim();
    EXPECT_EQ(heap.state().small.spans(), 0U);
    expect_whole(heap);
  });
}

TEST(SpanEngine, TheSameCallsOfAnEngineThatIsNotWalkableGetTheSameAddresses) {
  for_all_seeds(10, [](Random& random) {
    Heap walked(1000);
    OwnHeap<Configuration{}> plain(1000);
    const Address offset = plain.memory.pages().slack().begin - walked.memory.pages().slack().begin;
    std::vector<Address> live;
    for (unsigned call = 0; call < 500; ++call) {
      if (random.one_in(3) && !live.empty()) {
        std::swap(live[random.below(live.size())], live.back());
        walked.engine.free_unsized(live.back());
        plain.engine.free_unsized(live.back() + offset);
        live.pop_back();
      } else {
        const ByteCount length = random.between(1, random.one_in(10) ? 50'000 : 500);
        live.push_back(alloc(walked, length));
        ASSERT_EQ(alloc(plain, length), live.back() + offset);
      }
    }
  });
}

TEST(SpanEngine, ASmallBlockFillsItsSlotFromItsHalfOn) {
  for (unsigned index = 0; index < size_class_count; ++index) {
    Heap heap;
    const ByteCount slot = slot_size(SizeClass{index});
    const Address block = alloc_slot(heap, slot);
    EXPECT_EQ(heap.engine.usable_size(block), slot);
    for (ByteCount length = 1; length <= 2 * slot; ++length) {
      const bool stays = length <= slot && (slot <= 16 || length >= slot / 2);
      ASSERT_EQ(heap.engine.resize({block, slot, usual}, length), stays)
          << length << " in " << slot;
    }
  }
}

TEST(SpanEngine, ABlockThatBecomesSmallerMovesToASmallerSlotWithItsBytes) {
  for (ByteCount length = 1; length <= 900; length += 29) {
    Heap heap;
    const Address block = alloc_slot(heap, 2000);
    alloc_slot(heap, length);
    set(block, block + 2000, 0x33);
    const Address moved = heap.engine.remap({block, 2000, usual}, length);
    EXPECT_NE(moved, block);
    EXPECT_TRUE(is_all(moved, length, 0x33));
    EXPECT_LT(heap.engine.usable_size(moved), 2000U);
    expect_whole(heap);
  }
}

TEST(SpanEngine, InAFullMemoryEveryBlockBecomesSmaller) {
  for (const ByteCount length : {ByteCount{2000}, ByteCount{40}, ByteCount{5000}}) {
    Heap heap;
    if (length <= largest_small) alloc_slot(heap, length);
    heap.memory.pages_left = 0;
    std::vector<Address> blocks = fill(heap, length);
    fill(heap, 1);
    // Slots first: another block leaves memory free, to which they could move.
    std::partition(blocks.begin(), blocks.end(),
                   [&](Address block) { return is_slot(heap, block); });
    for (Address block : blocks) {
      for (const ByteCount shorter : {length / 2, length / 3, ByteCount{1}}) {
        block = heap.engine.remap({block, length, usual}, shorter);
        ASSERT_NE(block, 0U);
      }
    }
    expect_whole(heap);
  }
}

TEST(SpanEngine, AZeroedBlockIsZeroWhateverLayThere) {
  Heap heap(3000);
  set(heap.memory.pages().slack().begin, heap.memory.pages().slack().end, 0xff);
  for (ByteCount length = 1; length < 3 * page; length += length / 3 + 1) {
    const Address block = heap.engine.alloc_zeroed(length, usual);
    ASSERT_TRUE(is_all(block, length, 0)) << length << " bytes";
    set(block, block + length, 0xff);
    if (length % 2 == 0) heap.engine.free_unsized(block);
    ASSERT_TRUE(is_all(heap.engine.alloc_zeroed(length, usual), length, 0));
  }
}

TEST(SpanEngine, MemoryThatWasNeverUsedIsNotClearedForAZeroedBlock) {
  Heap heap;
  const Address first = alloc(heap, 2 * page);
  // Whoever wrote here broke what the memory promises: so it is seen that the engine trusted it.
  set(heap.state().large.fresh(), heap.state().large.limit(), 0x44);
  const Address block = heap.engine.alloc_zeroed(5000, usual);
  EXPECT_GT(block, first);
  EXPECT_TRUE(is_all(block, 5000, 0x44));
}

TEST(SpanEngine, TheSlackIsUsedBeforeTheMemoryGrows) {
  for (ByteCount slack = 0; slack <= page; slack += 256) {
    Heap heap(slack);
    set(heap.memory.pages().slack().begin, heap.memory.pages().slack().end, 0xab);
    const Address block = alloc(heap, 1);
    const bool is_taken = heap.memory.requests.empty();
    EXPECT_EQ(is_taken, slack >= 256) << slack << " bytes of slack";
    EXPECT_EQ(block < heap.memory.pages().slack().end, is_taken);
    set(block, block + 1, 0);
    expect_whole(heap);
    alloc_many(heap, 3000, 50);
    expect_whole(heap);
  }
}

TEST(SpanEngine, ASlackThatIsHardlyMoreThanItsRecordsIsLeftAlone) {
  // The records of a slack that begins so far below the end of a page.
  for (ByteCount slack = 0; slack <= 3 * page; slack += 32) {
    Heap heap(slack);
    const ByteCount pages = (slack + page - 1) / page;
    const ByteCount records = pages * 4 * sizeof(SpanRecord);
    alloc(heap, 1);
    EXPECT_EQ(heap.memory.requests.empty(), slack > records + 2 * TaggedBlock::unit) << slack;
  }
}

TEST(SpanEngine, AHeapGrowsByTheNeedForTheBlockAndItsRecords) {
  for (ByteCount pages = 1; pages <= 70; ++pages) {
    Heap heap;
    // A tag and a unit for alignment at the first page, and four records a page.
    const ByteCount overhead = TaggedBlock::unit + TaggedBlock::overhead;
    const ByteCount most = pages * (page - 4 * sizeof(SpanRecord)) - overhead;
    EXPECT_NE(alloc(heap, most & ~ByteCount{31}), 0U);
    EXPECT_EQ(heap.memory.requests, std::vector{pages});
    EXPECT_EQ(heap.state().grown.value, pages);
    Heap larger;
    EXPECT_NE(alloc(larger, most + 32), 0U);
    EXPECT_EQ(larger.memory.requests, std::vector{pages + 1});
  }
}

TEST(SpanEngine, TheLastBlockGrowsIntoFreshPagesWhereItIs) {
  Heap heap;
  const Address block = alloc(heap, 5000);
  set(block, block + 5000, 0x21);
  ByteCount length = 5000;
  for (unsigned doubling = 0; doubling < 6; ++doubling) {
    ASSERT_TRUE(heap.engine.resize({block, length, usual}, 2 * length));
    length *= 2;
    expect_whole(heap);
  }
  EXPECT_TRUE(is_all(block, 5000, 0x21));
  heap.memory.grow_as_stranger({1});
  EXPECT_FALSE(heap.engine.resize({block, length, usual}, 2 * length)) << "a stranger is above";
  expect_whole(heap);
}

// Half of all that there is.
struct HalfMore {
  static constexpr GrowthPolicy policy() { return {.share_from = {0}, .share_log2 = 1}; }
};

TEST(SpanEngine, WhenALargerGrowthIsRefusedTheExactNeedIsAskedFor) {
  OwnHeap<walkable, HalfMore> heap;
  alloc(heap, 20 * page);
  const ByteCount grown = heap.state().grown.value;
  heap.memory.requests.clear();
  heap.memory.pages_left = 2;
  EXPECT_NE(alloc(heap, page + 5000), 0U);
  EXPECT_EQ(heap.memory.requests, (std::vector<ByteCount>{grown / 2, 1}));
  expect_whole(heap);
}

TEST(SpanEngine, ARefusedGrowthChangesNothing) {
  for (const ByteCount length : {ByteCount{100}, ByteCount{3000}, 3 * page}) {
    Heap heap;
    heap.memory.pages_left = 3;
    const std::vector<Address> blocks = fill(heap, length);
    const Address top = heap.state().large.top();
    EXPECT_EQ(alloc(heap, 4 * page), 0U);
    EXPECT_EQ(heap.state().large.top(), top);
    expect_whole(heap);
    free_all(heap, blocks);
    expect_whole(heap);
    heap.memory.pages_left = 10;
    EXPECT_NE(alloc(heap, 4 * page), 0U);
  }
}

TEST(SpanEngine, NothingIsHadAtAnAlignmentThatNoAddressHas) {
  Heap heap;
  for (unsigned log2 = address_bits; log2 <= UINT8_MAX; ++log2) {
    EXPECT_EQ(alloc(heap, 1, Alignment::from_log2(log2)), 0U);
    EXPECT_EQ(alloc(heap, 5000, Alignment::from_log2(log2)), 0U);
  }
  EXPECT_TRUE(heap.memory.requests.empty());
}

TEST(SpanEngine, NothingIsHadOfALengthThatNoMemoryHas) {
  Heap heap;
  for (ByteCount less = 0; less < 2 * page; less += 7) {
    ASSERT_EQ(alloc(heap, ~less), 0U);
    ASSERT_EQ(alloc(heap, ~less, Alignment::from_log2(16)), 0U);
  }
  const Address block = alloc(heap, 5000);
  EXPECT_FALSE(heap.engine.resize({block, 5000, usual}, ~ByteCount{0}));
  EXPECT_EQ(heap.engine.remap({block, 5000, usual}, ~ByteCount{0}), 0U);
  expect_whole(heap);
}

TEST(SpanEngine, EveryFreeBlockIsLookedAtBeforeTheMemoryGrows) {
  Heap heap;
  // Blocks of one bin, of which only the one that was freed first is large enough.
  std::vector<Address> blocks = {alloc(heap, 8 * 1032)};
  alloc(heap, 5000);
  for (unsigned other = 0; other < 60; ++other) {
    blocks.push_back(alloc(heap, 8 * 1024 + 8));
    alloc(heap, 5000);
  }
  const Address room = alloc(heap, heap.state().large.limit() - heap.state().large.top() - 64);
  ASSERT_NE(room, 0U);
  heap.memory.requests.clear();
  free_all(heap, blocks);
  EXPECT_EQ(alloc(heap, 8 * 1032), blocks[0]);
  EXPECT_TRUE(heap.memory.requests.empty());
}

TEST(SpanEngine, SpansThatHoldNoBlockAreGivenBackBeforeTheMemoryGrows) {
  Heap heap;
  std::vector<Address> blocks;
  for (const unsigned length : {64U, 128U, 256U, 512U, 1024U, 2048U}) {
    blocks.push_back(alloc_slot(heap, length));
  }
  heap.memory.pages_left = 0;
  fill(heap, 3000);
  ASSERT_EQ(alloc(heap, 9000), 0U);
  free_all(heap, blocks);
  EXPECT_NE(alloc(heap, 9000), 0U) << "but a span has";
  expect_whole(heap);
}

TEST(SpanEngine, ASpanThatGoesTakesTheIdleSpansOfOtherClassesAlong) {
  Heap heap;
  const Address idle = alloc_slot(heap, 1024);
  std::vector<Address> blocks = {alloc_slot(heap, 2048)};
  while (heap.state().small.of(SizeClass{size_class_count - 1}).spans < 3) {
    blocks.push_back(alloc(heap, 2048));
  }
  heap.engine.free_unsized(idle);
  EXPECT_EQ(heap.state().small.classes_with_spans(), 2U);
  free_all(heap, blocks);
  EXPECT_EQ(heap.state().small.classes_with_spans(), 1U);
  EXPECT_TRUE(heap.state().small.has_spans(SizeClass{size_class_count - 1})) << "its current span";
}

TEST(SpanEngine, InAFullMemoryASmallBlockGetsASlotOfALargerClassAtItsAlignment) {
  for (unsigned log2 = 0; log2 <= 11; ++log2) {
    Heap heap;
    const Address slot = alloc_slot(heap, 2048);
    const Address larger_than_aligned = alloc_slot(heap, 1152);
    heap.memory.pages_left = 0;
    fill(heap, 2048);
    fill(heap, 1152);
    fill(heap, 8);
    ASSERT_EQ(alloc(heap, 8), 0U);
    heap.engine.free_unsized(slot);
    heap.engine.free_unsized(larger_than_aligned);
    // 1152 is a multiple of 128; 2048 of everything up to itself.
    const Address first = alloc(heap, 8, Alignment::from_log2(log2));
    ASSERT_NE(first, 0U);
    EXPECT_EQ(first % power_of_two(log2), 0U);
    EXPECT_EQ(heap.engine.usable_size(first), log2 <= 7 ? 1152U : 2048U);
    EXPECT_EQ(alloc(heap, 8, Alignment::from_log2(log2)) != 0, log2 <= 7);
  }
}

constexpr Configuration fixing_early = {
    .walkable = true,
    .table_moves_up_to = 4 * page,
    .table_reach = test::OwnMemory::capacity.value << wasm_page_log2};

TEST(SpanEngine, TheTableOfALargeHeapGetsPagesOfItsOwnOnce) {
  OwnHeap<fixing_early> heap;
  std::vector<Address> blocks;
  for (ByteCount grown = 0; grown < 40;) {
    blocks.push_back(alloc(heap, 3 * page));
    grown = heap.state().grown.value;
    EXPECT_EQ(heap.state().table.is_fixed(), grown > 4) << "with " << grown << " pages";
    expect_whole(heap);
  }
  // A record of 16 bytes for each of 16 KiB, of 2048 pages.
  EXPECT_EQ(heap.state().size_of_fixed_table(heap.state().end()), 2 * page);
  const std::vector<ByteCount>& requests = heap.memory.requests;
  EXPECT_EQ(std::count(requests.begin(), requests.end(), 2), 1) << "the table";
  const Address table = heap.state().table.begin();
  free_all(heap, blocks);
  expect_whole(heap);
  EXPECT_EQ(heap.state().table.begin(), table);
}

TEST(SpanEngine, AHeapWithAFixedTableGrowsByTheNeedOfItsBlocks) {
  OwnHeap<fixing_early> heap;
  while (!heap.state().table.is_fixed()) alloc(heap, page);
  heap.memory.requests.clear();
  heap.memory.grow_as_stranger({1});
  const ByteCount most = 100 * page - TaggedBlock::unit - TaggedBlock::overhead;
  EXPECT_NE(alloc(heap, most & ~ByteCount{31}), 0U);
  EXPECT_EQ(heap.memory.requests, std::vector<ByteCount>{100});
}

TEST(SpanEngine, WhileTheTableIsRefusedPagesOfItsOwnItMoves) {
  OwnHeap<fixing_early> heap;
  std::vector<Address> blocks;
  for (unsigned block = 0; block < 8; ++block) {
    heap.memory.pages_left = 2;
    blocks.push_back(alloc(heap, page));
    expect_whole(heap);
  }
  EXPECT_FALSE(heap.state().table.is_fixed());
  free_all(heap, blocks);
  expect_whole(heap);
}

TEST(SpanEngine, TrimGivesIdleSpansBackAndSaysWhatIsFreeAtTheEnd) {
  Heap heap;
  std::vector<Address> slots;
  for (const ByteCount length : {ByteCount{100}, ByteCount{700}, ByteCount{2000}}) {
    slots.push_back(alloc_slot(heap, length));
  }
  EXPECT_EQ(heap.engine.trim(), heap.state().large.limit() - heap.state().large.top());
  EXPECT_EQ(heap.state().small.spans(), 3U) << "a block lives in each";
  free_all(heap, slots);
  heap.engine.trim();
  EXPECT_EQ(heap.state().small.spans(), 0U);
  expect_whole(heap);
}

TEST(SpanEngine, AResetHeapHasAllOfItsMemoryForNewBlocks) {
  for_all_seeds(20, [](Random& random) {
    Heap heap(random.below(page));
    RandomCalls calls(heap.engine, random);
    for (unsigned region = 0; region < 3; ++region) {
      calls.make(300, 2);
      heap.memory.grow_as_stranger({1});
    }
    const ByteCount grown = heap.state().grown.value;
    heap.engine.reset();
    expect_whole(heap);
    EXPECT_EQ(heap.state().grown.value, grown);
    EXPECT_EQ(heap.state().small.spans(), 0U);
    heap.memory.pages_left = 0;
    const ByteCount had = fill(heap, 3000).size() * 3000;
    EXPECT_GT(had, (grown * page) * 9 / 10) << "of " << grown << " pages";
    expect_whole(heap);
  });
}

TEST(SpanEngine, AHeapThatWasResetAgainAndAgainDoesNotGrow) {
  Heap heap(2000);
  heap.engine.reset();
  std::vector<ByteCount> requests;
  for (unsigned round = 0; round < 5; ++round) {
    alloc_many(heap, 500, 100);
    alloc_many(heap, 50, 5000);
    if (round == 1) requests = heap.memory.requests;
    heap.engine.reset();
    expect_whole(heap);
  }
  EXPECT_EQ(heap.memory.requests, requests);
}

}  // namespace
}  // namespace granary
