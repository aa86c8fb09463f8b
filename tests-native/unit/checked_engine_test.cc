// The checks around an engine: each misuse is told by the call that meets it, before anything has
// changed, and what is allowed is never told of. Faults are thrown, so that a test can go on.
#include "alloc/checks/checked_engine.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <set>
#include <vector>

#include "alloc/granary/span_engine.h"
#include "alloc/inspection/verify.h"
#include "tests-native/support/own_memory.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::OwnMemory;
using test::Random;

struct Throws {
  [[noreturn]] static void report(const Fault& fault) { throw fault; }
};

using Inner = SpanEngine<OwnMemory::Pages, DefaultGrowth, Configuration{.walkable = true}>;

// Begins in a slack of its own, as a module does.
class CheckedHeap : public Checked<Inner, Throws> {
 public:
  CheckedHeap() : CheckedHeap(OwnMemory::capacity.value / 2) {}
  explicit CheckedHeap(ByteCount pages_left) : memory_(60'000) {
    memory_.pages_left = pages_left;
    new (&inner()) Inner(memory_.pages());
  }

  Address end_of_memory() const { return memory_.size().value << wasm_page_log2; }

 private:
  OwnMemory memory_;
};

constexpr Alignment usual = Alignment::from_log2(4);
constexpr unsigned zone = 16;

uint8_t& byte_at(Address address) { return *reinterpret_cast<uint8_t*>(address); }

// The fault that the call is told of; none when there is none.
Fault fault_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Fault& fault) {
    return fault;
  }
  return {};
}

uint32_t kind_of(const std::function<void()>& call) { return fault_of(call).kind; }

Block alloc(CheckedHeap& heap, ByteCount length, Alignment alignment = usual) {
  return {heap.alloc(length, alignment), length, alignment};
}

TEST(CheckedEngine, BlocksOfEveryLengthAndAlignmentAreTheirOwnersAndEndWithoutAFault) {
  CheckedHeap heap;
  for (unsigned log2 = 0; log2 < 13; ++log2) {
    for (ByteCount length = 1; length < 300; length += 7) {
      const Block block = alloc(heap, length, Alignment::from_log2(log2));
      EXPECT_EQ(block.address % block.alignment.bytes(), 0U);
      EXPECT_EQ(heap.usable_size(block.address), length);
      std::memset(reinterpret_cast<void*>(block.address), 0xee, length);
      heap.check();
      heap.free(block);
    }
  }
  heap.check();
  EXPECT_EQ(verify(heap.anatomy()), GRANARY_NO_RULE);
}

TEST(CheckedEngine, AFreshBlockIsFilledUpToTheLimitAndAZeroedOneIsZero) {
  CheckedHeap heap;
  const Block fresh = alloc(heap, 100);
  for (ByteCount index = 0; index < default_check_limits.fill; ++index) {
    EXPECT_EQ(byte_at(fresh.address + index), 0xcd);
  }
  const Address zeroed = heap.alloc_zeroed(100, usual);
  for (ByteCount index = 0; index < 100; ++index) EXPECT_EQ(byte_at(zeroed + index), 0);
}

TEST(CheckedEngine, TheThreeCallsThatNameABlockTellAnotherLengthOrAlignment) {
  CheckedHeap heap;
  const Block block = alloc(heap, 40);
  for (const ByteCount length : {0U, 39U, 41U, 4000U}) {
    const Block wrong = {block.address, length, usual};
    EXPECT_EQ(kind_of([&] { heap.free(wrong); }), GRANARY_WRONG_LENGTH);
    EXPECT_EQ(kind_of([&] { heap.resize(wrong, 20); }), GRANARY_WRONG_LENGTH);
    EXPECT_EQ(kind_of([&] { heap.remap(wrong, 20); }), GRANARY_WRONG_LENGTH);
  }
  for (const unsigned log2 : {0U, 3U, 5U, 12U, 63U}) {
    const Block wrong = {block.address, 40, Alignment::from_log2(log2)};
    EXPECT_EQ(kind_of([&] { heap.free(wrong); }), GRANARY_WRONG_ALIGNMENT);
    EXPECT_EQ(kind_of([&] { heap.resize(wrong, 20); }), GRANARY_WRONG_ALIGNMENT);
    EXPECT_EQ(kind_of([&] { heap.remap(wrong, 20); }), GRANARY_WRONG_ALIGNMENT);
  }
  EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
}

