// The engine of granary.wasm with a lock around every call.
#pragma once

#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/products/parts.h"
#include "alloc/threads/locked_engine.h"
#include "bench/threads/atomics.h"
#include "runtime/wasm_memory.h"

namespace granary {

struct WaitingThreads {
  static bool may_wait() { return true; }
};

struct Product : StateInData {
  using Engine =
      LockedEngine<SpanEngine<WasmMemory, DefaultGrowth>, bench::Atomics, WaitingThreads>;
};

}  // namespace granary
