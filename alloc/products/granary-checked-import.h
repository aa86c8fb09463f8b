// granary-checked-import.wasm: every misuse caught over an imported memory.
#pragma once

#include "alloc/abi/trap_with_fault.h"
#include "alloc/abi/vtable.h"
#include "alloc/checks/checked_engine.h"
#include "alloc/checks/leaks.h"
#include "alloc/products/inspected.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"

namespace granary {

using CheckedImport =
    Checked<Inspected<DefaultGrowth, ImportedMemory>, TrapInImportedMemory<Fault> >;

// The results of a checked module's faces lie in the page of the state as well.
struct Product : StateInImportedMemory<2048, CheckedImport, raw::VTable, HeapStatistics, HeapItem,
                                       LeakFinder<CheckedImport::Engine>, Fault> {
  using Engine = CheckedImport;
};

}  // namespace granary