TEST(CheckedEngine, ANewLengthOf0AndAnAlignmentThatNoAddressHasAreTold) {
  CheckedHeap heap;
  const Block block = alloc(heap, 40);
  EXPECT_EQ(kind_of([&] { heap.resize(block, 0); }), GRANARY_NEW_LENGTH_ZERO);
  EXPECT_EQ(kind_of([&] { heap.remap(block, 0); }), GRANARY_NEW_LENGTH_ZERO);
  for (const unsigned log2 : {64U, 65U, 1000U, ~0U}) {
    EXPECT_EQ(kind_of([&] { heap.alloc(8, Alignment::from_log2(log2)); }),
              GRANARY_ALIGNMENT_OUT_OF_RANGE);
  }
}

TEST(CheckedEngine, EveryByteOfTheZonesAroundABlockIsWatched) {
  CheckedHeap heap;
  for (const ByteCount length : {1U, 7U, 8U, 16U, 40U, 3000U}) {
    const Block block = alloc(heap, length);
    for (unsigned index = 0; index < zone; ++index) {
      byte_at(block.address + length + index) ^= 1;
      EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_WRITTEN_PAST_END) << index;
      EXPECT_EQ(kind_of([&] { heap.check(); }), GRANARY_WRITTEN_PAST_END) << index;
      byte_at(block.address + length + index) ^= 1;
    }
    // The four bytes furthest below number the record: without them it is searched for.
    for (unsigned index = 0; index < zone; ++index) {
      byte_at(block.address - 1 - index) ^= 1;
      EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_WRITTEN_BEFORE_START) << index;
      EXPECT_EQ(kind_of([&] { heap.check(); }), GRANARY_WRITTEN_BEFORE_START) << index;
      byte_at(block.address - 1 - index) ^= 1;
    }
    EXPECT_EQ(kind_of([&] { heap.free(block); }), GRANARY_NO_FAULT);
  }
}

TEST(CheckedEngine, AnyChangeOfAFreedBlockOrItsZonesIsToldByCheck) {
  CheckedHeap heap;
  for (const ByteCount length : {1U, 8U, 31U, 64U, 200U}) {
    const Block block = alloc(heap, length);
    heap.free(block);
    const ByteCount watched =
        length < default_check_limits.fill ? length : default_check_limits.fill;
    std::vector<Address> places;
    for (ByteCount index = 0; index < watched; ++index) places.push_back(block.address + index);
    for (ByteCount index = 0; index < zone; ++index) {
      places.push_back(block.address - 1 - index);
      places.push_back(block.address + length + index);
    }
    for (const Address place : places) {
      byte_at(place) ^= 0x40;
      EXPECT_EQ(kind_of([&] { heap.check(); }), GRANARY_WRITTEN_AFTER_FREE)
          << place - block.address;
      byte_at(place) ^= 0x40;
    }
    EXPECT_EQ(kind_of([&] { heap.check(); }), GRANARY_NO_FAULT);
  }
}

