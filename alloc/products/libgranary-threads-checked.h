// libgranary-threads-checked.a: the library for programs with threads, with every misuse caught.
// The checks know all blocks, so every call holds the lock.
#pragma once

#include "alloc/abi/linked_growth.h"
#include "alloc/abi/trap_with_fault.h"
#include "alloc/checks/checked_arenas.h"
#include "alloc/products/inspected.h"
#include "alloc/products/multi_threaded.h"
#include "alloc/products/parts.h"
#include "alloc/threads/linked_thread.h"
#include "alloc/threads/locked_engine.h"
#include "runtime/linked_memory.h"
#include "runtime/wasm_sync.h"

namespace granary {

struct Product : StateInData {
  using Engine =
      LockedEngine<CheckedWithArenas<Inspected<LinkedGrowth, LinkedMemory>, TrapWithFault>,
                   WasmSync, LinkedThread>;
};

}  // namespace granary
