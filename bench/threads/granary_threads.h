// The engine of granary-threads.wasm for the programs of the bench, whose data and heap lie in one
// memory.
#pragma once

#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/products/parts.h"
#include "alloc/threads/linked_thread.h"
#include "alloc/threads/mapped_memory.h"
#include "alloc/threads/threaded_engine.h"
#include "bench/threads/atomics.h"
#include "runtime/wasm_memory.h"

namespace granary {

struct Product : StateInData {
  using Engine = ThreadedEngine<SpanEngine<MappedMemory<WasmMemory, bench::Atomics>, DefaultGrowth>,
                                bench::Atomics, LinkedThread>;
};

}  // namespace granary
