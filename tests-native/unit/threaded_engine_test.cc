// The engine for threads, one thread at a time: what its lists hold and when it takes the lock,
// that a block is in one place and the class map right about it, and that nothing is refused for
// which the heap and the thread have a place. Threads at once are in races_test.cc and
// interleavings_test.cc.
#include "alloc/threads/threaded_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "tests-native/support/own_threads_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::NativeSync;
using test::NativeThread;
using test::OwnThreadsHeap;
using test::Random;
using test::RandomCalls;

constexpr Alignment usual = Alignment::from_log2(4);
constexpr Alignment none = Alignment::from_log2(0);

// Counts how often a lock is taken.
struct CountingSync : NativeSync {
  static inline unsigned takes = 0;

  static SharedWord compare_exchange_acquire(SharedWord& word, SharedWord expected,
                                             SharedWord desired) {
    ++takes;
    return NativeSync::compare_exchange_acquire(word, expected, desired);
  }
};

using Heap = OwnThreadsHeap<CountingSync>;

// The threads of a test, of which one runs at a time.
class Threads : public testing::Test {
 protected:
  Threads() { NativeThread::start(false); }
  ~Threads() override { NativeThread::start(false); }

  // Does something as a thread of its own.
  template <class Action>
  static void in_thread(Action action) {
    std::thread thread(action);
    thread.join();
  }
};

using ThreadedEngineTest = Threads;

Address alloc(Heap& heap, ByteCount length, Alignment alignment = usual) {
  const Address block = heap.engine.alloc(length, alignment);
  if (block != 0) {
    EXPECT_EQ(block % alignment.bytes(), 0U);
    EXPECT_TRUE(heap.is_mapped_right(block)) << "a block of " << length;
  }
  return block;
}

std::vector<Address> alloc_many(Heap& heap, unsigned count, ByteCount length,
                                Alignment alignment = usual) {
  std::vector<Address> blocks;
  for (unsigned block = 0; block < count; ++block) {
    blocks.push_back(alloc(heap, length, alignment));
  }
  return blocks;
}

void free_all(Heap& heap, const std::vector<Address>& blocks) {
  for (const Address block : blocks) heap.engine.free_unsized(block);
}

bool is_slot(Heap& heap, Address block) {
  return heap.engine.locked([block](auto& inner) { return inner.is_slot(block); });
}

// The largest block that the heap has without growing.
ByteCount largest_block(Heap& heap) {
  heap.memory.allow({0});
  ByteCount least = 0;
  ByteCount most = heap.memory.size().value << wasm_page_log2;
  while (most - least > 1) {
    const ByteCount length = least + (most - least) / 2;
    const Address block = heap.engine.alloc(length, usual);
    (block != 0 ? least : most) = length;
    if (block != 0) heap.engine.free_unsized(block);
  }
  return least;
}

// What the lists of the thread that calls hold.
ByteCount held(Heap& heap) {
  const ThreadLists& own = NativeThread::lists(heap.engine.no_lists());
  ByteCount bytes = 0;
  for (const ThreadLists::List& list : own.lists) {
    for (Address block = list.first; block != 0; block = ThreadLists::link_of(block)) {
      bytes += list.block_bytes;
    }
  }
  return bytes;
}

void expect_lists_are_right(Heap& heap) {
  const ThreadLists& own = NativeThread::lists(heap.engine.no_lists());
  if (&own == &heap.engine.no_lists()) return;
  std::set<Address> blocks;
  for (unsigned index = 0; index < size_class_count; ++index) {
    for (Address block = own.lists[index].first; block != 0; block = ThreadLists::link_of(block)) {
      ASSERT_TRUE(blocks.insert(block).second) << "a block is on one list, once";
      ASSERT_GE(heap.engine.usable_size(block), slot_size(SizeClass{index}));
      ASSERT_TRUE(heap.is_mapped_right(block));
    }
  }
  ASSERT_EQ(static_cast<int32_t>(ThreadLists::capacity - held(heap)), own.room);
}

TEST_F(ThreadedEngineTest, AllocAndFreeOfABlockThatTheListsHaveTakeNoLock) {
  Heap heap;
  for (unsigned index = 0; index < size_class_count; ++index) {
    const ByteCount length = slot_size(SizeClass{index});
    while (!is_slot(heap, heap.engine.alloc(length, none))) {
    }
    heap.engine.free_unsized(heap.engine.alloc(length, none));
    const unsigned before = CountingSync::takes;
    for (unsigned turn = 0; turn < 100; ++turn) {
      heap.engine.free_unsized(heap.engine.alloc(length, none));
    }
    EXPECT_EQ(CountingSync::takes, before) << length;
  }
}

