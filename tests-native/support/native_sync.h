// The atomic operations of this machine, each with exactly the order that its name says and no
// more, so that a race detector sees what a weaker order would allow. A thread that waits sleeps in
// the kernel, by a futex, which gives no order either.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/sync.h"

namespace granary::test {

struct NativeSync {
  static SharedWord load(const SharedWord& word) {
    return __atomic_load_n(&word, __ATOMIC_RELAXED);
  }
  static SharedWord load_acquire(const SharedWord& word) {
    return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
  }
  static SharedPair load_acquire(const SharedPair& pair) {
    return __atomic_load_n(&pair, __ATOMIC_ACQUIRE);
  }

  static SharedWord exchange_acquire(SharedWord& word, SharedWord desired) {
    return __atomic_exchange_n(&word, desired, __ATOMIC_ACQUIRE);
  }
  static SharedWord exchange_release(SharedWord& word, SharedWord desired) {
    return __atomic_exchange_n(&word, desired, __ATOMIC_RELEASE);
  }

  static SharedWord compare_exchange_acquire(SharedWord& word, SharedWord expected,
                                             SharedWord desired) {
    __atomic_compare_exchange_n(&word, &expected, desired, false, __ATOMIC_ACQUIRE,
                                __ATOMIC_ACQUIRE);
    return expected;
  }
  static SharedWord compare_exchange_release(SharedWord& word, SharedWord expected,
                                             SharedWord desired) {
    __atomic_compare_exchange_n(&word, &expected, desired, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
    return expected;
  }
  static SharedPair compare_exchange_acquire_release(SharedPair& pair, SharedPair expected,
                                                     SharedPair desired) {
    __atomic_compare_exchange_n(&pair, &expected, desired, false, __ATOMIC_ACQ_REL,
                                __ATOMIC_ACQUIRE);
    return expected;
  }

  static void wait(SharedWord& word, SharedWord expected) {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, expected, nullptr, nullptr, 0);
  }
  static void notify_one(SharedWord& word) {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
};

static_assert(Sync<NativeSync>);

}  // namespace granary::test
