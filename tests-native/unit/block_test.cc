// Boundary tags on an array of words, for every size that fits: what each call makes of the tags of
// a block and of the next one, and that it writes nothing else.
#include "alloc/granary/block.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "tests-native/support/precondition.h"

namespace granary {
namespace {

using test::expect_trap;

constexpr ByteCount unit = TaggedBlock::unit;
constexpr ByteCount most_units = 40;

// Words that hold a block of any size here, the tags below and above it, and one more block.
class Memory {
 public:
  Memory() { words_.fill(untouched); }

  // The first block; the word below it is its tag.
  TaggedBlock first() { return TaggedBlock(reinterpret_cast<Address>(words_.data()) + unit); }

  TaggedBlock at(ByteCount offset) { return TaggedBlock(first().address() + offset); }

  // How many words are not as they were at the time of `copy`.
  unsigned changed_since(const Memory& copy) const {
    unsigned count = 0;
    for (ByteCount index = 0; index < words_.size(); ++index) {
      if (words_[index] != copy.words_[index]) ++count;
    }
    return count;
  }

 private:
  static constexpr Address untouched = 0xa5a5'a5a5'a5a5'a5a0;
  alignas(unit) std::array<Address, (2 * most_units + 2) * unit / sizeof(Address)> words_;
};

template <class Action>
void for_all_sizes(Action action) {
  for (ByteCount size = unit; size <= most_units * unit; size += unit) action(size);
}

TEST(Block, AUsedBlockHasItsSizeAndNothingElse) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    const TaggedBlock block = memory.first();
    block.make_used(size);
    EXPECT_EQ(block.size(), size);
    EXPECT_EQ(block.next().address(), block.address() + size);
    EXPECT_FALSE(block.is_free());
    EXPECT_FALSE(block.previous_is_free());
    EXPECT_FALSE(block.is_gap());
  });
}

TEST(Block, TheOwnerOfABlockHasAllOfItButTheWordOfTheNextTag) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    memory.first().make_used(size);
    memory.at(size).make_used(unit);
    std::memset(reinterpret_cast<void*>(memory.first().address()), 0xff,
                size - TaggedBlock::overhead);
    EXPECT_EQ(memory.first().size(), size);
    EXPECT_EQ(memory.at(size).size(), unit);
    EXPECT_FALSE(memory.at(size).previous_is_free());
  });
}

TEST(Block, UsingABlockWritesItsTagOnly) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    const Memory before = memory;
    memory.first().make_used(size);
    EXPECT_EQ(memory.changed_since(before), 1U);
  });
}

TEST(Block, AFreeBlockIsFoundFromBothSides) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    const TaggedBlock block = memory.first();
    memory.at(size).make_used(unit);
    block.make_free(size);
    EXPECT_TRUE(block.is_free());
    EXPECT_EQ(block.size(), size);
    EXPECT_FALSE(block.previous_is_free());
    EXPECT_TRUE(block.next().previous_is_free());
    EXPECT_EQ(block.next().previous().address(), block.address());
    EXPECT_EQ(block.next().size(), unit) << "the next block keeps its size";
    EXPECT_FALSE(block.next().is_free());
  });
}

TEST(Block, FreeingABlockWritesTwoTagsAndItsLastWord) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    memory.first().make_used(size);
    memory.at(size).make_used(unit);
    const Memory before = memory;
    memory.first().make_free(size);
    EXPECT_EQ(memory.changed_since(before), 3U);
  });
}

TEST(Block, TheLinksOfAFreeBlockLieInItsBytesAndBesideItsSize) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    const TaggedBlock block = memory.first();
    memory.at(size).make_used(unit);
    block.make_free(size);
    block.next_in_bin() = ~Address{0};
    block.link_in_bin() = ~Address{1};
    EXPECT_EQ(block.next_in_bin(), ~Address{0});
    EXPECT_EQ(block.link_in_bin(), ~Address{1});
    EXPECT_TRUE(block.is_free());
    EXPECT_EQ(block.size(), size);
    EXPECT_EQ(block.next().size(), unit);
    EXPECT_EQ(block.next().previous().address(), block.address());
  });
}

