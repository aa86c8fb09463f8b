// granary-arenas-checked.wasm: the engine with arenas that can be inspected, with every misuse
// caught.
#pragma once

#include "alloc/abi/trap_with_fault.h"
#include "alloc/checks/checked_arenas.h"
#include "alloc/products/inspected.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"

namespace granary {

struct Product : StateInData {
  using Engine = CheckedWithArenas<Inspected<DefaultGrowth>, TrapWithFault>;
};

}  // namespace granary
