// granary-threads-checked.wasm: one heap for many instances over a shared memory, with every misuse
// caught. The checks know all blocks, so every call holds the lock. They need a stack: each
// instance grows a page for its own.
#pragma once

#include "alloc/abi/trap_with_fault.h"
#include "alloc/abi/vtable.h"
#include "alloc/checks/checked_engine.h"
#include "alloc/checks/leaks.h"
#include "alloc/products/inspected.h"
#include "alloc/products/multi_threaded.h"
#include "alloc/products/parts.h"
#include "alloc/threads/locked_engine.h"
#include "alloc/threads/module_thread.h"
#include "runtime/wasm_sync.h"

namespace granary {

using CheckedShared = Checked<Inspected<DefaultGrowth, ImportedMemory>, TrapInSharedMemory<Fault>>;
using CheckedThreads = LockedEngine<CheckedShared, WasmSync, ModuleThread>;

struct Product : StateInImportedMemory<0, CheckedThreads, raw::VTable, HeapStatistics, HeapItem,
                                       LeakFinder<CheckedShared::Engine>, Fault> {
  using Engine = CheckedThreads;
};

}  // namespace granary