TEST(CheckedEngine, AnAddressThatIsNoBlockIsToldByWhatItIsInstead) {
  CheckedHeap heap;
  const Block live = alloc(heap, 100);
  const Block freed = alloc(heap, 100);
  heap.free(freed);
  const auto kind = [&](Address address) {
    const uint32_t unsized = kind_of([&] { heap.free_unsized(address); });
    EXPECT_EQ(kind_of([&] { heap.usable_size(address); }), unsized);
    EXPECT_EQ(kind_of([&] { heap.remap_unsized(address, usual, 8); }), unsized);
    EXPECT_EQ(kind_of([&] { heap.free({address, 100, Alignment::from_log2(0)}); }), unsized);
    return unsized;
  };
  EXPECT_EQ(kind(0), GRANARY_NULL_POINTER);
  EXPECT_EQ(kind(heap.end_of_memory()), GRANARY_OUTSIDE_MEMORY);
  EXPECT_EQ(kind(~Address{0}), GRANARY_OUTSIDE_MEMORY);
  EXPECT_EQ(kind(freed.address), GRANARY_FREED_BLOCK);
  for (ByteCount offset = 1; offset < 100; ++offset) {
    EXPECT_EQ(kind(live.address + offset), GRANARY_INSIDE_BLOCK);
    EXPECT_EQ(kind(freed.address + offset), GRANARY_INSIDE_FREED_BLOCK);
  }
  const Address nothing = heap.end_of_memory() - 64;
  EXPECT_EQ(kind(nothing), GRANARY_NOT_A_BLOCK);
  EXPECT_EQ(kind_of([&] { heap.free({nothing + 8, 100, usual}); }), GRANARY_MISALIGNED);
}

TEST(CheckedEngine, AReportHasTheCallAndItsOperandsAndWhatIsKnownOfTheBlock) {
  CheckedHeap heap;
  const Address address = heap.alloc(40, usual, 11);
  const Fault wrong = fault_of([&] { heap.remap({address, 41, usual}, 7, 22); });
  EXPECT_EQ(wrong.call, GRANARY_CALL_REMAP);
  EXPECT_EQ(wrong.address, address);
  EXPECT_EQ(wrong.length, 41U);
  EXPECT_EQ(wrong.alignment, usual.log2());
  EXPECT_EQ(wrong.new_length, 7U);
  EXPECT_EQ(wrong.caller, 22U);
  EXPECT_EQ(wrong.block, address);
  EXPECT_EQ(wrong.block_length, 40U);
  EXPECT_EQ(wrong.block_alignment, usual.log2());
  EXPECT_EQ(wrong.allocated_by, 11U);
  EXPECT_EQ(wrong.freed_by, 0U);
  heap.free({address, 40, usual}, 33);
  EXPECT_EQ(fault_of([&] { heap.free({address, 40, usual}, 44); }).freed_by, 33U);
}

TEST(CheckedEngine, ACallThatIsToldOfHasChangedNothing) {
  CheckedHeap heap;
  const Block block = alloc(heap, 40);
  std::memset(reinterpret_cast<void*>(block.address), 0xee, 40);
  EXPECT_NE(kind_of([&] { heap.free({block.address, 41, usual}); }), GRANARY_NO_FAULT);
  EXPECT_NE(kind_of([&] { heap.remap({block.address, 41, usual}, 20); }), GRANARY_NO_FAULT);
  EXPECT_EQ(heap.usable_size(block.address), 40U);
  for (ByteCount index = 0; index < 40; ++index) EXPECT_EQ(byte_at(block.address + index), 0xee);
  heap.free(block);
  heap.check();
}

