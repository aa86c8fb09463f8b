// Arenas: blocks lie end to end in chunks of the parent, the last one can grow and is had again, a
// reset keeps one chunk, and nothing is left in the parent when an arena ends.
#include "alloc/arenas/arena.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests-native/support/own_heap.h"
#include "tests-native/support/random.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using Heap = test::OwnHeap<>;
using HeapArena = Arena<Heap::Engine*>;

constexpr Alignment one = Alignment::from_log2(0);
constexpr Alignment sixteen = Alignment::from_log2(4);

// How many bytes of the heap blocks lie in.
ByteCount live_bytes(const Heap& heap) {
  HeapWalk walk(heap.state());
  ByteCount live = 0;
  for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
    if (item.kind == GRANARY_BLOCK) live += item.size;
  }
  return live;
}

unsigned chunks_of(const HeapArena& arena) {
  unsigned count = 0;
  for (const auto* chunk = arena.words().chunks; chunk != nullptr; chunk = chunk->below) ++count;
  return count;
}

// A parent that nobody may ask.
struct NoParent {
  static Address alloc(ByteCount, Alignment) { return unexpected(); }
  static bool resize(Block, ByteCount) { return unexpected() != 0; }
  static Address remap(Block, ByteCount) { return unexpected(); }
  static void free(Block) { unexpected(); }
  static Address unexpected() {
    ADD_FAILURE() << "an arena over a buffer asked its parent";
    return 0;
  }
};

TEST(Arena, BlocksLieEndToEnd) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  const Address first = arena.alloc(10, one);
  EXPECT_EQ(arena.alloc(5, one), first + 10);
  EXPECT_EQ(arena.alloc(1, sixteen), first + 16);
  EXPECT_EQ(arena.alloc(7, one), first + 17);
}

TEST(Arena, ABlockOfNoBytesHasAnAddressOfItsOwn) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  const Address first = arena.alloc(0, one);
  EXPECT_NE(first, 0U);
  EXPECT_NE(arena.alloc(0, one), first);
}

TEST(Arena, EveryAlignmentThatAnAddressCanHaveIsKept) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  for (unsigned log2 = 0; log2 <= 20; ++log2) {
    for (const ByteCount length : {1U, 100U, 5000U}) {
      const Address block = arena.alloc(length, Alignment::from_log2(log2));
      ASSERT_NE(block, 0U);
      EXPECT_TRUE(is_multiple_of_power_of_two(block, log2));
    }
  }
  EXPECT_EQ(arena.alloc(1, Alignment::from_log2(address_bits)), 0U);
  EXPECT_EQ(arena.alloc(1, Alignment::from_log2(address_bits - 1)), 0U) << "no memory is as large";
}

TEST(Arena, TheLastBlockIsHadAgainAndNoOtherOne) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  const Address first = arena.alloc(32, one);
  const Address second = arena.alloc(32, one);
  arena.free({first, 32, one});
  EXPECT_EQ(arena.alloc(32, one), second + 32) << "the first one was not the last";
  arena.free({second + 32, 32, one});
  arena.free({second, 32, one});
  EXPECT_EQ(arena.alloc(8, one), second) << "blocks end in the reverse order, each as the last";
}

TEST(Arena, EveryBlockShrinksWhereItIsAndOnlyTheLastOneGrows) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  const Address first = arena.alloc(64, one);
  const Address last = arena.alloc(64, one);
  EXPECT_FALSE(arena.resize({first, 64, one}, 65));
  EXPECT_EQ(arena.remap({first, 64, one}, 65), 0U);
  EXPECT_TRUE(arena.resize({first, 64, one}, 32));
  EXPECT_EQ(arena.remap({last, 64, one}, 100), last);
  EXPECT_EQ(arena.alloc(1, one), last + 100);
  EXPECT_FALSE(arena.resize({last, 100, one}, 101));
}

TEST(Arena, TheLastBlockGrowsBeyondItsChunkWhereTheParentHasRoomAboveIt) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 4000);
  const Address block = arena.alloc(4000, one);
  *reinterpret_cast<char*>(block) = 'a';
  EXPECT_EQ(arena.remap({block, 4000, one}, 400000), block);
  EXPECT_EQ(chunks_of(arena), 1U);
  const Address next = arena.alloc(16, one);
  EXPECT_GE(next, block + 400000);
  EXPECT_EQ(arena.remap({block, 400000, one}, 400001), 0U) << "it is not the last one any more";
}

