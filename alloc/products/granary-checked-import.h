// granary-checked-import.wasm: every misuse caught over a memory that the host passes in.
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

// All that the faces of a checked module leave to be read lies in the page as well.
struct Product : StateInImportedMemory<2048, CheckedImport, raw::VTable, HeapStatistics, HeapItem,
                                       LeakFinder<CheckedImport::Engine>, Fault> {
  using Engine = CheckedImport;
};

}  // namespace granary
