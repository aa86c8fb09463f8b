// The atomics of WebAssembly (threads proposal, "Atomic Memory Accesses" and "Wait and Notify"). A
// product that has them is compiled with -matomics.
#pragma once

#include "runtime/sync.h"

namespace granary {

struct WasmSync {
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
    return compare_exchange(word, expected, desired);
  }
  static SharedWord compare_exchange_release(SharedWord& word, SharedWord expected,
                                             SharedWord desired) {
    return compare_exchange(word, expected, desired);
  }
  static SharedPair compare_exchange_acquire_release(SharedPair& pair, SharedPair expected,
                                                     SharedPair desired) {
    return compare_exchange(pair, expected, desired);
  }

  static void wait(SharedWord& word, SharedWord expected) {
    constexpr int64_t for_ever = -1;
    __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(expected),
                                        for_ever);
  }
  static void notify_one(SharedWord& word) {
    __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), 1);
  }

 private:
  template <class Word>
  [[gnu::always_inline]] static Word compare_exchange(Word& word, Word expected, Word desired) {
    return __sync_val_compare_and_swap(&word, expected, desired);
  }
};

static_assert(Sync<WasmSync>);

}  // namespace granary
