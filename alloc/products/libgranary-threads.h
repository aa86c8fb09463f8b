// libgranary-threads.a: one heap for all threads of the program that links it.
#pragma once

#include "alloc/abi/linked_growth.h"
#include "alloc/products/inspected.h"
#include "alloc/products/multi_threaded.h"
#include "alloc/products/parts.h"
#include "alloc/threads/linked_thread.h"
#include "alloc/threads/mapped_memory.h"
#include "alloc/threads/threaded_engine.h"
#include "runtime/linked_memory.h"
#include "runtime/wasm_sync.h"

namespace granary {

struct Product : StateInData {
  using Engine = ThreadedEngine<Inspected<LinkedGrowth, MappedMemory<LinkedMemory, WasmSync>>,
                                WasmSync, LinkedThread>;
};

}  // namespace granary
