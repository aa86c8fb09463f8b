// The memory of a program whose library hands it out by sbrk: its pages overlap nothing that others
// got from sbrk, however the end moves, and a refusal moves nothing.
#include "runtime/sbrk_memory.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests-native/support/seeds.h"

namespace granary {
namespace {

// An end that moves as sbrk moves it, below a limit. `before_move` runs before each move: it is the
// others, who move the end at any time.
struct FakeEnd {
  static inline Address end;
  static inline Address limit;
  static inline std::function<void()> before_move;

  static void set(Address first, ByteCount bytes) {
    end = first;
    limit = first + bytes;
    before_move = [] {};
  }

  static Address move(intptr_t bytes) {
    before_move();
    return move_alone(bytes);
  }

  static Address move_alone(intptr_t bytes) {
    if (bytes < 0 || static_cast<ByteCount>(bytes) > limit - end) return ~Address{0};
    const Address former = end;
    end += static_cast<ByteCount>(bytes);
    return former;
  }
};

using Memory = SbrkMemory<FakeEnd>;

constexpr Address first_page = 0x10'0000;
constexpr ByteCount plenty = ByteCount{1} << 30;

TEST(SbrkMemory, PagesFollowTheEndAndOneAnother) {
  FakeEnd::set(first_page, plenty);
  EXPECT_EQ(Memory::grow({3}), first_page);
  EXPECT_EQ(Memory::grow({1}), first_page + 3 * wasm_page_size);
  EXPECT_EQ(FakeEnd::end, first_page + 4 * wasm_page_size);
}

TEST(SbrkMemory, AnEndWithinAPageIsMovedToThePagesEndFirst) {
  for (const ByteCount offset : {ByteCount{4}, ByteCount{5000}, wasm_page_size - 4}) {
    FakeEnd::set(first_page + offset, plenty);
    EXPECT_EQ(Memory::size().value, (first_page >> wasm_page_log2) + 1);
    EXPECT_EQ(Memory::grow({2}), first_page + wasm_page_size);
    EXPECT_EQ(FakeEnd::end, first_page + 3 * wasm_page_size);
  }
}

TEST(SbrkMemory, ItsSizeIsWhereTheNextPagesBegin) {
  FakeEnd::set(first_page + 12, plenty);
  for (ByteCount count = 1; count < 20; ++count) {
    const Address expected = Memory::size().value << wasm_page_log2;
    EXPECT_EQ(Memory::grow({count}), expected);
    FakeEnd::move_alone(static_cast<intptr_t>(count * 1004));
  }
}

TEST(SbrkMemory, ARefusedGrowthMovesNothing) {
  const Address end = first_page + 100;
  FakeEnd::set(end, 2 * wasm_page_size);
  EXPECT_EQ(Memory::grow({2}), 0U) << "the rest of the first page is missing";
  EXPECT_EQ(FakeEnd::end, end);
  EXPECT_EQ(Memory::grow({1}), first_page + wasm_page_size);
}

TEST(SbrkMemory, MorePagesThanHalfOfTheAddressSpaceAreRefused) {
  FakeEnd::set(first_page, plenty);
  constexpr ByteCount all = ByteCount{1} << (address_bits - wasm_page_log2);
  for (const ByteCount count :
       {all / 2 - 1, all / 2, all - 1, all, all + 1, all + 66, ~ByteCount{0}})
    EXPECT_EQ(Memory::grow({count}), 0U) << count;
  EXPECT_EQ(FakeEnd::end, first_page);
}

TEST(SbrkMemory, PagesOverlapNothingThatOthersGotWhileTheEndMoved) {
  test::for_all_seeds(5, [](test::Random& random) {
    FakeEnd::set(first_page + 8, plenty);
    std::vector<Region> taken;
    const auto take = [&](Address begin, ByteCount bytes) {
      for (const Region& other : taken)
        ASSERT_TRUE(begin + bytes <= other.begin || other.end <= begin);
      taken.push_back({begin, begin + bytes});
    };
    FakeEnd::before_move = [&] {
      if (random.below(2) == 0) return;
      const ByteCount bytes = random.below(8) == 0 ? wasm_page_size : 4 * random.below(3000);
      take(FakeEnd::move_alone(static_cast<intptr_t>(bytes)), bytes);
    };
    for (unsigned growth = 0; growth < 300; ++growth) {
      const ByteCount count = 1 + random.below(5);
      const Address begin = Memory::grow({count});
      ASSERT_NE(begin, 0U);
      ASSERT_EQ(begin % wasm_page_size, 0U);
      ASSERT_LE(begin + (count << wasm_page_log2), FakeEnd::end);
      take(begin, count << wasm_page_log2);
    }
  });
}

TEST(SbrkMemory, OthersWhoAlwaysMoveTheEndAreNoReasonToTryForEver) {
  FakeEnd::set(first_page, plenty);
  unsigned moves = 0;
  FakeEnd::before_move = [&] {
    ++moves;
    // Each time more is missing to the end of the page.
    const Address aim = 0 - Address{4} * moves;
    FakeEnd::move_alone(static_cast<intptr_t>((aim - FakeEnd::end) % wasm_page_size));
  };
  EXPECT_NE(Memory::grow({1}), 0U);
  EXPECT_LE(moves, 3U);
}

}  // namespace
}  // namespace granary
