// The atomic operations of a `Sync` on words, each with exactly the order that its name says and no
// more, so that a race detector sees what a weaker order would allow. How a thread waits for a word
// is not here, because that differs from machine to machine.
#pragma once

#include "runtime/sync.h"

namespace granary {

struct OrderedWords {
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
};

}  // namespace granary
