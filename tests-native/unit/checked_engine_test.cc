// The checked engine over the default engine: every misuse by every call is reported with what is
// known of it and has changed nothing; what is freed waits; and what is allowed is no misuse.
#include "alloc/checks/checked_engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "alloc/inspection/verify.h"
#include "tests-native/support/own_heap.h"
#include "tests-native/support/random_calls.h"
#include "tests-native/support/seeds.h"
#include "tests-native/support/thrown_faults.h"

namespace granary {
namespace {

using test::fault_of;
using test::for_all_seeds;
using test::OwnHeap;
using test::OwnMemory;
using test::Random;
using test::RandomCalls;
using test::Throwing;

using Engine = OwnHeap<>::Engine;
using CheckedEngine = Checked<Engine, Throwing>;

constexpr ByteCount page = wasm_page_size;
constexpr Alignment usual = Alignment::from_log2(4);
constexpr Address allocator = 0xa110c;
constexpr Address freer = 0xf4ee;
constexpr Address caller = 0xca11e4;

struct Heap {
  Heap() { engine.inner() = Engine(OwnHeap<>::counted(memory)); }

  Block alloc(ByteCount length, Alignment alignment = usual) {
    return {engine.alloc(length, alignment, allocator), length, alignment};
  }
  void free(Block block) { engine.free(block, freer); }