TEST(Arena, ALargeBlockTakesAChunkOfItsOwnAndTheChunkInUseStays) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 2000);
  const Address first = arena.alloc(16, one);
  // Nothing can grow where it is.
  heap.engine.alloc(3000, sixteen);
  const Address large = arena.alloc(100000, one);
  ASSERT_NE(large, 0U);
  EXPECT_EQ(arena.alloc(16, one), first + 16);
  EXPECT_EQ(chunks_of(arena), 2U);
}

TEST(Arena, TheFirstChunkIsTakenWithTheFirstBlockAndHasTheRoomThatWasAskedFor) {
  for (const ByteCount room : {0U, 1U, 100U, 1024U, 5000U, 100000U}) {
    Heap heap;
    HeapArena& arena = *HeapArena::create(&heap.engine, room);
    EXPECT_EQ(chunks_of(arena), 0U);
    const Address first = arena.alloc(1, one);
    for (ByteCount had = 1; had < room; ++had) ASSERT_EQ(arena.alloc(1, one), first + had);
    EXPECT_EQ(chunks_of(arena), 1U) << room;
  }
}

TEST(Arena, SizesThatCannotExistFindNoMemoryAndChangeNothing) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  const Address first = arena.alloc(16, one);
  for (ByteCount short_of_all = 0; short_of_all < 64; ++short_of_all) {
    const ByteCount length = ~ByteCount{0} - short_of_all;
    for (const unsigned log2 : {0U, 4U, 16U}) {
      EXPECT_EQ(arena.alloc(length, Alignment::from_log2(log2)), 0U);
    }
    EXPECT_EQ(arena.remap({first, 16, one}, length), 0U);
  }
  EXPECT_EQ(arena.alloc(16, one), first + 16);
  EXPECT_EQ(chunks_of(arena), 1U);
  // Nor does a first chunk of such a size harm.
  HeapArena& other = *HeapArena::create(&heap.engine, ~ByteCount{0} - sizeof(Address));
  EXPECT_NE(other.alloc(16, one), 0U);
  other.reset();
  EXPECT_NE(other.alloc(16, one), 0U);
}

TEST(Arena, ResetKeepsTheLargestChunk) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  for (const ByteCount length : {3000U, 50000U, 9000U, 20000U}) {
    arena.alloc(length, one);
    heap.engine.alloc(3000, sixteen);
  }
  ASSERT_GE(chunks_of(arena), 3U);
  arena.reset();
  ASSERT_EQ(chunks_of(arena), 1U);
  EXPECT_GE(arena.words().chunks->size, 50000U);
  const Address block = arena.alloc(50000, one);
  EXPECT_EQ(chunks_of(arena), 1U);
  EXPECT_EQ(block, reinterpret_cast<Address>(arena.words().chunks + 1));
}

TEST(Arena, AfterResetTheNextChunkIsAsLargeAsThoseThatWereGivenBack) {
  for (const unsigned blocks : {10U, 100U, 400U, 3000U}) {
    Heap heap;
    HeapArena& arena = *HeapArena::create(&heap.engine, 0);
    for (unsigned count = 0; count < blocks; ++count) {
      arena.alloc(1000, sixteen);
      heap.engine.alloc(3000, sixteen);
    }
    ByteCount all = 0;
    for (const auto* chunk = arena.words().chunks; chunk != nullptr; chunk = chunk->below)
      all += chunk->size;
    arena.reset();
    const ByteCount given_back = all - arena.words().chunks->size;
    const ByteCount mebibyte = ByteCount{1} << 20;
    EXPECT_EQ(arena.words().chunk_size, given_back < mebibyte ? given_back : mebibyte);
  }
}

TEST(Arena, ResetKeepsNoChunkThatIsLargerThanTheUserSays) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  const ByteCount before = live_bytes(heap);
  arena.words().kept_size = 10000;
  for (unsigned round = 0; round < 3; ++round) {
    arena.alloc(5000, one);
    arena.reset();
    EXPECT_EQ(chunks_of(arena), 1U) << "a small one stays";
    arena.alloc(50000, one);
    arena.reset();
    EXPECT_EQ(chunks_of(arena), 0U) << "a large one goes";
    EXPECT_EQ(live_bytes(heap) - before, 0U);
  }
}

