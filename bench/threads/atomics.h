// The atomics that the lock of an allocator is made of. With BENCH_COUNT they count how often a
// lock was taken and how often a thread slept for it; such a module shows both counts and is never
// timed.
#pragma once

#include "runtime/wasm_sync.h"

#if !defined(BENCH_COUNT)

namespace bench {
using Atomics = granary::WasmSync;
}

#else

namespace bench {

inline granary::SharedWord takes = 0;
inline granary::SharedWord sleeps = 0;

struct Atomics : granary::WasmSync {
  using Word = granary::SharedWord;

  static Word compare_exchange_acquire(Word& word, Word expected, Word desired) {
    return counted(WasmSync::compare_exchange_acquire(word, expected, desired));
  }
  static Word exchange_acquire(Word& word, Word desired) {
    return counted(WasmSync::exchange_acquire(word, desired));
  }
  static void wait(Word& word, Word expected) {
    __atomic_fetch_add(&sleeps, 1, __ATOMIC_RELAXED);
    WasmSync::wait(word, expected);
  }

 private:
  static Word counted(Word before) {
    // The lock was free.
    if (before == 0) __atomic_fetch_add(&takes, 1, __ATOMIC_RELAXED);
    return before;
  }
};

static_assert(granary::Sync<Atomics>);

}  // namespace bench

// Each returns the count since it was asked for last.
extern "C" [[gnu::weak]] __attribute__((export_name("takes"))) uint32_t export_takes() {
  return __atomic_exchange_n(&bench::takes, 0, __ATOMIC_RELAXED);
}
extern "C" [[gnu::weak]] __attribute__((export_name("sleeps"))) uint32_t export_sleeps() {
  return __atomic_exchange_n(&bench::sleeps, 0, __ATOMIC_RELAXED);
}

#endif