  OwnMemory memory;
  CheckedEngine engine;
};

uint32_t kind_of(const std::function<void()>& call) { return fault_of(call).kind; }

// The calls that take a block, by their names in a report.
struct BlockCall {
  Call call;
  ByteCount new_length;
  void (*make)(CheckedEngine& engine, Block block, ByteCount new_length);
};
constexpr BlockCall block_calls[] = {
    {GRANARY_CALL_RESIZE, 10,
     [](CheckedEngine& engine, Block block, ByteCount length) {
       engine.resize(block, length, caller);
     }},
    {GRANARY_CALL_REMAP, 10,
     [](CheckedEngine& engine, Block block, ByteCount length) {
       engine.remap(block, length, caller);
     }},
    {GRANARY_CALL_FREE, 0,
     [](CheckedEngine& engine, Block block, ByteCount /*length*/) { engine.free(block, caller); }},
};

// What a report says of the block that is meant or hit.
struct Hit {
  Block block = {0, 0, Alignment::from_log2(0)};
  Address allocated_by = 0;
  Address freed_by = 0;
};

Hit live(Block block) { return {block, allocator, 0}; }
Hit freed(Block block) { return {block, allocator, freer}; }

// Every call with the block is reported as this kind, and changes nothing.
void expect_faults(Heap& heap, granary_fault_kind kind, Block block, const Hit& hit) {
  for (const BlockCall& call : block_calls) {
    const Fault fault = fault_of([&] { call.make(heap.engine, block, call.new_length); });
    ASSERT_NE(fault.kind, GRANARY_NO_FAULT) << "call " << call.call << ", kind " << kind;
    ASSERT_EQ(fault.kind, kind) << "call " << call.call << " with " << block.address;
    ASSERT_EQ(fault.call, call.call);
    ASSERT_EQ(fault.address, block.address);
    ASSERT_EQ(fault.length, block.length);
    ASSERT_EQ(fault.alignment, block.alignment.log2());
    ASSERT_EQ(fault.new_length, call.new_length);
    ASSERT_EQ(fault.caller, caller);
    ASSERT_EQ(fault.block, hit.block.address);
    ASSERT_EQ(fault.block_length, hit.block.length);
    ASSERT_EQ(fault.block_alignment, hit.block.alignment.log2());
    ASSERT_EQ(fault.allocated_by, hit.allocated_by);
    ASSERT_EQ(fault.freed_by, hit.freed_by);
    ASSERT_EQ(verify(heap.engine.anatomy()), GRANARY_NO_RULE);
  }
}

uint8_t& byte_at(Address address) { return *reinterpret_cast<uint8_t*>(address); }

// Lengths below, at and above what is filled, in slots and beside them.
constexpr ByteCount lengths[] = {1, 7, 63, 64, 65, 200, 3000};

TEST(CheckedEngine, TheAddress0IsANullPointer) {
  Heap heap;
  heap.alloc(100);
  expect_faults(heap, GRANARY_NULL_POINTER, {0, 100, usual}, {});
}

TEST(CheckedEngine, TheCallsThatKnowABlockByItsAddressAloneTellTheSame) {
  Heap heap;
  const Block block = heap.alloc(100);
  const Block gone = heap.alloc(100);
  heap.free(gone);
  const Address end = heap.memory.size().value * page;
  for (const Address address : {Address{0}, end, ~Address{0}, gone.address, gone.address + 1,
                                block.address + 1, end - 64}) {
    const uint32_t kind = kind_of([&] { heap.engine.free({address, 100, usual}); });
    const Alignment none = Alignment::from_log2(0);
    const uint32_t unaligned = kind == GRANARY_MISALIGNED ? GRANARY_NOT_A_BLOCK : kind;
    EXPECT_EQ(kind_of([&] { heap.engine.free_unsized(address); }), unaligned);
    EXPECT_EQ(kind_of([&] { heap.engine.usable_size(address); }), unaligned);
    EXPECT_EQ(kind_of([&] { heap.engine.remap_unsized(address, none, 8); }), unaligned);
  }
  EXPECT_EQ(heap.engine.usable_size(block.address), 100U);
  EXPECT_EQ(kind_of([&] { heap.engine.free_unsized(block.address); }), GRANARY_NO_FAULT);
}

TEST(CheckedEngine, AnAddressAboveTheMemoryIsOutsideIt) {
  Heap heap;
  heap.alloc(100);
  const Address end = heap.memory.size().value * page;
  for (const Address address : {end, end + page, ~Address{15}}) {
    expect_faults(heap, GRANARY_OUTSIDE_MEMORY, {address, 100, usual}, {});
  }
}

TEST(CheckedEngine, MemoryInWhichNoBlockBeginsIsNotABlockOrMisaligned) {
  Heap heap;
  const Block block = heap.alloc(100);
  const Address top = heap.engine.anatomy().large.top();
  ASSERT_GT(top, block.address);
  for (Address address = top + 64; address < top + 100; ++address) {
    const bool is_aligned = address % usual.bytes() == 0;
    expect_faults(heap, is_aligned ? GRANARY_NOT_A_BLOCK : GRANARY_MISALIGNED,
                  {address, 100, usual}, {});
  }
}

TEST(CheckedEngine, EveryAddressInABlockAndItsZonesIsInsideIt) {
  for (const ByteCount length : lengths) {
    Heap heap;
    const Block block = heap.alloc(length);
    for (Address address = block.address - RedZone::front_size;
         address < block.address + length + RedZone::rear_size; ++address) {
      if (address == block.address) continue;
      expect_faults(heap, GRANARY_INSIDE_BLOCK, {address, length, usual}, live(block));
    }
    heap.free(block);
    expect_faults(heap, GRANARY_INSIDE_FREED_BLOCK, {block.address + 1, length, usual},
                  freed(block));
  }
}

TEST(CheckedEngine, ABlockThatWasFreedIsNotUsedAgain) {
  for (const ByteCount length : lengths) {
    Heap heap;
    const Block block = heap.alloc(length);
    heap.free(block);
    expect_faults(heap, GRANARY_FREED_BLOCK, block, freed(block));
    EXPECT_EQ(kind_of([&] { heap.engine.free_unsized(block.address); }), GRANARY_FREED_BLOCK);
  }
}

TEST(CheckedEngine, ABlockHasTheLengthThatItWasGiven) {
  Heap heap;
  const Block block = heap.alloc(100);
  for (ByteCount wrong = 0; wrong < 300; ++wrong) {
    if (wrong == 100) continue;
    expect_faults(heap, GRANARY_WRONG_LENGTH, {block.address, wrong, usual}, live(block));
  }
}

TEST(CheckedEngine, ABlockHasTheAlignmentThatItWasGiven) {
  Heap heap;
  const Block block = heap.alloc(100, Alignment::from_log2(6));
  for (unsigned wrong = 0; wrong <= UINT8_MAX; ++wrong) {
    if (wrong == 6) continue;
    expect_faults(heap, GRANARY_WRONG_ALIGNMENT, {block.address, 100, Alignment::from_log2(wrong)},
                  live(block));
  }
}

TEST(CheckedEngine, ABlockDoesNotGetTheLength0) {
  Heap heap;
  const Block block = heap.alloc(100);
  EXPECT_EQ(kind_of([&] { heap.engine.resize(block, 0); }), GRANARY_NEW_LENGTH_ZERO);
  EXPECT_EQ(kind_of([&] { heap.engine.remap(block, 0); }), GRANARY_NEW_LENGTH_ZERO);
  EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
}

TEST(CheckedEngine, NoBlockHasAnAlignmentThatNoAddressHas) {
  Heap heap;
  for (unsigned log2 = address_bits; log2 <= UINT8_MAX; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    const Fault fault = fault_of([&] { heap.engine.alloc(100, alignment, caller); });
    ASSERT_NE(fault.kind, GRANARY_NO_FAULT);
    EXPECT_EQ(fault.kind, GRANARY_ALIGNMENT_OUT_OF_RANGE);
    EXPECT_EQ(fault.call, GRANARY_CALL_ALLOC);
    EXPECT_EQ(fault.alignment, log2);
    EXPECT_EQ(fault.caller, caller);
  }
}

TEST(CheckedEngine, EveryByteBelowABlockIsLookedAt) {
  for (const ByteCount length : lengths) {
    Heap heap;
    const Block block = heap.alloc(length);
    for (Address address = block.address - RedZone::front_size; address < block.address;
         ++address) {
      byte_at(address) ^= 1;
      expect_faults(heap, GRANARY_WRITTEN_BEFORE_START, block, live(block));
      EXPECT_EQ(kind_of([&] { heap.engine.check(); }), GRANARY_WRITTEN_BEFORE_START);
      byte_at(address) ^= 1;
    }
    EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
  }
}

TEST(CheckedEngine, EveryByteAboveABlockIsLookedAt) {
  for (const ByteCount length : lengths) {
    Heap heap;
    const Block block = heap.alloc(length);
    const Address end = block.address + length;
    for (Address address = end; address < end + RedZone::rear_size; ++address) {
      byte_at(address) ^= 1;
      expect_faults(heap, GRANARY_WRITTEN_PAST_END, block, live(block));
      EXPECT_EQ(fault_of([&] { heap.engine.check(); }).call, GRANARY_CALL_CHECK);
      byte_at(address) ^= 1;
    }
    EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
  }
}

TEST(CheckedEngine, AFreedBlockThatIsWrittenToIsReportedWithTheBlock) {
  for (const ByteCount length : lengths) {
    Heap heap;
    const Block block = heap.alloc(length);
    heap.free(block);
    const Address end = block.address + std::min(length, default_check_limits.fill);
    for (Address address = block.address - RedZone::front_size; address < end; ++address) {
      byte_at(address) ^= 1;
      const Fault fault = fault_of([&] { heap.engine.check(); });
      ASSERT_NE(fault.kind, GRANARY_NO_FAULT)
          << "byte " << address - block.address << " of " << length;
      EXPECT_EQ(fault.kind, GRANARY_WRITTEN_AFTER_FREE);
      EXPECT_EQ(fault.block, block.address);
      EXPECT_EQ(fault.freed_by, freer);
      byte_at(address) ^= 1;
    }
    EXPECT_EQ(kind_of([&] { heap.engine.check(); }), GRANARY_NO_FAULT);
  }
}

TEST(CheckedEngine, AFreedBlockThatWasWrittenToIsReportedOnceAndIsNeverUsedAgain) {
  Heap heap;
  const Block block = heap.alloc(100);
  heap.free(block);
  byte_at(block.address) ^= 1;
  unsigned reports = 0;
  for (unsigned round = 0; round < 3000; ++round) {
    Block other = {0, 100, usual};
    const Fault fault = fault_of([&] { other = heap.alloc(100); });
    EXPECT_EQ(fault.kind, GRANARY_NO_FAULT);
    EXPECT_NE(other.address, block.address);
    const Fault on_free = fault_of([&] { heap.free(other); });
    if (on_free.kind == GRANARY_NO_FAULT) continue;
    ++reports;
    EXPECT_EQ(on_free.kind, GRANARY_WRITTEN_AFTER_FREE);
    EXPECT_EQ(on_free.call, GRANARY_CALL_FREE);
    heap.free(other);
  }
  EXPECT_EQ(reports, 1U);
}

TEST(CheckedEngine, AFreshBlockIsFilledAsFarAsTheLimitSays) {
  for (const ByteCount fill : {ByteCount{0}, ByteCount{16}, ByteCount{64}, ByteCount{500}}) {
    Heap heap;
    heap.engine.set_limits({.quarantine = 1000, .fill = fill});
    for (const ByteCount length : lengths) {
      const Block block = heap.alloc(length);
      const ByteCount filled = std::min(fill, length);
      for (ByteCount index = 0; index < filled; ++index) {
        ASSERT_EQ(byte_at(block.address + index), RedZone::fresh_pattern & 0xff);
      }
      const Address zeroed = heap.engine.alloc_zeroed(length, usual);
      for (ByteCount index = 0; index < length; ++index) ASSERT_EQ(byte_at(zeroed + index), 0);
    }
  }
}

TEST(CheckedEngine, AFreedBlockWaitsUntilSoManyBytesWereFreedAfterIt) {
  for (const ByteCount quarantine : {ByteCount{0}, ByteCount{1000}, ByteCount{50'000}}) {
    Heap heap;
    heap.engine.set_limits({.quarantine = quarantine, .fill = 64});
    const Block first = heap.alloc(100);
    const ByteCount whole = RedZone::length_with_zones(100, usual);
    heap.free(first);
    ByteCount freed_bytes = whole;
    for (;;) {
      const bool waits = freed_bytes <= quarantine;
      const bool is_freed = kind_of([&] { heap.free(first); }) == GRANARY_FREED_BLOCK;
      ASSERT_EQ(is_freed, waits) << freed_bytes << " bytes were freed, of " << quarantine;
      if (!waits) break;
      heap.free(heap.alloc(100));
      freed_bytes += whole;
    }
  }
}

TEST(CheckedEngine, NewLimitsEmptyTheQuarantine) {
  Heap heap;
  const Block block = heap.alloc(100);
  heap.free(block);
  heap.engine.set_limits(default_check_limits);
  EXPECT_EQ(heap.alloc(100).address, block.address);
  const Block written = heap.alloc(100);
  heap.free(written);
  byte_at(written.address) ^= 1;
  EXPECT_EQ(kind_of([&] { heap.engine.set_limits(default_check_limits); }),
            GRANARY_WRITTEN_AFTER_FREE);
}

TEST(CheckedEngine, InAFullMemoryWhatWaitsIsUsedAgain) {
  Heap heap;
  std::vector<Block> blocks;
  heap.memory.pages_left = 2;
  for (Block block = heap.alloc(3000); block.address != 0; block = heap.alloc(3000)) {
    blocks.push_back(block);
  }
  for (const Block& block : blocks) heap.free(block);
  EXPECT_NE(heap.alloc(20'000).address, 0U);
  EXPECT_EQ(verify(heap.engine.anatomy()), GRANARY_NO_RULE);
}

TEST(CheckedEngine, ABlockIsWholeAtEveryLengthThatItGets) {
  for (const ByteCount from : lengths) {
    for (const ByteCount to : lengths) {
      Heap heap;
      Block block = heap.alloc(from);
      std::memset(reinterpret_cast<void*>(block.address), 0x5a, from);
      const bool is_resized = heap.engine.resize(block, to, caller);
      if (!is_resized) block.address = heap.engine.remap(block, to, caller);
      if (to <= from) ASSERT_NE(block.address, 0U) << "a smaller length always succeeds";
      if (block.address == 0) continue;
      const ByteCount kept = std::min(from, to);
      const auto* const bytes = &byte_at(block.address);
      ASSERT_EQ(std::count(bytes, bytes + kept, 0x5a), kept);
      block.length = to;
      EXPECT_EQ(heap.engine.usable_size(block.address), to);
      byte_at(block.address + to) ^= 1;
      EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_WRITTEN_PAST_END);
      byte_at(block.address + to) ^= 1;
      EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
      EXPECT_EQ(kind_of([&] { heap.engine.check(); }), GRANARY_NO_FAULT);
    }
  }
}

// Until one moves: a block in a slot, which is too large for what it becomes. Where that is now; at
// the address 0 when none moved.
Block shrink_by_moving(Heap& heap, Block& old) {
  for (unsigned tries = 0; tries < 100; ++tries) {
    old = heap.alloc(1500);
    std::memset(reinterpret_cast<void*>(old.address), 0x3c, old.length);
    const Address now = heap.engine.remap(old, 100, caller);
    if (now != old.address) return {now, 100, usual};
  }
  return {0, 100, usual};
}

TEST(CheckedEngine, TheOldPlaceOfABlockThatMovedToShrinkWaitsLikeAnyFreedBlock) {
  Heap heap;
  Block old = {0, 0, usual};
  const Block moved = shrink_by_moving(heap, old);
  ASSERT_NE(moved.address, 0U);
  const Fault fault = fault_of([&] { heap.free(old); });
  EXPECT_EQ(fault.kind, GRANARY_FREED_BLOCK);
  EXPECT_EQ(fault.block_length, 1500U);
  EXPECT_EQ(fault.freed_by, caller) << "who made it smaller";
  byte_at(old.address) ^= 1;
  EXPECT_EQ(kind_of([&] { heap.engine.check(); }), GRANARY_WRITTEN_AFTER_FREE);
  byte_at(old.address) ^= 1;
}

TEST(CheckedEngine, ABlockThatMovedToShrinkBelongsToWhoAllocatedIt) {
  Heap heap;
  Block old = {0, 0, usual};
  const Block moved = shrink_by_moving(heap, old);
  ASSERT_NE(moved.address, 0U);
  const auto* const bytes = &byte_at(moved.address);
  EXPECT_EQ(std::count(bytes, bytes + 100, 0x3c), 100);
  const Fault fault = fault_of([&] { heap.free({moved.address, 99, usual}); });
  EXPECT_EQ(fault.kind, GRANARY_WRONG_LENGTH);
  EXPECT_EQ(fault.allocated_by, allocator);
  EXPECT_EQ(kind_of([&] { heap.free(moved); }), GRANARY_NO_FAULT);
}

unsigned live_blocks(const Heap& heap) {
  unsigned count = 0;
  for (uint32_t number = 1; number < heap.engine.records().end(); ++number) {
    if (heap.engine.records()[number].state == BlockState::live) ++count;
  }
  return count;
}

TEST(CheckedEngine, AFaultInTheQuarantineIsReportedBeforeABlockHasMoved) {
  Heap heap;
  heap.engine.set_limits({.quarantine = 4000, .fill = 64});
  Block old = {0, 0, usual};
  ASSERT_NE(shrink_by_moving(heap, old).address, 0U);
  // The old places of moved blocks fill the quarantine; the oldest of them is written to.
  heap.engine.set_limits({.quarantine = 4000, .fill = 64});
  const Block written = heap.alloc(3000);
  heap.free(written);
  byte_at(written.address) ^= 1;
  Fault fault = {};
  Block block = {0, 0, usual};
  unsigned live_before = 0;
  for (unsigned tries = 0; tries < 100 && fault.kind == GRANARY_NO_FAULT; ++tries) {
    block = heap.alloc(1500);
    live_before = live_blocks(heap);
    fault = fault_of([&] { heap.engine.remap(block, 100, caller); });
  }
  ASSERT_NE(fault.kind, GRANARY_NO_FAULT);
  EXPECT_EQ(fault.kind, GRANARY_WRITTEN_AFTER_FREE);
  EXPECT_EQ(fault.call, GRANARY_CALL_REMAP);
  EXPECT_EQ(live_blocks(heap), live_before);
  EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT) << "the block is as it was";
}

TEST(CheckedEngine, InAFullMemoryEveryBlockBecomesSmaller) {
  Heap heap;
  heap.memory.pages_left = 12;
  std::vector<Block> blocks;
  for (Block block = heap.alloc(1500); block.address != 0; block = heap.alloc(1500)) {
    blocks.push_back(block);
  }
  while (heap.alloc(1).address != 0) {
  }
  for (Block& block : blocks) {
    block.address = heap.engine.remap(block, 10, caller);
    ASSERT_NE(block.address, 0U);
    block.length = 10;
  }
  EXPECT_EQ(kind_of([&] { heap.engine.check(); }), GRANARY_NO_FAULT);
  for (const Block& block : blocks) EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
}

TEST(CheckedEngine, AResetHeapKnowsNoBlock) {
  Heap heap;
  const Block live_block = heap.alloc(100);
  const Block freed_block = heap.alloc(100);
  heap.free(freed_block);
  heap.engine.reset();
  EXPECT_EQ(kind_of([&] { heap.free(live_block); }), GRANARY_NOT_A_BLOCK);
  EXPECT_EQ(kind_of([&] { heap.free(freed_block); }), GRANARY_NOT_A_BLOCK);
  EXPECT_EQ(kind_of([&] { heap.free(heap.alloc(100)); }), GRANARY_NO_FAULT);
  EXPECT_EQ(verify(heap.engine.anatomy()), GRANARY_NO_RULE);
}

TEST(CheckedEngine, ACallThatFailsTakesNoMemory) {
  Heap heap;
  heap.memory.pages_left = 3;
  std::vector<Block> blocks;
  for (Block block = heap.alloc(40); block.address != 0; block = heap.alloc(40)) {
    blocks.push_back(block);
  }
  const Address top = heap.engine.anatomy().large.top();
  for (unsigned call = 0; call < 10; ++call) EXPECT_EQ(heap.alloc(40).address, 0U);
  EXPECT_EQ(heap.engine.anatomy().large.top(), top);
  for (const Block& block : blocks) EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
}

TEST(CheckedEngine, WhatIsAllowedIsNoMisuse) {
  for_all_seeds(20, [](Random& random) {
    Heap heap;
    heap.engine.set_limits({.quarantine = random.below(100'000), .fill = random.below(200)});
    heap.memory.pages_left = random.one_in(2) ? random.between(2, 20) : 500;
    RandomCalls calls(heap.engine, random);
    const Fault fault = fault_of([&] {
      for (unsigned phase = 0; phase < 8; ++phase) {
        calls.make(150, random.between(1, 6));
        calls.check();
        heap.engine.check();
      }
      calls.free_all();
      heap.engine.check();
    });
    EXPECT_EQ(fault.kind, GRANARY_NO_FAULT);
    EXPECT_EQ(verify(heap.engine.anatomy()), GRANARY_NO_RULE);
  });
}

}  // namespace
}  // namespace granary