TEST(CheckedEngine, AFreedBlockIsNotUsedAgainUntilSoManyBytesAreFreedAfterIt) {
  CheckedHeap heap;
  heap.set_limits({.quarantine = 10'000, .fill = 64});
  const ByteCount with_zones = RedZone::length_with_zones(100, usual);
  const Block first = alloc(heap, 100);
  heap.free(first);
  // Not while the later ones leave room for the first.
  for (ByteCount freed = 2 * with_zones; freed <= 10'000; freed += with_zones) {
    const Block next = alloc(heap, 100);
    EXPECT_NE(next.address, first.address);
    heap.free(next);
    EXPECT_EQ(kind_of([&] { heap.free(first); }), GRANARY_FREED_BLOCK);
  }
  heap.free(alloc(heap, 100));
  EXPECT_NE(kind_of([&] { heap.free(first); }), GRANARY_FREED_BLOCK);
}

TEST(CheckedEngine, ABlockThatTheQuarantineCannotHoldEndsAtOnceAndNewLimitsEmptyIt) {
  CheckedHeap heap;
  heap.set_limits({.quarantine = 0, .fill = 0});
  const Block block = alloc(heap, 100);
  heap.free(block);
  EXPECT_EQ(alloc(heap, 100).address, block.address);
  heap.set_limits(default_check_limits);
  const Block kept = alloc(heap, 5000);
  heap.free(kept);
  EXPECT_NE(alloc(heap, 5000).address, kept.address);
  heap.set_limits(default_check_limits);
  EXPECT_EQ(alloc(heap, 5000).address, kept.address);
}

TEST(CheckedEngine, TheQuarantineIsGivenUpBeforeAnAllocFails) {
  CheckedHeap heap(1);
  std::vector<Block> blocks;
  for (Block block = alloc(heap, 3000); block.address != 0; block = alloc(heap, 3000)) {
    blocks.push_back(block);
  }
  for (unsigned index = 0; index < 8; ++index) heap.free(blocks[index]);
  for (unsigned index = 0; index < 8; ++index) EXPECT_NE(alloc(heap, 3000).address, 0U) << index;
}

TEST(CheckedEngine, ABlockBecomesSmallerEvenInAFullMemoryAndKeepsItsBytes) {
  CheckedHeap heap(1);
  std::vector<Block> blocks;
  for (Block block = alloc(heap, 1500); block.address != 0; block = alloc(heap, 1500)) {
    std::memset(reinterpret_cast<void*>(block.address), 0xee, block.length);
    blocks.push_back(block);
  }
  ASSERT_GT(blocks.size(), 20U);
  for (Block& block : blocks) {
    const Address address = heap.remap(block, 100);
    ASSERT_NE(address, 0U);
    block = {address, 100, usual};
    for (ByteCount index = 0; index < 100; ++index) EXPECT_EQ(byte_at(address + index), 0xee);
  }
  heap.check();
  for (const Block& block : blocks) heap.free(block);
  heap.check();
}

TEST(CheckedEngine, AfterAResetNoBlockIsKnownAndAllMemoryIsThereAgain) {
  CheckedHeap heap;
  const Block first = alloc(heap, 5000);
  const Block second = alloc(heap, 5000);
  heap.free(second);
  heap.reset();
  EXPECT_NE(kind_of([&] { heap.free(first); }), GRANARY_NO_FAULT);
  heap.check();
  EXPECT_EQ(alloc(heap, 5000).address, first.address);
  EXPECT_EQ(verify(heap.anatomy()), GRANARY_NO_RULE);
}

TEST(CheckedEngine, RandomCallsThatAreAllowedAreNeverToldOf) {
  for_all_seeds(20, [](Random& random) {
    CheckedHeap heap;
    heap.set_limits({.quarantine = random.below(20'000), .fill = random.below(100)});
    std::vector<Block> live;
    for (unsigned call = 0; call < 400; ++call) {
      if (live.empty() || random.one_in(2)) {
        const ByteCount length = random.between(1, random.one_in(5) ? 9000 : 300);
        const auto log2 = static_cast<unsigned>(random.below(9));
        live.push_back(alloc(heap, length, Alignment::from_log2(log2)));
        ASSERT_NE(live.back().address, 0U);
        std::memset(reinterpret_cast<void*>(live.back().address), 0xee, length);
        continue;
      }
      std::swap(live[random.below(live.size())], live.back());
      Block& block = live.back();
      if (random.one_in(3)) {
        const ByteCount length = random.between(1, 500);
        const Address moved = heap.remap(block, length);
        if (moved == 0) continue;
        block = {moved, length, block.alignment};
        std::memset(reinterpret_cast<void*>(moved), 0xee, length);
      } else {
        heap.free(block);
        live.pop_back();
      }
      heap.check();
    }
    ASSERT_EQ(verify(heap.anatomy()), GRANARY_NO_RULE);
  });
}

}  // namespace
}  // namespace granary