TEST(Arena, DestroyLeavesNothingInTheParent) {
  Heap heap;
  const Address kept = heap.engine.alloc(5000, sixteen);
  heap.engine.free(
      {heap.engine.alloc(sizeof(granary_arena), sixteen), sizeof(granary_arena), sixteen});
  heap.engine.trim();
  const ByteCount before = live_bytes(heap);
  for (unsigned count = 0; count < 200; ++count) {
    HeapArena& arena = *HeapArena::create(&heap.engine, count);
    for (unsigned block = 0; block < count; ++block) arena.alloc(block * 10, sixteen);
    arena.destroy();
  }
  heap.engine.trim();
  EXPECT_EQ(live_bytes(heap), before);
  heap.engine.free({kept, 5000, sixteen});
}

TEST(Arena, AnArenaOfAnySizeHasFewChunks) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  // Blocks of the heap lie between, so that no chunk can grow where it is.
  for (unsigned count = 0; count < 600000; ++count) {
    ASSERT_NE(arena.alloc(64, sixteen), 0U);
    if (count % 64 == 0) heap.engine.alloc(2100, sixteen);
  }
  EXPECT_LE(chunks_of(arena), 10U + 600000 * 64 / (1024 * 1024) + 1);
}

TEST(Arena, NoChunkButThatOfALargeBlockHasMoreThanAMebibyte) {
  Heap heap;
  HeapArena& arena = *HeapArena::create(&heap.engine, 0);
  for (unsigned count = 0; count < 200000; ++count) {
    ASSERT_NE(arena.alloc(64, sixteen), 0U);
    if (count % 16 == 0) heap.engine.alloc(2100, sixteen);
  }
  for (const auto* chunk = arena.words().chunks; chunk != nullptr; chunk = chunk->below) {
    EXPECT_LE(chunk->size, ByteCount{1} << 20);
  }
}

TEST(Arena, ThereIsNoMemoryOnlyWhenTheParentHasNone) {
  for (const ByteCount pages : {2U, 3U, 10U, 40U}) {
    Heap heap;
    heap.memory.pages_left = pages;
    HeapArena& arena = *HeapArena::create(&heap.engine, 0);
    ByteCount had = 0;
    while (arena.alloc(100, one) != 0) had += 100;
    const ByteCount all = pages << wasm_page_log2;
    EXPECT_GE(had, all - all / 10) << pages << " pages";
    EXPECT_EQ(heap.engine.alloc(200, one), 0U) << "the heap has no such block either";
  }
}

TEST(Arena, TheSameRequestAgainTakesNoMorePages) {
  test::for_all_seeds(60, [](test::Random& random) {
    Heap heap;
    HeapArena& arena = *HeapArena::create(&heap.engine, random.below(3) * 3000);
    const ByteCount blocks = 10 + random.below(3000);
    const ByteCount largest = 1 + random.below(2000);
    const uint64_t request = random.below(1000000);
    PageCount after_first = {0};
    for (unsigned round = 0; round < 8; ++round) {
      test::Random sizes(request);
      for (ByteCount count = 0; count < blocks; ++count) {
        ASSERT_NE(arena.alloc(sizes.below(largest), sixteen), 0U);
      }
      arena.reset();
      if (round == 0) after_first = heap.memory.size();
      EXPECT_EQ(heap.memory.size().value, after_first.value) << "round " << round;
    }
  });
}

TEST(Arena, OverABufferItNeverAsksItsParent) {
  alignas(16) char buffer[1000];
  const auto begin = reinterpret_cast<Address>(buffer);
  for (ByteCount offset = 0; offset < 9; ++offset) {
    for (ByteCount size = 0; size < 200; ++size) {
      NoParent none;
      auto* const arena = Arena<NoParent*>::over(&none, begin + offset, size);
      if (arena == nullptr) {
        EXPECT_LE(size, sizeof(*arena) + sizeof(Address));
        continue;
      }
      ByteCount had = 0;
      for (Address block; (block = arena->alloc(1, one)) != 0; ++had) {
        ASSERT_GE(block, reinterpret_cast<Address>(arena + 1));
        ASSERT_LT(block, begin + offset + size);
      }
      EXPECT_GE(had + sizeof(*arena) + sizeof(Address), size);
      arena->reset();
      for (; had != 0; --had) ASSERT_NE(arena->alloc(1, one), 0U) << "reset gives all back";
      EXPECT_EQ(arena->alloc(1, one), 0U);
      arena->destroy();
    }
  }
}

// Every live block keeps its bytes whatever is done with others. The blocks of two arenas and of
// the heap are mixed; one arena lies over the heap, one over the other arena, so it is part of it.
class Mixed {
 public:
  explicit Mixed(test::Random& random) : random_(random) {
    outer_ = HeapArena::create(&heap_.engine, 0);
    inner_ = Arena<HeapArena*>::create(outer_, 0);
  }