TEST(Block, ResizingABlockKeepsWhatItsTagSaysOfThePreviousOne) {
  for (const bool previous_is_free : {false, true}) {
    for_all_sizes([&](ByteCount size) {
      Memory memory;
      memory.at(unit).make_used(unit);
      if (previous_is_free) memory.first().make_free(unit);
      memory.at(unit).resize_used(size);
      EXPECT_EQ(memory.at(unit).size(), size);
      EXPECT_EQ(memory.at(unit).previous_is_free(), previous_is_free);
      EXPECT_FALSE(memory.at(unit).is_free());
    });
  }
}

TEST(Block, APreviousBlockThatBecomesUsedChangesNothingElse) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    memory.at(unit).make_used(size);
    const Memory before = memory;
    memory.first().make_free(unit);
    memory.at(unit).previous_became_used();
    EXPECT_FALSE(memory.at(unit).previous_is_free());
    EXPECT_EQ(memory.at(unit).size(), size);
    EXPECT_EQ(memory.changed_since(before), 2U) << "the tag and the size of the previous block";
  });
}

TEST(Block, AFenceHasNoSizeAndIsNeverFree) {
  Memory memory;
  memory.at(unit).make_fence();
  EXPECT_EQ(memory.at(unit).size(), 0U);
  EXPECT_FALSE(memory.at(unit).is_free());
  memory.first().make_free(unit);
  EXPECT_EQ(memory.at(unit).size(), 0U);
  EXPECT_FALSE(memory.at(unit).is_free());
  EXPECT_TRUE(memory.at(unit).previous_is_free());
}

TEST(Block, AGapLooksLikeABlockInUse) {
  for_all_sizes([](ByteCount size) {
    Memory memory;
    memory.at(unit).make_gap(size);
    memory.first().make_free(unit);
    EXPECT_TRUE(memory.at(unit).is_gap());
    EXPECT_FALSE(memory.at(unit).is_free());
    EXPECT_TRUE(memory.at(unit).previous_is_free());
    EXPECT_EQ(memory.at(unit).size(), size);
    memory.at(unit).previous_became_used();
    EXPECT_TRUE(memory.at(unit).is_gap());
  });
}

TEST(Block, ASizeIsTheLeastThatHoldsALengthAndATag) {
  for (ByteCount length = 0; length <= most_units * unit; ++length) {
    const ByteCount size = block_size(length);
    EXPECT_EQ(size % unit, 0U);
    EXPECT_GE(size, length + TaggedBlock::overhead);
    EXPECT_LT(size, length + TaggedBlock::overhead + unit);
  }
}

TEST(Block, TheSizeOfALengthThatNoMemoryHasIsOneThatNoMemoryHas) {
  const ByteCount largest = ~ByteCount{0} & ~(unit - 1);
  for (ByteCount below = 0; below < 2 * unit; ++below) {
    EXPECT_GE(block_size(~ByteCount{0} - below), largest - unit);
  }
}

TEST(Block, OnlyAFreeBlockIsFoundFromTheNextOne) {
  Memory memory;
  memory.at(unit).make_used(unit);
  expect_trap([&] { return memory.at(unit).previous(); });
}

TEST(Block, ASizeIsAMultipleOfTheUnitAndNotZero) {
  Memory memory;
  memory.at(2 * unit).make_used(unit);
  const TaggedBlock block = memory.first();
  block.make_used(2 * unit);
  for (const ByteCount size : {ByteCount{0}, unit - 1, unit + 1, unit + sizeof(Address)}) {
    expect_trap([&] { block.make_used(size); });
    expect_trap([&] { block.resize_used(size); });
    expect_trap([&] { block.make_free(size); });
    expect_trap([&] { block.make_gap(size); });
  }
}

}  // namespace
}  // namespace granary
