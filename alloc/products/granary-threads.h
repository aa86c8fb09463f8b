// granary-threads.wasm: one heap for many instances over a shared memory that the host passes in.
#pragma once

#include "alloc/abi/vtable.h"
#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/products/multi_threaded.h"
#include "alloc/products/parts.h"
#include "alloc/threads/mapped_memory.h"
#include "alloc/threads/module_thread.h"
#include "alloc/threads/threaded_engine.h"
#include "runtime/wasm_sync.h"

namespace granary {

using ThreadsEngine =
    ThreadedEngine<SpanEngine<MappedMemory<ImportedMemory, WasmSync>, DefaultGrowth>, WasmSync,
                   ModuleThread>;

struct Product : StateInImportedMemory<0, ThreadsEngine, raw::VTable> {
  using Engine = ThreadsEngine;
};

}  // namespace granary
