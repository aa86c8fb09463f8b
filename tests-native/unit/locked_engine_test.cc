// The engine behind a lock: each call does what the engine's own does, holds the lock from its
// beginning to its end, and lets go of it.
#include "alloc/threads/locked_engine.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests-native/support/native_sync.h"
#include "tests-native/support/native_thread.h"

namespace granary {
namespace {

using test::NativeSync;
using test::NativeThread;

// Knows whether somebody has the lock, and how often it was taken.
struct WatchedSync : NativeSync {
  static inline unsigned takes = 0;
  static inline bool held = false;

  static SharedWord compare_exchange_acquire(SharedWord& word, SharedWord expected,
                                             SharedWord desired) {
    const SharedWord before = NativeSync::compare_exchange_acquire(word, expected, desired);
    if (before == expected) {
      ++takes;
      held = true;
    }
    return before;
  }
  static SharedWord exchange_release(SharedWord& word, SharedWord desired) {
    held = false;
    return NativeSync::exchange_release(word, desired);
  }
};

// An engine that notes what it is asked for, and answers with what can be told apart.
struct NotingEngine {
  static inline std::vector<ByteCount> asked;

  static void note(std::vector<ByteCount> operands) {
    EXPECT_TRUE(WatchedSync::held) << "the lock is held";
    asked = std::move(operands);
  }

  static Address alloc(ByteCount length, Alignment alignment) {
    note({length, alignment.log2()});
    return 16;
  }
  static Address alloc(ByteCount length, Alignment alignment, Address caller) {
    note({length, alignment.log2(), caller});
    return 32;
  }
  static bool resize(Block block, ByteCount length) {
    note({block.address, block.length, block.alignment.log2(), length});
    return true;
  }
  static Address remap(Block block, ByteCount length) {
    note({block.address, block.length, block.alignment.log2(), length});
    return 48;
  }
  static void free(Block block) { note({block.address, block.length, block.alignment.log2()}); }
  static Address alloc_zeroed(ByteCount length, Alignment alignment) {
    note({length, alignment.log2()});
    return 64;
  }
  static Address remap_unsized(Address address, Alignment alignment, ByteCount length) {
    note({address, alignment.log2(), length});
    return 80;
  }
  static void free_unsized(Address address) { note({address}); }
  static ByteCount usable_size(Address address) {
    note({address});
    return 96;
  }
  static void reset() { note({}); }
};

using Heap = LockedEngine<NotingEngine, WatchedSync, NativeThread>;
using Operands = std::vector<ByteCount>;

constexpr Alignment alignment = Alignment::from_log2(5);
constexpr Block block = {4096, 100, alignment};

// Makes a call, which has to take the lock once and to let go of it. Returns what was asked.
template <class Call>
Operands asked_by(Call call) {
  const unsigned before = WatchedSync::takes;
  NotingEngine::asked = {~ByteCount{0}};
  call();
  EXPECT_EQ(WatchedSync::takes, before + 1);
  EXPECT_FALSE(WatchedSync::held) << "the lock is free";
  return NotingEngine::asked;
}

TEST(LockedEngine, EachCallIsTheEnginesOwnUnderTheLock) {
  Heap heap;
  EXPECT_EQ(asked_by([&] { EXPECT_EQ(heap.alloc(7, alignment), 16U); }), (Operands{7, 5}));
  EXPECT_EQ(asked_by([&] { EXPECT_TRUE(heap.resize(block, 9)); }), (Operands{4096, 100, 5, 9}));
  EXPECT_EQ(asked_by([&] { EXPECT_EQ(heap.remap(block, 9), 48U); }), (Operands{4096, 100, 5, 9}));
  EXPECT_EQ(asked_by([&] { heap.free(block); }), (Operands{4096, 100, 5}));
  EXPECT_EQ(asked_by([&] { EXPECT_EQ(heap.alloc_zeroed(8, alignment), 64U); }), (Operands{8, 5}));
  EXPECT_EQ(asked_by([&] { EXPECT_EQ(heap.remap_unsized(4096, alignment, 9), 80U); }),
            (Operands{4096, 5, 9}));
  EXPECT_EQ(asked_by([&] { heap.free_unsized(4096); }), (Operands{4096}));
  EXPECT_EQ(asked_by([&] { EXPECT_EQ(heap.usable_size(4096), 96U); }), (Operands{4096}));
  EXPECT_EQ(asked_by([&] { heap.reset(); }), (Operands{}));
}

TEST(LockedEngine, AnEngineThatReportsItsCallersIsToldThem) {
  Heap heap;
  EXPECT_EQ(asked_by([&] { EXPECT_EQ(heap.alloc(7, alignment, Address{1234}), 32U); }),
            (Operands{7, 5, 1234}));
}

TEST(LockedEngine, AThreadThatDoesNotReturnCanLetGo) {
  Heap heap;
  const Heap::Held held(heap);
  ASSERT_TRUE(WatchedSync::held);
  heap.let_go();
  EXPECT_FALSE(WatchedSync::held);
  std::thread([&] { EXPECT_EQ(heap.alloc(7, alignment), 16U); }).join();
}

}  // namespace
}  // namespace granary