  void step() {
    const ByteCount choice = random_.below(16);
    if (choice == 0) {
      if (random_.below(20) == 0) restart();
    } else if (choice == 1) {
      if (random_.below(40) == 0) reset_inner();
    } else if (choice == 2) {
      end_some(inner_blocks_, *inner_);
    } else if (choice == 3) {
      end_some(heap_blocks_, heap_.engine);
    } else if (choice == 4) {
      end_some(outer_blocks_, *outer_);
    } else if (choice < 7) {
      change_some(inner_blocks_, *inner_);
    } else if (choice == 7) {
      change_some(outer_blocks_, *outer_);
    } else if (choice < 10) {
      begin_some(heap_blocks_, heap_.engine);
    } else if (choice < 12) {
      begin_some(outer_blocks_, *outer_);
    } else {
      begin_some(inner_blocks_, *inner_);
    }
  }

  void check_all() {
    check(heap_blocks_);
    check(outer_blocks_);
    check(inner_blocks_);
  }

 private:
  struct Live {
    Block block;
    unsigned char byte;
  };
  using Blocks = std::vector<Live>;

  void reset_inner() {
    check(inner_blocks_);
    inner_blocks_.clear();
    inner_->reset();
  }

  void restart() {
    check_all();
    inner_blocks_.clear();
    outer_blocks_.clear();
    outer_->reset();
    inner_ = Arena<HeapArena*>::create(outer_, random_.below(5000));
  }

  template <class Of>
  void begin_some(Blocks& blocks, Of& engine) {
    const ByteCount length = random_.below(random_.below(20) == 0 ? 40000 : 300);
    const Alignment alignment = Alignment::from_log2(static_cast<unsigned>(random_.below(8)));
    const Address address = engine.alloc(length, alignment);
    ASSERT_NE(address, 0U);
    ASSERT_TRUE(is_multiple_of_power_of_two(address, alignment.log2()));
    blocks.push_back(
        {{address, length, alignment}, static_cast<unsigned char>(random_.below(256))});
    fill(blocks.back(), 0);
  }

  template <class Of>
  void end_some(Blocks& blocks, Of& engine) {
    if (blocks.empty()) return;
    const ByteCount index = pick(blocks);
    check(blocks[index]);
    engine.free(blocks[index].block);
    blocks.erase(blocks.begin() + static_cast<ptrdiff_t>(index));
  }

  template <class Of>
  void change_some(Blocks& blocks, Of& engine) {
    if (blocks.empty()) return;
    Live& live = blocks[pick(blocks)];
    const ByteCount length = 1 + random_.below(2 * live.block.length + 10);
    const Address now = engine.remap(live.block, length);
    ASSERT_TRUE(now == live.block.address || (now == 0 && length > live.block.length));
    if (now == 0) return;
    const ByteCount kept = length < live.block.length ? length : live.block.length;
    live.block.length = kept;
    check(live);
    live.block.length = length;
    fill(live, kept);
  }

  // Mostly the last one, because only it can grow.
  ByteCount pick(const Blocks& blocks) {
    return random_.below(2) == 0 ? blocks.size() - 1 : random_.below(blocks.size());
  }

  static void fill(const Live& live, ByteCount from) {
    __builtin_memset(reinterpret_cast<void*>(live.block.address + from), live.byte,
                     live.block.length - from);
  }

  static void check(const Blocks& blocks) {
    for (const Live& live : blocks) check(live);
  }

  static void check(const Live& live) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(live.block.address);
    for (ByteCount index = 0; index < live.block.length; ++index) {
      ASSERT_EQ(bytes[index], live.byte) << "byte " << index << " of " << live.block.length;
    }
  }

  Heap heap_;
  test::Random& random_;
  HeapArena* outer_;
  Arena<HeapArena*>* inner_;
  Blocks heap_blocks_;
  Blocks outer_blocks_;
  Blocks inner_blocks_;
};

TEST(Arena, BlocksKeepTheirBytesAmongThoseOfTheHeapAndOfOtherArenas) {
  test::for_all_seeds(40, [](test::Random& random) {
    Mixed mixed(random);
    for (unsigned step = 0; step < 3000 && !testing::Test::HasFatalFailure(); ++step) mixed.step();
    mixed.check_all();
  });
}

}  // namespace
}  // namespace granary
