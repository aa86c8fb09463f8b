// The engine `classic`, with 64-bit addresses: which slot a block gets, that slots come back in the
// order of Zig's allocator, and what it does without memory.
#include "alloc/classic/classic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <vector>

#include "tests-native/support/own_memory.h"
#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;
using test::OwnMemory;

constexpr ByteCount word = sizeof(Address);
constexpr ByteCount page = wasm_page_size;
constexpr Alignment byte_aligned = Alignment::from_log2(0);

// An engine over a memory that has nothing yet.
struct Heap {
  OwnMemory memory;
  Classic<OwnMemory::Pages> engine = Classic<OwnMemory::Pages>(memory.pages());

  Address alloc(ByteCount length, Alignment alignment = byte_aligned) {
    return engine.alloc(length, alignment);
  }
  ByteCount pages_asked_for() const {
    return std::accumulate(memory.requests.begin(), memory.requests.end(), ByteCount{0});
  }
};

// Lengths up to some pages: on both sides of everything that is a power of two with the links.
std::vector<ByteCount> lengths() {
  std::vector<ByteCount> result = {0};
  for (unsigned log2 = 1; log2 <= 19; ++log2) {
    for (ByteCount less = 0; less <= 3 * word; ++less) {
      if (less < power_of_two(log2)) result.push_back(power_of_two(log2) - less);
    }
    result.push_back(power_of_two(log2) + 1);
  }
  return result;
}

// The alignments that a block can have.
template <class Action>
void for_all_alignments(Action action) {
  for (unsigned log2 = 0; log2 <= wasm_page_log2; ++log2) action(Alignment::from_log2(log2));
}

// What a block takes up together with the link above it.
ByteCount needed(ByteCount length, Alignment alignment) {
  return std::max(length + word, alignment.bytes());
}

ByteCount small_slot(ByteCount needed) { return std::bit_ceil(needed); }

bool is_small(ByteCount needed) { return small_slot(needed) < page; }

// Zig counts the link a second time here.
ByteCount pages_of(ByteCount needed) { return std::bit_ceil((needed + word + page - 1) / page); }

TEST(Classic, SmallBlocksLieSideBySideInTheSmallestPowerOfTwoThatHoldsEachWithALink) {
  for_all_alignments([](Alignment alignment) {
    for (const ByteCount length : lengths()) {
      if (!is_small(needed(length, alignment))) continue;
      Heap heap;
      const ByteCount slot = small_slot(needed(length, alignment));
      const Address first = heap.alloc(length, alignment);
      ASSERT_EQ(first % page, 0U);
      ASSERT_EQ(heap.alloc(length, alignment), first + slot) << length << " bytes";
      ASSERT_EQ(heap.pages_asked_for(), 1U);
    }
  });
}

TEST(Classic, AClassTakesItsNextPageWhenItsLastOneIsFull) {
  for (ByteCount slot = word; slot < page; slot *= 2) {
    Heap heap;
    const Address first = heap.alloc(slot - word);
    for (ByteCount offset = slot; offset < 3 * page; offset += slot) {
      ASSERT_EQ(heap.alloc(slot - word), first + offset);
      ASSERT_EQ(heap.pages_asked_for(), offset / page + 1);
    }
  }
}

TEST(Classic, ALargeBlockGetsPagesOfItsOwnAPowerOfTwoOfThem) {
  for_all_alignments([](Alignment alignment) {
    for (const ByteCount length : lengths()) {
      const ByteCount needs = needed(length, alignment);
      if (is_small(needs)) continue;
      Heap heap;
      ASSERT_NE(heap.alloc(length, alignment), 0U);
      ASSERT_EQ(heap.memory.requests, std::vector{pages_of(needs)}) << length << " bytes";
    }
  });
}

TEST(Classic, EveryBlockLiesAtItsAlignment) {
  Heap heap;
  for_all_alignments([&](Alignment alignment) {
    for (const ByteCount length : {ByteCount{1}, ByteCount{100}, ByteCount{5000}}) {
      EXPECT_EQ(heap.alloc(length, alignment) % alignment.bytes(), 0U) << alignment.bytes();
    }
  });
}

TEST(Classic, AnAlignmentAboveAPageIsRefusedAndNothingGrows) {
  Heap heap;
  for (unsigned log2 = wasm_page_log2 + 1; log2 <= UINT8_MAX; ++log2) {
    EXPECT_EQ(heap.alloc(1, Alignment::from_log2(log2)), 0U);
  }
  EXPECT_TRUE(heap.memory.requests.empty());
}

TEST(Classic, ALengthThatNoMemoryHasIsRefused) {
  Heap heap;
  for (unsigned log2 = 32; log2 < address_bits; ++log2) {
    EXPECT_EQ(heap.alloc(power_of_two(log2)), 0U);
    EXPECT_EQ(heap.alloc(~power_of_two(log2)), 0U);
  }
  for (ByteCount less = 0; less < 2 * page; ++less) EXPECT_EQ(heap.alloc(~less), 0U);
}

