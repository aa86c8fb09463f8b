// The meeting of the instances of a memory, one after another: the first founds the heap, all
// others find it, whatever the memory held before. Instances that come at once are in
// interleavings_test.cc.
#include "alloc/threads/meeting.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests-native/support/native_sync.h"

namespace granary {
namespace {

using test::NativeSync;

constexpr Address first_page = 0x3'0000;

struct Instance {
  Address meet(SharedPair& point) {
    return granary::meet<NativeSync>(
        point,
        [this] { return pages_left == 0 ? 0 : (--pages_left, ++grown, next_page += 0x1'0000); },
        [this](Address state, Address page) { left.push_back({state, page}); });
  }

  struct Left {
    Address state;
    Address page;
  };

  unsigned pages_left = 10;
  unsigned grown = 0;
  Address next_page = first_page - 0x1'0000;
  std::vector<Left> left;
};

TEST(Meeting, TheFirstInstanceGrowsOnePageForTheStateAndTheOthersFindIt) {
  SharedPair point = 0;
  Instance first;
  EXPECT_EQ(first.meet(point), first_page);
  EXPECT_EQ(first.grown, 1U);
  EXPECT_TRUE(first.left.empty());
  for (unsigned later = 0; later < 3; ++later) {
    Instance instance;
    EXPECT_EQ(instance.meet(point), first_page);
    EXPECT_EQ(instance.grown, 0U);
    EXPECT_TRUE(instance.left.empty());
  }
}

TEST(Meeting, WhateverElseTheMemoryHeldMeansThatThereIsNoHeap) {
  SharedPair founded = 0;
  Instance().meet(founded);
  std::vector<SharedPair> contents = {~SharedPair{0}, founded << 32, founded >> 32, first_page};
  for (unsigned bit = 32; bit < 64; ++bit) contents.push_back(founded ^ SharedPair{1} << bit);
  for (const SharedPair held : contents) {
    SharedPair point = held;
    Instance first;
    ASSERT_EQ(first.meet(point), first_page);
    ASSERT_EQ(first.grown, 1U);
    ASSERT_EQ(point, founded);
  }
}

TEST(Meeting, TheMeetingPointSaysGRANAndTheAddress) {
  SharedPair point = 0;
  Instance().meet(point);
  EXPECT_EQ(point, SharedPair{0x4e41'5247'0003'0000});
}

TEST(Meeting, WithoutAPageThereIsNoHeapAndNothingChanges) {
  SharedPair point = 12345;
  Instance first;
  first.pages_left = 0;
  EXPECT_EQ(first.meet(point), 0U);
  EXPECT_EQ(point, 12345U);
  EXPECT_TRUE(first.left.empty());
  first.pages_left = 1;
  EXPECT_EQ(first.meet(point), first_page);
}

TEST(Meeting, WhoComesSecondLeavesThePageThatItGrewToTheHeapOfTheFirst) {
  SharedPair point = 0;
  Instance second;
  const Address state = meet<NativeSync>(
      point,
      [&] {
        Instance first;
        first.next_page = 0x8'0000;
        first.meet(point);
        return first_page;
      },
      [&](Address of, Address page) { second.left.push_back({of, page}); });
  EXPECT_EQ(state, 0x9'0000U);
  ASSERT_EQ(second.left.size(), 1U);
  EXPECT_EQ(second.left[0].state, state);
  EXPECT_EQ(second.left[0].page, first_page);
}

TEST(Meeting, AnInstanceGrowsOnePageHoweverOftenOthersWriteToThePoint) {
  // A stranger that writes there while nobody has met yet.
  struct Disturbed : NativeSync {
    static SharedPair compare_exchange_acquire_release(SharedPair& pair, SharedPair expected,
                                                       SharedPair desired) {
      if (pair < 5) ++pair;
      return NativeSync::compare_exchange_acquire_release(pair, expected, desired);
    }
  };
  SharedPair point = 0;
  unsigned grown = 0;
  const Address state = meet<Disturbed>(
      point, [&] { return ++grown, first_page; },
      [](Address /*state*/, Address /*page*/) { FAIL() << "the page is needed"; });
  EXPECT_EQ(state, first_page);
  EXPECT_EQ(grown, 1U);
}

}  // namespace
}  // namespace granary