TEST_F(ThreadedEngineTest, ABatchGrowsWhileAClassIsAllocatedAgainAndAgain) {
  Heap heap;
  // Once the class has spans.
  alloc_many(heap, 1000, 64);
  const unsigned before = CountingSync::takes;
  for (unsigned block = 0; block < 12'800; ++block) heap.engine.alloc(64, usual);
  EXPECT_LE(CountingSync::takes - before, 12'800 * 64 / ThreadLists::largest_batch + 1);
}

TEST_F(ThreadedEngineTest, AFirstBatchIsFetchedAlsoWhereTheClassHasNoSpan) {
  Heap heap;
  const unsigned before = CountingSync::takes;
  for (unsigned block = 0; block < ThreadLists::first_batch / 64; ++block) {
    const Address address = heap.engine.alloc(64, none);
    EXPECT_EQ(CountingSync::takes, before + 1);
    EXPECT_NE(address, 0U);
  }
  EXPECT_FALSE(is_slot(heap, heap.engine.alloc(64, none)));
}

TEST_F(ThreadedEngineTest, FreeingManyTakesTheLockOnceForHalfOfWhatTheListsHold) {
  Heap heap;
  const auto blocks = alloc_many(heap, 10'000, 64);
  const ThreadLists& own = NativeThread::lists(heap.engine.no_lists());
  const uint32_t batch = own.lists[index_of(own.classes.class_of(63))].batch_bytes;
  const unsigned before = CountingSync::takes;
  free_all(heap, blocks);
  EXPECT_LE(CountingSync::takes - before, 10'000 * 64 / (ThreadLists::capacity / 2) + 1);
  EXPECT_LT(own.lists[index_of(own.classes.class_of(63))].batch_bytes, batch / 2)
      << "what had to be given back is not fetched at once again";
}

TEST_F(ThreadedEngineTest, TheLongestListsAreGivenBackFirst) {
  Heap heap;
  const auto few = alloc_many(heap, 400, 512);
  const auto many = alloc_many(heap, 3000, 64);
  for (unsigned block = 0; block < 8; ++block) heap.engine.free_unsized(few[399 - block]);
  const ByteCount before = held(heap);
  for (unsigned block = 0; before + block * 64 < ThreadLists::capacity + 200; ++block) {
    heap.engine.free_unsized(many[2999 - block]);
  }
  EXPECT_LT(held(heap), ThreadLists::capacity * 3 / 4) << "some were given back";
  EXPECT_GT(held(heap), ThreadLists::capacity / 8) << "not all of the longest list was";
  const unsigned takes = CountingSync::takes;
  for (unsigned block = 0; block < 8; ++block) {
    EXPECT_EQ(heap.engine.alloc(512, none), few[392 + block]);
  }
  EXPECT_EQ(CountingSync::takes, takes);
}

// Frees blocks of some lengths, as many bytes of each, until the lists give some back, and returns
// what they hold then.
ByteCount held_after_overflow(const std::vector<ByteCount>& lengths) {
  NativeThread::start(false);
  Heap heap;
  std::vector<std::vector<Address>> blocks;
  // So many that the latest are slots of their class.
  for (const ByteCount length : lengths) blocks.push_back(alloc_many(heap, 2000, length, none));
  heap.engine.flush();
  heap.engine.alloc(lengths[0], none);
  std::vector<ByteCount> freed(lengths.size());
  for (ByteCount before = 0; before <= held(heap);) {
    before = held(heap);
    const auto least = std::min_element(freed.begin(), freed.end());
    const auto index = static_cast<size_t>(least - freed.begin());
    heap.engine.free_unsized(blocks[index].back());
    blocks[index].pop_back();
    *least += lengths[index];
  }
  return held(heap);
}

TEST_F(ThreadedEngineTest, AListThatIsAloneKeepsAQuarterOfWhatTheListsHold) {
  for (const ByteCount length : {64U, 512U}) {
    const ByteCount bytes = held_after_overflow({length});
    EXPECT_LE(bytes, ThreadLists::capacity / 4 + length);
    EXPECT_GT(bytes, ThreadLists::capacity / 4 - length);
  }
}

TEST_F(ThreadedEngineTest, ListsThatAreFullGiveBackHalfOfWhatTheyHoldHoweverManyTheyAre) {
  EXPECT_LE(held_after_overflow({64, 128, 256}), ThreadLists::capacity / 2 + 256);
  EXPECT_LE(held_after_overflow({64, 96, 128, 192, 256}), ThreadLists::capacity / 2 + 256);
}

TEST_F(ThreadedEngineTest, AListThatGivesNothingBackIsFetchedAsMuchForAsBefore) {
  Heap heap;
  alloc_many(heap, 400, 512);
  const auto many = alloc_many(heap, 3000, 64);
  const ThreadLists& own = NativeThread::lists(heap.engine.no_lists());
  const auto batch = [&own](ByteCount length) {
    return own.lists[index_of(own.classes.class_of(length - 1))].batch_bytes;
  };
  const uint32_t before = batch(512);
  ASSERT_GT(before, ThreadLists::first_batch);
  free_all(heap, many);
  EXPECT_EQ(batch(512), before);
  EXPECT_LT(batch(64), ThreadLists::largest_batch);
}

TEST_F(ThreadedEngineTest, TheListsHoldAtMostTheirCapacityAndOneBlock) {
  for_all_seeds(3, [](Random& random) {
    NativeThread::start(false);
    Heap heap;
    std::vector<Address> live;
    ByteCount most = 0;
    for (unsigned call = 0; call < 20'000; ++call) {
      const bool frees = call / 2000 % 2 == 1;
      if (!live.empty() && random.below(8) < (frees ? 7U : 1U)) {
        std::swap(live[random.below(live.size())], live.back());
        heap.engine.free_unsized(live.back());
        live.pop_back();
      } else {
        live.push_back(heap.engine.alloc(random.between(1, 2048), usual));
      }
      const ThreadLists& own = NativeThread::lists(heap.engine.no_lists());
      most = std::max(most, ThreadLists::capacity - static_cast<ByteCount>(own.room));
      if (call % 500 == 0) expect_lists_are_right(heap);
    }
    EXPECT_GE(most, ThreadLists::capacity / 2) << "the test fills the lists";
    EXPECT_LT(most, ThreadLists::capacity + largest_small);
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  });
}

TEST_F(ThreadedEngineTest, ManyThreadsHoldOnlySoMuchEach) {
  Heap heap;
  constexpr unsigned threads = 16;
  const auto spread = [&] {
    std::vector<Address> blocks;
    for (unsigned block = 0; block < 3000; ++block) {
      blocks.push_back(heap.engine.alloc(8 + block % 2000, usual));
    }
    free_all(heap, blocks);
    EXPECT_LT(held(heap), ThreadLists::capacity + largest_small);
  };
  for (unsigned thread = 0; thread < threads; ++thread) in_thread(spread);
  // What one after another left behind is all that is missing now: with lists and the ends of spans
  // that cannot go back, three times what the lists hold.
  const ByteCount memory = heap.memory.grown_pages() << wasm_page_log2;
  EXPECT_LT(memory - largest_block(heap), 3 * threads * ThreadLists::capacity + (4U << 20));
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, FlushGivesEverythingBack) {
  for_all_seeds(5, [](Random& random) {
    NativeThread::start(false);
    Heap heap;
    heap.engine.free_unsized(heap.engine.alloc(5'000'000, usual));
    heap.engine.flush();
    const ByteCount before = largest_block(heap);
    const ByteCount pages = heap.memory.grown_pages();
    heap.engine.flush();
    for (unsigned thread = 0; thread < 3; ++thread) {
      in_thread([&] {
        RandomCalls calls(heap.engine, random);
        calls.make(600, 3);
        calls.free_all();
        expect_lists_are_right(heap);
        heap.engine.flush();
        EXPECT_EQ(held(heap), 0U);
      });
      ASSERT_EQ(heap.blocks(), 0U);
      ASSERT_EQ(heap.rule(), GRANARY_NO_RULE);
    }
    EXPECT_EQ(heap.memory.grown_pages(), pages);
    EXPECT_GE(largest_block(heap), before - before / 100);
  });
}

TEST_F(ThreadedEngineTest, AfterAFlushAThreadIsAsANewOne) {
  Heap heap;
  const Address first = alloc(heap, 100);
  heap.engine.flush();
  EXPECT_EQ(&NativeThread::lists(heap.engine.no_lists()), &heap.engine.no_lists());
  heap.engine.flush();
  heap.engine.free_unsized(first);
  EXPECT_NE(alloc(heap, 100), 0U);
  heap.engine.flush();
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, AThreadThatHasNotAllocatedMayFreeAndFlush) {
  Heap heap;
  const auto blocks = alloc_many(heap, 100, 100);
  const Address large = alloc(heap, 100'000);
  in_thread([&] {
    heap.engine.flush();
    free_all(heap, blocks);
    heap.engine.free_unsized(large);
    heap.engine.flush();
  });
  heap.engine.flush();
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, TheListsOfManyThreadsGetNoSpanForThemselves) {
  Heap heap;
  for (unsigned thread = 0; thread < 200; ++thread) {
    in_thread([&] {
      alloc(heap, 10);
      const ThreadLists& own = NativeThread::lists(heap.engine.no_lists());
      ASSERT_NE(&own, &heap.engine.no_lists());
      EXPECT_FALSE(is_slot(heap, reinterpret_cast<Address>(&own)));
    });
  }
}

TEST_F(ThreadedEngineTest, ABlockThatAnotherThreadFreesIsReusedThere) {
  Heap heap;
  for (const ByteCount length : {8U, 100U, 2048U}) {
    const auto blocks = alloc_many(heap, static_cast<unsigned>(400'000 / length), length);
    ASSERT_TRUE(is_slot(heap, blocks.back()));
    in_thread([&] {
      heap.engine.alloc(length, usual);
      for (const Address block : {blocks.back(), blocks[blocks.size() - 2]}) {
        heap.engine.free_unsized(block);
        EXPECT_EQ(heap.engine.alloc(length, usual), block);
      }
    });
  }
}

TEST_F(ThreadedEngineTest, ASmallBlockOfTheLargeHeapGoesOntoAListAndServesWhatFits) {
  Heap heap;
  // The classes have no span yet, and the tagged blocks have no room for the next class.
  for (const ByteCount length : {24U, 56U, 120U, 512U, 1536U, 2048U}) {
    const Address block = alloc(heap, length, none);
    ASSERT_FALSE(is_slot(heap, block));
    const unsigned before = CountingSync::takes;
    heap.engine.free_unsized(block);
    const Address again = heap.engine.alloc(length, none);
    EXPECT_EQ(CountingSync::takes, before);
    EXPECT_EQ(again, block);
    heap.engine.free_unsized(again);
  }
  // What does not fit into it is another one.
  const Address block = alloc(heap, 900);
  heap.engine.free_unsized(block);
  EXPECT_NE(heap.engine.alloc(1100, usual), block);
  expect_lists_are_right(heap);
}

TEST_F(ThreadedEngineTest, ABlockOfASmallLengthIsHadAgainAndAgainWithoutTheLock) {
  Heap heap;
  // No class has a span in a heap as small as this.
  for (unsigned index = 0; index < size_class_count; ++index) {
    const ByteCount length = slot_size(SizeClass{index});
    const Address block = alloc(heap, length, none);
    ASSERT_FALSE(is_slot(heap, block));
    heap.engine.free_unsized(block);
    const unsigned before = CountingSync::takes;
    for (unsigned turn = 0; turn < 10; ++turn) {
      heap.engine.free_unsized(heap.engine.alloc(length, none));
    }
    EXPECT_EQ(CountingSync::takes, before) << length;
    heap.engine.flush();
  }
}

TEST_F(ThreadedEngineTest, ABlockOfTheLargeHeapThatIsHardlySmallIsNotListed) {
  Heap heap;
  for (ByteCount length = largest_small - 64; length < largest_small + 100; ++length) {
    const Address block = alloc(heap, length);
    const ByteCount room = heap.engine.usable_size(block);
    const ByteCount before = held(heap);
    heap.engine.free_unsized(block);
    const ByteCount gained = held(heap) - before;
    EXPECT_LE(gained, room) << length;
    if (room >= largest_small + TaggedBlock::unit) EXPECT_EQ(gained, 0U) << length;
    expect_lists_are_right(heap);
  }
}

TEST_F(ThreadedEngineTest, NothingOverAlignedComesFromAList) {
  Heap heap;
  for (unsigned log2 = 0; log2 < 14; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    for (const ByteCount length : {1U, 40U, 64U, 300U, 1024U, 2048U}) {
      // Blocks of the class that lie at no more than a unit are on the list.
      std::vector<Address> blocks = alloc_many(heap, 20, length);
      free_all(heap, blocks);
      blocks.clear();
      for (unsigned block = 0; block < 20; ++block) {
        blocks.push_back(alloc(heap, length, alignment));
        EXPECT_GE(heap.engine.usable_size(blocks.back()), length);
      }
      free_all(heap, blocks);
    }
  }
  expect_lists_are_right(heap);
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, AnAlignmentThatNoMemoryHasIsRefused) {
  Heap heap;
  const Address block = alloc(heap, 10);
  for (unsigned log2 = 40; log2 < 256; ++log2) {
    EXPECT_EQ(heap.engine.alloc(1, Alignment::from_log2(log2)), 0U);
  }
  EXPECT_EQ(heap.engine.alloc(~ByteCount{0}, usual), 0U);
  EXPECT_NE(heap.engine.alloc(10, usual), 0U);
  heap.engine.free_unsized(block);
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, ABlockOfLengthZeroIsABlock) {
  Heap heap;
  std::set<Address> blocks;
  for (unsigned block = 0; block < 100; ++block) blocks.insert(alloc(heap, 0));
  EXPECT_EQ(blocks.size(), 100U);
  EXPECT_EQ(blocks.count(0), 0U);
  for (const Address block : blocks) heap.engine.free({block, 0, usual});
  expect_lists_are_right(heap);
}

TEST_F(ThreadedEngineTest, ABlockOfLengthZeroIsHadAgainAndAgainWithoutTheLock) {
  Heap heap;
  heap.engine.free_unsized(alloc(heap, 0));
  const unsigned before = CountingSync::takes;
  for (unsigned turn = 0; turn < 10; ++turn) {
    heap.engine.free_unsized(heap.engine.alloc(0, usual));
  }
  EXPECT_EQ(CountingSync::takes, before);
}

TEST_F(ThreadedEngineTest, WhatTheThreadHoldsIsGivenBackBeforeABlockIsRefused) {
  for (const ByteCount length : {1000U, 3000U, 12'000U}) {
    NativeThread::start(false);
    Heap heap(0, {8});
    // Small blocks fill the memory; then all that is free is on the list of their class.
    std::vector<Address> blocks;
    for (Address block = alloc(heap, 64); block != 0; block = alloc(heap, 64)) {
      blocks.push_back(block);
    }
    ASSERT_GT(blocks.size(), 5000U);
    for (unsigned block = 0; block < 500; ++block) {
      heap.engine.free_unsized(blocks.back());
      blocks.pop_back();
    }
    ASSERT_GE(held(heap), 500 * 64U);
    EXPECT_NE(alloc(heap, length), 0U) << length;
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  }
}

TEST_F(ThreadedEngineTest, AMemoryThatIsFullServesASmallBlockFromTheSlotsOfALargerClass) {
  Heap heap(0, {4});
  std::vector<Address> blocks;
  for (Address block = alloc(heap, 512); block != 0; block = alloc(heap, 512)) {
    blocks.push_back(block);
  }
  heap.engine.flush();
  // Every 16th block: no free place becomes larger than it.
  unsigned freed = 0;
  for (unsigned block = 0; block < blocks.size(); block += 16) {
    if (!is_slot(heap, blocks[block])) continue;
    heap.engine.free_unsized(blocks[block]);
    ++freed;
  }
  ASSERT_GT(freed, 10U);
  unsigned served = 0;
  for (Address block = alloc(heap, 300); block != 0; block = alloc(heap, 300)) {
    EXPECT_TRUE(heap.is_mapped_right(block));
    ++served;
  }
  EXPECT_GE(served, freed - 1) << "one may hold the lists of the thread";
}

TEST_F(ThreadedEngineTest, AHeapWithoutMemoryRefusesAndServesWhenThereIsSome) {
  Heap heap(0, {0});
  EXPECT_EQ(heap.engine.alloc(10, usual), 0U);
  EXPECT_EQ(heap.engine.alloc(100'000, usual), 0U);
  heap.engine.flush();
  EXPECT_EQ(&NativeThread::lists(heap.engine.no_lists()), &heap.engine.no_lists());
  heap.memory.allow({3});
  const Address block = alloc(heap, 10);
  EXPECT_NE(block, 0U);
  heap.engine.free_unsized(block);
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, AThreadForWhoseListsThereIsNoPlaceIsServedAllTheSame) {
  Heap heap(0, {4});
  std::vector<Address> blocks;
  for (const ByteCount length : {50'000U, 150U}) {
    for (Address block = alloc(heap, length); block != 0; block = alloc(heap, length)) {
      blocks.push_back(block);
    }
  }
  // Two places of 150 bytes, apart from each other, so none for the lists.
  heap.engine.free_unsized(blocks.back());
  heap.engine.free_unsized(blocks[blocks.size() - 3]);
  // What this thread holds is given back before this is refused.
  EXPECT_EQ(heap.engine.alloc(50'000, usual), 0U);
  in_thread([&] {
    const Address block = alloc(heap, 100);
    EXPECT_NE(block, 0U);
    EXPECT_EQ(&NativeThread::lists(heap.engine.no_lists()), &heap.engine.no_lists());
    EXPECT_GE(heap.engine.usable_size(block), 100U);
    heap.engine.free_unsized(block);
  });
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, TheListsThemselvesAreGivenBackBeforeABlockIsRefused) {
  for (const ByteCount length : {900U, 1000U, 1024U}) {
    NativeThread::start(false);
    Heap heap(0, {4});
    const Address place = alloc(heap, largest_small + 50);
    for (const ByteCount filling : {20'000U, 500U, 10U}) {
      while (alloc(heap, filling) != 0) {
      }
    }
    heap.engine.free_unsized(place);
    EXPECT_EQ(heap.engine.alloc(20'000, usual), 0U);
    in_thread([&] {
      const Address block = alloc(heap, length);
      ASSERT_NE(block, 0U) << "there was a place, before the lists took it";
      EXPECT_EQ(block, place);
      heap.engine.free_unsized(block);
      heap.engine.flush();
    });
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  }
}

TEST_F(ThreadedEngineTest, AFreePlaceServesALengthThatItHoldsThoughNotTheWholeClass) {
  Heap heap(0, {4});
  // The slots for so many bytes have 1,280.
  const Address place = alloc(heap, 3000, none);
  const Address place_of_lists = alloc(heap, 2500);
  ASSERT_TRUE(heap.engine.resize({place, 3000, none}, 1176));
  for (const ByteCount filling : {20'000U, 500U, 10U}) {
    while (alloc(heap, filling) != 0) {
    }
  }
  ASSERT_EQ(heap.engine.usable_size(place), 1176U);
  heap.engine.free_unsized(place_of_lists);
  heap.engine.free_unsized(place);
  alloc(heap, 10);
  ASSERT_NE(&NativeThread::lists(heap.engine.no_lists()), &heap.engine.no_lists());
  EXPECT_EQ(alloc(heap, 1170, none), place);
}

TEST_F(ThreadedEngineTest, ResizingStaysInTheBlockAndChangesNothingElse) {
  Heap heap;
  for (unsigned index = 0; index < size_class_count; ++index) {
    const ByteCount size = slot_size(SizeClass{index});
    std::vector<Address> blocks =
        alloc_many(heap, static_cast<unsigned>(20'000 / size) + 4, size, none);
    const Address slot = blocks.back();
    if (!is_slot(heap, slot)) continue;
    EXPECT_EQ(heap.engine.usable_size(slot), size);
    const Block block = {slot, size, none};
    EXPECT_TRUE(heap.engine.resize(block, size));
    EXPECT_FALSE(heap.engine.resize(block, size + 1));
    EXPECT_TRUE(heap.engine.resize(block, size - size / 2));
    EXPECT_EQ(heap.engine.remap(block, size - size / 2), slot);
    EXPECT_EQ(heap.engine.remap(block, size + 1), 0U) << "a copy would be no cheaper here";
    const ByteCount least = (size - TaggedBlock::unit) / 2;
    if (size > 2 * TaggedBlock::unit) EXPECT_FALSE(heap.engine.resize(block, least - 1));
    free_all(heap, blocks);
  }
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, ASmallBlockOfTheLargeHeapIsResizedLikeASlotAndWithoutTheLock) {
  Heap heap;
  // No class has a span in a heap as small as this.
  for (unsigned index = 0; index < size_class_count; ++index) {
    const ByteCount size = slot_size(SizeClass{index});
    const Address address = alloc(heap, size, none);
    ASSERT_FALSE(is_slot(heap, address));
    const ByteCount room = heap.engine.usable_size(address);
    const unsigned before = CountingSync::takes;
    EXPECT_TRUE(heap.engine.resize({address, size, none}, size - size / 2)) << size;
    EXPECT_EQ(heap.engine.remap({address, size - size / 2, none}, room), address) << size;
    EXPECT_FALSE(heap.engine.resize({address, room, none}, room + 1)) << size;
    EXPECT_EQ(heap.engine.remap({address, room, none}, room + 1), 0U) << size;
    EXPECT_EQ(CountingSync::takes, before) << size;
    heap.engine.free_unsized(address);
    heap.engine.flush();
  }
}

TEST_F(ThreadedEngineTest, ABlockDoesNotMoveToAPlaceThatItsAlignmentMakesAsLarge) {
  Heap heap;
  for (unsigned log2 = 7; log2 <= 11; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    const Address address = alloc(heap, alignment.bytes(), alignment);
    const Block block = {address, alignment.bytes(), alignment};
    EXPECT_TRUE(heap.engine.resize(block, 1));
    EXPECT_EQ(heap.engine.remap(block, 1), address);
  }
}

TEST_F(ThreadedEngineTest, MakingABlockSmallerNeverFailsAndKeepsItsBytes) {
  for_all_seeds(3, [](Random& random) {
    NativeThread::start(false);
    Heap heap(0, {12});
    std::vector<Block> blocks;
    // A memory that is full.
    for (ByteCount length = 20'000; length != 0; length /= 2) {
      for (;;) {
        const ByteCount this_length = random.between(1, length);
        const Address address = heap.engine.alloc(this_length, usual);
        if (address == 0) break;
        std::memset(reinterpret_cast<void*>(address), static_cast<int>(address >> 4), this_length);
        blocks.push_back({address, this_length, usual});
      }
    }
    for (const Block& block : blocks) {
      const auto mark = static_cast<uint8_t>(block.address >> 4);
      const ByteCount length = random.between(1, block.length);
      const Address now = heap.engine.remap(block, length);
      ASSERT_NE(now, 0U);
      const auto* const bytes = reinterpret_cast<const uint8_t*>(now);
      ASSERT_TRUE(std::all_of(bytes, bytes + length, [&](uint8_t byte) { return byte == mark; }));
      ASSERT_GE(heap.engine.usable_size(now), length);
      ASSERT_TRUE(heap.is_mapped_right(now));
    }
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  });
}

TEST_F(ThreadedEngineTest, ABlockThatBecomesSmallerStaysWhereNoSmallerPlaceIsFree) {
  Heap heap(0, {12});
  std::vector<Address> blocks;
  for (const ByteCount length : {2048U, 200U, 8U}) {
    for (Address block = alloc(heap, length, none); block != 0; block = alloc(heap, length, none)) {
      blocks.push_back(block);
    }
  }
  unsigned slots = 0;
  for (const Address block : blocks) {
    if (!is_slot(heap, block) || heap.engine.usable_size(block) != 2048) continue;
    EXPECT_EQ(heap.engine.remap({block, 2048, none}, 24), block);
    ++slots;
  }
  EXPECT_GT(slots, 100U);
}

TEST_F(ThreadedEngineTest, TheLastBlockGrowsInPlaceIntoFreshPages) {
  Heap heap;
  alloc(heap, 100);
  const Address block = alloc(heap, 200'000);
  EXPECT_TRUE(heap.engine.resize({block, 200'000, usual}, 2'000'000));
  EXPECT_EQ(heap.engine.remap({block, 2'000'000, usual}, 4'000'000), block);
  EXPECT_GE(heap.engine.usable_size(block), 4'000'000U);
  EXPECT_TRUE(heap.is_mapped_right(block));
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, ABlockThatSlidesDownIsMappedWhereItThenIs) {
  Heap heap;
  alloc(heap, 100);
  const Address below = alloc(heap, 300'000);
  const Address block = alloc(heap, 100'000);
  const Address above = alloc(heap, 100'000);
  std::memset(reinterpret_cast<void*>(block), 7, 100'000);
  heap.engine.free_unsized(below);
  const Address now = heap.engine.remap({block, 100'000, usual}, 350'000);
  EXPECT_EQ(now, below);
  EXPECT_EQ(*reinterpret_cast<const uint8_t*>(now + 99'999), 7);
  EXPECT_TRUE(heap.is_mapped_right(now));
  heap.engine.free_unsized(above);
  heap.engine.free_unsized(now);
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, ABlockThatSlidesDownToWhereASpanWasIsNoSlot) {
  Heap heap;
  const auto blocks = alloc_many(heap, 100, 2048);
  const Address block = alloc(heap, 30'000);
  const Address above = alloc(heap, 30'000);
  const Address slot = *std::find_if(blocks.begin(), blocks.end(),
                                     [&](Address made) { return is_slot(heap, made); });
  free_all(heap, blocks);
  heap.engine.flush();
  heap.engine.locked([](auto& inner) { inner.trim(); });
  // The free memory below the block is made to begin where a span began.
  const Address below = alloc(heap, 3000);
  const Address span = slot & ~(span_size - 1);
  ASSERT_LT(below + 3000, span);
  ASSERT_TRUE(heap.engine.resize({below, 3000, usual}, span - below - TaggedBlock::overhead));
  ASSERT_NE(heap.engine.locked([&](auto& inner) { return inner.memory().map().at(span); }),
            ClassMap::no_slots);
  ASSERT_EQ(heap.engine.remap({block, 30'000, usual}, 40'000), span);
  EXPECT_TRUE(heap.is_mapped_right(span));
  heap.engine.free_unsized(span);
  heap.engine.free_unsized(above);
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, TheMapIsRightWhenSpansBecomeLargeBlocksAndLargeBlocksSpans) {
  Heap heap(0, {64});
  for (unsigned turn = 0; turn < 4; ++turn) {
    for (const ByteCount length : {48U, 700U, 2048U}) {
      std::vector<Address> blocks;
      for (Address block = alloc(heap, length); block != 0; block = alloc(heap, length)) {
        blocks.push_back(block);
      }
      ASSERT_TRUE(std::any_of(blocks.begin(), blocks.end(),
                              [&](Address block) { return is_slot(heap, block); }));
      free_all(heap, blocks);
      heap.engine.flush();
      blocks.clear();
      for (Address block = alloc(heap, 30'000); block != 0; block = alloc(heap, 30'000)) {
        blocks.push_back(block);
      }
      ASSERT_GT(blocks.size(), 120U) << "all of the memory serves any size";
      free_all(heap, blocks);
      heap.engine.flush();
    }
  }
}

TEST_F(ThreadedEngineTest, AHeapThatReachesOver64MebibytesHasPagesForItsMap) {
  Heap heap(0, {3000});
  std::vector<Address> blocks;
  while (heap.memory.grown_pages() < 2500) {
    blocks.push_back(alloc(heap, 3'000'000));
    for (const Address small : alloc_many(heap, 300, 100)) blocks.push_back(small);
  }
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  free_all(heap, blocks);
  heap.engine.flush();
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, WhereAPageForTheMapIsRefusedTheHeapGoesOnWithWhatItHas) {
  Heap heap(0, {1100});
  std::vector<Address> blocks;
  for (Address block = alloc(heap, 1'000'000); block != 0; block = alloc(heap, 1'000'000)) {
    blocks.push_back(block);
  }
  for (ByteCount length = 500'000; length > 10; length /= 2) {
    for (Address block = alloc(heap, length); block != 0; block = alloc(heap, length)) {
      blocks.push_back(block);
    }
  }
  EXPECT_LE(heap.memory.pages_left(), 1U);
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  const auto count = blocks.size();
  free_all(heap, blocks);
  heap.engine.flush();
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  blocks.clear();
  for (Address block = alloc(heap, 1'000'000); block != 0; block = alloc(heap, 1'000'000)) {
    blocks.push_back(block);
  }
  EXPECT_GT(blocks.size(), 60U);
  EXPECT_LT(blocks.size(), count);
}

TEST_F(ThreadedEngineTest, AZeroedBlockIsZeroWhateverWasThere) {
  Heap heap;
  for (const ByteCount length : {24U, 2048U, 5000U, 100'000U}) {
    const Address used = alloc(heap, length, none);
    std::memset(reinterpret_cast<void*>(used), 255, length);
    heap.engine.free_unsized(used);
    const Address block = heap.engine.alloc_zeroed(length, none);
    EXPECT_EQ(block, used) << "this is the place that was used";
    const auto* const bytes = reinterpret_cast<const uint8_t*>(block);
    EXPECT_TRUE(std::all_of(bytes, bytes + length, [](uint8_t byte) { return byte == 0; }));
  }
}

TEST_F(ThreadedEngineTest, ASlackOfMoreThan64MebibytesIsMappedThoughTheMemoryCannotGrow) {
  Heap heap(100'000'000, {0});
  std::vector<Address> blocks;
  for (Address block = alloc(heap, 3'000'000); block != 0; block = alloc(heap, 3'000'000)) {
    blocks.push_back(block);
  }
  EXPECT_GE(blocks.size(), 30U);
  free_all(heap, blocks);
  for (Address block = alloc(heap, 2000); block != 0; block = alloc(heap, 2000)) {
  }
  EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
}

TEST_F(ThreadedEngineTest, AnyPageThatAnInstanceDidNotNeedIsUsedWhereverItLies) {
  // It grew its page before the heap grew, or even before the page of the heap's beginning.
  for (const bool is_below : {false, true}) {
    NativeThread::start(false);
    Heap heap(is_below ? 40'000 : 0);
    const Address spare = heap.memory.grow({1});
    alloc(heap, 200'000);
    heap.engine.leave_spare(spare);
    ASSERT_EQ(heap.rule(), GRANARY_NO_RULE);
    const ByteCount pages = heap.memory.grown_pages();
    std::vector<Address> blocks;
    for (unsigned block = 0; block < 10; ++block) blocks.push_back(alloc(heap, 30'000));
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
    EXPECT_GT(heap.memory.grown_pages(), pages);
    free_all(heap, blocks);
    EXPECT_EQ(heap.rule(), GRANARY_NO_RULE);
  }
}

TEST_F(ThreadedEngineTest, KeepsTheContractUnderRandomCallsOfThreadsThatPassTheirBlocksOn) {
  for_all_seeds(30, [](Random& random) {
    NativeThread::start(false);
    Heap heap(random.one_in(2) ? 0 : random.between(1, 200'000), {random.between(10, 200)});
    RandomCalls calls(heap.engine, random);
    for (unsigned phase = 0; phase < 8; ++phase) {
      const auto turn = [&] {
        calls.make(300, random.between(1, 6));
        calls.check();
        expect_lists_are_right(heap);
        if (random.one_in(2)) heap.engine.flush();
        ASSERT_EQ(heap.rule(), GRANARY_NO_RULE);
      };
      if (random.one_in(2)) {
        in_thread(turn);
      } else {
        turn();
      }
      for (const auto& live : calls.live()) {
        ASSERT_TRUE(heap.is_mapped_right(live.block.address));
      }
    }
    calls.free_all();
    heap.engine.flush();
    ASSERT_EQ(heap.rule(), GRANARY_NO_RULE);
  });
}

}  // namespace
}  // namespace granary
