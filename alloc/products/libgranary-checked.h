// libgranary-checked.a: the library's engine with every misuse caught.
#pragma once

#include "alloc/abi/linked_growth.h"
#include "alloc/abi/trap_with_fault.h"
#include "alloc/checks/checked_arenas.h"
#include "alloc/products/inspected.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"

namespace granary {

struct Product : StateInData {
  using Engine = CheckedWithArenas<Inspected<LinkedGrowth>, TrapWithFault>;
};

}  // namespace granary
