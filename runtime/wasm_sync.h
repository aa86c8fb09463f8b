// The atomics of WebAssembly (threads proposal, "Atomic Memory Accesses" and "Wait and Notify"). A
// product that has them is compiled with -matomics.
#pragma once

#include "runtime/sync.h"

namespace granary {

struct WasmSync {
  [[gnu::always_inline]] static SharedWord load(const SharedWord& word) {
    return __atomic_load_n(&word, __ATOMIC_RELAXED);
  }

  [[gnu::always_inline]] static SharedWord compare_exchange_acquire(SharedWord& word,
                                                                    SharedWord expected,
                                                                    SharedWord desired) {
    __atomic_compare_exchange_n(&word, &expected, desired, false, __ATOMIC_ACQUIRE,
                                __ATOMIC_RELAXED);
    return expected;
  }

  [[gnu::always_inline]] static SharedWord exchange_acquire(SharedWord& word, SharedWord desired) {
    return __atomic_exchange_n(&word, desired, __ATOMIC_ACQUIRE);
  }

  [[gnu::always_inline]] static SharedWord exchange_release(SharedWord& word, SharedWord desired) {
    return __atomic_exchange_n(&word, desired, __ATOMIC_RELEASE);
  }

  static void wait(SharedWord& word, SharedWord expected) {
    constexpr int64_t for_ever = -1;
    __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(expected),
                                        for_ever);
  }

  static void notify_one(SharedWord& word) {
    __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), 1);
  }

  static SharedPair load_acquire(const SharedPair& pair) {
    return __atomic_load_n(&pair, __ATOMIC_ACQUIRE);
  }

  static SharedPair compare_exchange_acquire_release(SharedPair& pair, SharedPair expected,
                                                     SharedPair desired) {
    __atomic_compare_exchange_n(&pair, &expected, desired, false, __ATOMIC_ACQ_REL,
                                __ATOMIC_ACQUIRE);
    return expected;
  }
};

static_assert(Sync<WasmSync>);

}  // namespace granary
