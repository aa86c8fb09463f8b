// The atomics of WebAssembly (threads proposal, "Atomic Memory Accesses" and "Wait and Notify"). A
// product that has them is compiled with -matomics.
#pragma once

#include "runtime/ordered_words.h"

namespace granary {

struct WasmSync : OrderedWords {
  static void wait(SharedWord& word, SharedWord expected) {
    constexpr int64_t for_ever = -1;
    __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int*>(&word), static_cast<int>(expected),
                                        for_ever);
  }
  static void notify_one(SharedWord& word) {
    __builtin_wasm_memory_atomic_notify(reinterpret_cast<int*>(&word), 1);
  }
};

static_assert(Sync<WasmSync>);

}  // namespace granary
