// The checked engine with arenas over the default engine: whose a block is, that an arena gives
// back all of its blocks and no other one, and that a handle is good only as long as its arena
// lives.
#include "alloc/checks/checked_arenas.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <vector>

#include "alloc/inspection/verify.h"
#include "tests-native/support/own_heap.h"
#include "tests-native/support/seeds.h"
#include "tests-native/support/thrown_faults.h"

namespace granary {
namespace {

using test::fault_of;
using test::OwnHeap;
using test::Throwing;

using Inner = OwnHeap<>::Engine;

constexpr Alignment usual = Alignment::from_log2(4);
constexpr Address caller = 0xca11e4;

struct Heap {
  Heap() { engine.inner() = Inner(OwnHeap<>::counted(memory)); }

  Block alloc(Address arena, ByteCount length) {
    const Address address = arena == 0 ? engine.alloc(length, usual, caller)
                                       : engine.alloc_in(arena, length, usual, caller);
    return {address, length, usual};
  }

  test::OwnMemory memory;
  CheckedWithArenas<Inner, Throwing> engine;
};

TEST(CheckedArenas, ABlockBelongsToItsHeapAlone) {
  Heap heap;
  const Address arena = heap.engine.new_arena();
  const Address other = heap.engine.new_arena();
  const Block own = heap.alloc(0, 100);
  const Block ofs = heap.alloc(arena, 100);
  const struct {
    std::function<void()> call;
    Address heap;
    Address block_heap;
  } wrongs[] = {
      {[&] { heap.engine.free(ofs, caller); }, 0, arena},
      {[&] { heap.engine.free_unsized(ofs.address); }, 0, arena},
      {[&] { heap.engine.resize(ofs, 10); }, 0, arena},
      {[&] { heap.engine.remap(ofs, 10); }, 0, arena},
      {[&] { heap.engine.remap_unsized(ofs.address, usual, 10); }, 0, arena},
      {[&] { (void)heap.engine.usable_size(ofs.address); }, 0, arena},
      {[&] { heap.engine.free_in(other, ofs, caller); }, other, arena},
      {[&] { heap.engine.free_in(arena, own, caller); }, arena, 0},
      {[&] { heap.engine.resize_in(arena, own, 10, caller); }, arena, 0},
      {[&] { heap.engine.remap_in(other, ofs, 10, caller); }, other, arena},
  };
  for (const auto& [call, given, block_heap] : wrongs) {
    const Fault fault = fault_of(call);
    EXPECT_EQ(fault.kind, GRANARY_OTHER_HEAP);
    EXPECT_EQ(fault.heap, given);
    EXPECT_EQ(fault.block_heap, block_heap);
    EXPECT_EQ(fault.block, block_heap == 0 ? own.address : ofs.address);
  }
  heap.engine.free(own, caller);
  heap.engine.free_in(arena, ofs, caller);
}

TEST(CheckedArenas, AHandleIsGoodAsLongAsItsArenaLives) {
  Heap heap;
  const Address arena = heap.engine.new_arena();
  const Block block = heap.alloc(0, 100);
  const std::function<void(Address)> calls[] = {
      [&](Address handle) { heap.alloc(handle, 10); },
      [&](Address handle) { heap.engine.free_in(handle, block, caller); },
      [&](Address handle) { heap.engine.resize_in(handle, block, 10, caller); },
      [&](Address handle) { heap.engine.remap_in(handle, block, 10, caller); },
      [&](Address handle) { heap.engine.reset_arena(handle); },
      [&](Address handle) { heap.engine.destroy_arena(handle); },
  };
  const Address end = heap.memory.size().value << wasm_page_log2;
  for (const auto& call : calls) {
    for (const Address wrong :
         {Address{1}, Address{8}, block.address, arena + 16, end, ~Address{0}}) {
      const Fault fault = fault_of([&] { call(wrong); });
      EXPECT_EQ(fault.kind, GRANARY_NOT_AN_ARENA) << wrong;
      EXPECT_EQ(fault.heap, wrong);
    }
  }
  heap.engine.destroy_arena(arena);
  for (const auto& call : calls) {
    const Fault fault = fault_of([&] { call(arena); });
    EXPECT_EQ(fault.kind, GRANARY_DESTROYED_ARENA);
    EXPECT_EQ(fault.heap, arena);
  }
}

TEST(CheckedArenas, EveryBlockShrinksInPlaceAndAnArenaMovesNone) {
  Heap heap;
  const Address arena = heap.engine.new_arena();
  const Block block = heap.alloc(arena, 2000);
  heap.alloc(arena, 100);
  EXPECT_TRUE(heap.engine.resize_in(arena, block, 5, caller));
  EXPECT_EQ(heap.engine.remap_in(arena, {block.address, 5, usual}, 1, caller), block.address);
  EXPECT_EQ(heap.engine.remap_in(arena, {block.address, 1, usual}, 100000, caller), 0U);
  heap.engine.free_in(arena, {block.address, 1, usual}, caller);
}

TEST(CheckedArenas, AnArenaWithRoomForSoManyBytesHasNoMoreAtOnce) {
  Heap heap;
  const Address arena = heap.engine.new_arena(1000);
  const Block first = heap.alloc(arena, 600);
  EXPECT_EQ(heap.alloc(arena, 401).address, 0U);
  const Block second = heap.alloc(arena, 400);
  EXPECT_NE(second.address, 0U);
  EXPECT_FALSE(heap.engine.resize_in(arena, second, 401, caller));
  EXPECT_TRUE(heap.engine.resize_in(arena, first, 500, caller));
  EXPECT_NE(heap.alloc(arena, 100).address, 0U);
  EXPECT_EQ(heap.alloc(arena, 1).address, 0U);
  heap.engine.free_in(arena, second, caller);
  EXPECT_NE(heap.alloc(arena, 400).address, 0U);
  heap.engine.reset_arena(arena);
  EXPECT_NE(heap.alloc(arena, 1000).address, 0U);
}

TEST(CheckedArenas, ResetEndsTheBlocksOfOneArenaAndDestroyTheArenaToo) {
  test::for_all_seeds(20, [](test::Random& random) {
    Heap heap;
    std::vector<Address> arenas = {0};
    std::map<Address, std::vector<Block>> blocks;
    for (unsigned count = 0; count < 4; ++count) arenas.push_back(heap.engine.new_arena());
    for (unsigned step = 0; step < 500; ++step) {
      const Address arena = arenas[random.below(arenas.size())];
      blocks[arena].push_back(heap.alloc(arena, random.below(2000)));
    }
    const Address reset = arenas[1];
    const Address destroyed = arenas[2];
    heap.engine.set_limits({.quarantine = 1 << 20, .fill = 64});
    heap.engine.reset_arena(reset);
    heap.engine.destroy_arena(destroyed);
    for (const Address arena : arenas) {
      const bool ended = arena == reset || arena == destroyed;
      for (const Block& block : blocks[arena]) {
        const Fault fault = fault_of([&] {
          if (arena == 0 || arena == destroyed)
            heap.engine.free(block);
          else
            heap.engine.free_in(arena, block, caller);
        });
        EXPECT_EQ(fault.kind, ended ? GRANARY_FREED_BLOCK : GRANARY_NO_FAULT);
      }
    }
    heap.engine.check();
    EXPECT_EQ(verify(heap.engine.anatomy()), GRANARY_NO_RULE);
  });
}

TEST(CheckedArenas, WithoutMemoryThereIsNoArena) {
  Heap heap;
  heap.memory.pages_left = 0;
  EXPECT_EQ(heap.engine.new_arena(), 0U);
}

}  // namespace
}  // namespace granary
