// The lock: what it costs where nobody contends, that a thread which finds it taken goes on when it
// is released, and that one thread at a time has it. Every order of the steps of a few threads is
// in interleavings_test.cc.
#include "alloc/threads/lock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests-native/support/native_sync.h"

namespace granary {
namespace {

using test::NativeSync;

// Writes down the calls. What was scripted happens instead of a sleep or before a look.
struct Script : NativeSync {
  static inline unsigned loads = 0;
  static inline unsigned exchanges = 0;
  static inline unsigned waits = 0;
  static inline unsigned notifies = 0;
  static inline unsigned release_at_load = 0;
  static inline unsigned release_at_wait = 0;
  static inline SharedWord waited_for = 0;

  static void start() {
    loads = exchanges = waits = notifies = release_at_load = release_at_wait = 0;
    waited_for = 0;
  }

  static SharedWord load(SharedWord& word) {
    ++loads;
    // Who never sleeps would look for ever.
    if (loads == release_at_load || loads == 10'000'000) word = 0;
    return word;
  }
  static SharedWord compare_exchange_acquire(SharedWord& word, SharedWord expected,
                                             SharedWord desired) {
    ++exchanges;
    return NativeSync::compare_exchange_acquire(word, expected, desired);
  }
  static SharedWord exchange_acquire(SharedWord& word, SharedWord desired) {
    ++exchanges;
    return NativeSync::exchange_acquire(word, desired);
  }
  static SharedWord exchange_release(SharedWord& word, SharedWord desired) {
    ++exchanges;
    return NativeSync::exchange_release(word, desired);
  }
  static void wait(SharedWord& word, SharedWord expected) {
    waited_for = expected;
    ++waits;
    // Who is never let in would wait for ever.
    if (waits == release_at_wait || waits == 1000) word = 0;
  }
  static void notify_one(SharedWord& /*word*/) { ++notifies; }
};

TEST(Lock, TakingAndReleasingOneThatIsFreeIsOneExchangeEachAndWakesNobody) {
  Script::start();
  Lock<Script> lock;
  for (unsigned turn = 1; turn <= 3; ++turn) {
    lock.take(true);
    EXPECT_EQ(Script::exchanges, 2 * turn - 1);
    lock.release();
    EXPECT_EQ(Script::exchanges, 2 * turn);
  }
  EXPECT_EQ(Script::loads + Script::waits + Script::notifies, 0U);
}

TEST(Lock, AThreadThatSeesItReleasedWhileItLooksDoesNotSleepAndNobodyHasToWakeIt) {
  Script::start();
  Lock<Script> lock;
  lock.take(true);
  Script::release_at_load = 10;
  lock.take(true);
  EXPECT_EQ(Script::loads, 10U);
  EXPECT_EQ(Script::waits, 0U);
  lock.release();
  EXPECT_EQ(Script::notifies, 0U);
}

TEST(Lock, AThreadThatMayWaitSleepsAfterManyLooksAndReleasingWakesSomebody) {
  Script::start();
  Lock<Script> lock;
  lock.take(true);
  Script::release_at_wait = 2;
  lock.take(true);
  EXPECT_GE(Script::loads, 100U);
  EXPECT_EQ(Script::waits, 2U) << "who wakes by itself sleeps again";
  EXPECT_EQ(Script::waited_for, 2U) << "it sleeps only while the lock says that somebody waits";
  lock.release();
  EXPECT_EQ(Script::notifies, 1U);
  lock.take(true);
  lock.release();
  EXPECT_EQ(Script::notifies, 1U) << "nobody waits any more";
}

TEST(Lock, AThreadThatMayNotWaitLooksUntilTheLockIsFree) {
  Script::start();
  Lock<Script> lock;
  lock.take(false);
  Script::release_at_load = 1'000'000;
  lock.take(false);
  EXPECT_EQ(Script::loads, 1'000'000U);
  EXPECT_EQ(Script::waits, 0U);
}

TEST(Lock, OneThreadAtATimeHasIt) {
  Lock<NativeSync> lock;
  unsigned count = 0;
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (unsigned turn = 0; turn < 20'000; ++turn) {
        lock.take(thread != 0);
        ++count;
        lock.release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, 80'000U);
}

}  // namespace
}  // namespace granary