// Blocks of several classes, of which those of a class are allocated again in the order that is the
// reverse of that in which they were freed.
TEST(Classic, WhatWasFreedLastIsAllocatedFirstInEveryOrder) {
  for (const ByteCount length : {ByteCount{1}, ByteCount{40}, 20 * page}) {
    const ByteCount other_length = 4 * (length + word);
    std::array<unsigned, 5> order = {0, 1, 2, 3, 4};
    do {
      Heap heap;
      std::array<Address, 5> blocks;
      for (Address& block : blocks) block = heap.alloc(length);
      const Address other = heap.alloc(other_length);
      const ByteCount pages = heap.pages_asked_for();
      for (const unsigned index : order) heap.engine.free({blocks[index], length, byte_aligned});
      heap.engine.free({other, other_length, byte_aligned});
      for (unsigned left = 5; left != 0;) {
        ASSERT_EQ(heap.alloc(length), blocks[order[--left]]);
      }
      ASSERT_EQ(heap.alloc(other_length), other);
      ASSERT_EQ(heap.pages_asked_for(), pages);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(Classic, AFreedBlockKeepsItsBytes) {
  for (const ByteCount length : lengths()) {
    Heap heap;
    const Address address = heap.alloc(length);
    auto* const bytes = reinterpret_cast<uint8_t*>(address);
    std::fill(bytes, bytes + length, 0x5c);
    heap.engine.free({address, length, byte_aligned});
    ASSERT_EQ(std::count(bytes, bytes + length, 0x5c), length) << length << " bytes";
  }
}

TEST(Classic, AClassWithoutAPageTakesOneThatWasFreed) {
  for (ByteCount slot = word; slot < page; slot *= 2) {
    Heap heap;
    const ByteCount length = page - 2 * word;
    const Address freed = heap.alloc(length);
    heap.engine.free({freed, length, byte_aligned});
    EXPECT_EQ(heap.alloc(slot - word), freed);
    EXPECT_NE(heap.alloc(length), freed);
  }
}

TEST(Classic, WhatIsRefusedForWantOfMemoryIsHadWhenThereIsSome) {
  for (const ByteCount length : lengths()) {
    Heap heap;
    const ByteCount pages_left = heap.memory.pages_left;
    heap.memory.pages_left = 0;
    ASSERT_EQ(heap.alloc(length), 0U);
    ASSERT_EQ(heap.alloc(length), 0U);
    heap.memory.pages_left = pages_left;
    const Address address = heap.alloc(length);
    ASSERT_NE(address, 0U);
    ASSERT_EQ(address % page, 0U) << "no slot was lost";
  }
}

TEST(Classic, ABlockStaysWhereItIsAsLongAsItsSlotIsTheSame) {
  for_all_alignments([](Alignment alignment) {
    Heap heap;
    for (const ByteCount from : lengths()) {
      const ByteCount held = needed(from, alignment);
      const Block block = {page, from, alignment};
      for (const ByteCount to : lengths()) {
        const ByteCount needs = needed(to, alignment);
        // A block in whole pages may become a small one.
        const bool stays = is_small(held) ? small_slot(held) == small_slot(needs)
                                          : pages_of(held) == pages_of(needs);
        ASSERT_EQ(heap.engine.resize(block, to), stays) << from << " to " << to;
        ASSERT_EQ(heap.engine.remap(block, to), stays ? block.address : 0);
      }
    }
  });
}

TEST(Classic, NoBlockBecomesOneThatNoMemoryHas) {
  Heap heap;
  for (const ByteCount from : lengths()) {
    for (ByteCount less = 0; less < 2 * page; less += 7) {
      ASSERT_FALSE(heap.engine.resize({page, from, byte_aligned}, ~less));
    }
  }
}

TEST(Classic, TwoHeapsInOneProgramKnowNothingOfEachOther) {
  Heap one;
  Heap other;
  const Address address = one.alloc(100);
  one.engine.free({address, 100, byte_aligned});
  EXPECT_TRUE(other.memory.requests.empty());
  EXPECT_NE(other.alloc(100), address);
  EXPECT_EQ(one.alloc(100), address);
}

TEST(Classic, ABlockThatItDidNotGiveIsNotTakenBack) {
  Heap heap;
  const Address address = heap.alloc(1);
  const Alignment above_a_page = Alignment::from_log2(wasm_page_log2 + 1);
  expect_trap([&] { heap.engine.free({0, 1, byte_aligned}); });
  expect_trap([&] { heap.engine.free({address, 1, above_a_page}); });
  expect_trap([&] { return heap.engine.resize({address, 1, above_a_page}, 1); });
}

}  // namespace
}  // namespace granary
