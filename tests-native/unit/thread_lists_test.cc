// The lists of a thread: last in, first out, each class for itself; they never hold more than their
// capacity and one block, and what no thread owns stays zero.
#include "alloc/threads/thread_lists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tests-native/support/precondition.h"
#include "tests-native/support/seeds.h"

namespace granary {
namespace {

using test::for_all_seeds;
using test::Random;

constexpr unsigned largest_class = size_class_count - 1;

class Lists : public testing::Test {
 protected:
  Lists() { own_.start(); }

  Address new_block() {
    blocks_.push_back(std::make_unique<Bytes>());
    return reinterpret_cast<Address>(blocks_.back().get());
  }

  struct alignas(64) Bytes {
    uint8_t bytes[64];
  };

  ThreadLists own_ = {};
  std::vector<std::unique_ptr<Bytes>> blocks_;
};

TEST_F(Lists, TheLatestBlockOfAClassIsTheNextAndOtherClassesDoNotHaveIt) {
  for_all_seeds(5, [this](Random& random) {
    std::vector<Address> model[size_class_count];
    for (unsigned call = 0; call < 300; ++call) {
      const SizeClass size_class{static_cast<unsigned>(random.below(size_class_count))};
      std::vector<Address>& list = model[index_of(size_class)];
      if (random.one_in(2) && own_.has_room()) {
        list.push_back(new_block());
        own_.push(size_class, list.back());
      } else {
        ASSERT_EQ(own_.pop(size_class), list.empty() ? 0 : list.back());
        if (!list.empty()) list.pop_back();
      }
    }
    for (unsigned index = 0; index < size_class_count; ++index) {
      while (own_.pop(SizeClass{index}) != 0) {
      }
    }
    ASSERT_EQ(own_.room, static_cast<int32_t>(ThreadLists::capacity));
  });
}

TEST_F(Lists, HoldTheirCapacityAndAtMostOneBlock) {
  ByteCount held = 0;
  while (own_.has_room()) {
    own_.push(SizeClass{largest_class}, new_block());
    held += largest_small;
  }
  EXPECT_GE(held, ThreadLists::capacity);
  EXPECT_LT(held, ThreadLists::capacity + largest_small);
  test::expect_trap([this] {
    own_.push(SizeClass{0}, new_block());
    return 0;
  });
  while (own_.pop(SizeClass{largest_class}) != 0) held -= largest_small;
  EXPECT_EQ(held, 0U);
}

TEST_F(Lists, HoldAtMost64KiBAndTheirOwnBlockIsSmall) {
  EXPECT_LE(ThreadLists::capacity + largest_small, ByteCount{64} << 10);
  EXPECT_LE(sizeof(ThreadLists), largest_small);
}

TEST_F(Lists, TheListsOfNoThreadHaveNothingAndNoRoomAndAreNotWrittenTo) {
  ThreadLists none = {};
  EXPECT_FALSE(none.has_room());
  for (unsigned index = 0; index < size_class_count; ++index) {
    EXPECT_EQ(none.pop(SizeClass{index}), 0U);
    EXPECT_EQ(none.lists[index].count, 0U);
  }
  const auto* const bytes = reinterpret_cast<const uint8_t*>(&none);
  EXPECT_TRUE(std::all_of(bytes, bytes + sizeof none, [](uint8_t byte) { return byte == 0; }));
}

TEST_F(Lists, CountTheirBlocks) {
  constexpr SizeClass size_class{7};
  const ThreadLists::List& list = own_.lists[index_of(size_class)];
  for (unsigned count = 0; count < 6; ++count) {
    for (unsigned block = 0; block < count; ++block) {
      EXPECT_EQ(list.count, block);
      own_.push(size_class, new_block());
    }
    for (unsigned left = count; left != 0; --left) {
      EXPECT_EQ(list.count, left);
      EXPECT_NE(own_.pop(size_class), 0U);
    }
    EXPECT_EQ(list.count, 0U);
    EXPECT_EQ(own_.pop(size_class), 0U);
    EXPECT_EQ(list.count, 0U);
  }
}

TEST_F(Lists, ABlockServesTheLargestClassThatIsNoLargerThanIt) {
  for (ByteCount bytes = slot_size(SizeClass{0}); bytes < 2 * largest_small; ++bytes) {
    const unsigned index = index_of(own_.class_within(bytes));
    ASSERT_LE(slot_size(SizeClass{index}), bytes);
    if (index != largest_class) ASSERT_GT(slot_size(SizeClass{index + 1}), bytes);
  }
  test::expect_trap([this] { return own_.class_within(slot_size(SizeClass{0}) - 1); });
}

TEST_F(Lists, OnlySmallBlocksOfTheUsualAlignmentsComeFromAList) {
  for (unsigned log2 = 0; log2 < address_bits; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    const bool usual = alignment.bytes() <= TaggedBlock::unit;
    for (const ByteCount length : {ByteCount{1}, ByteCount{2}, ByteCount{40}, largest_small}) {
      EXPECT_EQ(ThreadLists::is_listed(last_byte_of(length, alignment), alignment), usual);
    }
    EXPECT_FALSE(ThreadLists::is_listed(last_byte_of(0, alignment), alignment)) << "none is small";
    EXPECT_FALSE(ThreadLists::is_listed(last_byte_of(largest_small + 1, alignment), alignment));
    EXPECT_FALSE(ThreadLists::is_listed(last_byte_of(~ByteCount{0}, alignment), alignment));
  }
  for (unsigned log2 = address_bits; log2 < 256; ++log2) {
    const Alignment alignment = Alignment::from_log2(log2);
    EXPECT_FALSE(ThreadLists::is_listed(last_byte_of(1, alignment), alignment));
  }
}

TEST_F(Lists, ANewThreadKnowsTheSizesOfAllClassesAndFetchesLittle) {
  EXPECT_EQ(own_.room, static_cast<int32_t>(ThreadLists::capacity));
  for (unsigned index = 0; index < size_class_count; ++index) {
    EXPECT_EQ(own_.lists[index].first, 0U);
    EXPECT_EQ(own_.lists[index].block_bytes, slot_size(SizeClass{index}));
    EXPECT_EQ(own_.lists[index].batch_bytes, ThreadLists::first_batch);
    EXPECT_EQ(index_of(own_.classes.class_of(slot_size(SizeClass{index}) - 1)), index);
  }
}

}  // namespace
}  // namespace granary
