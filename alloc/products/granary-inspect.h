// granary-inspect.wasm: the default engine with a walkable heap and a memory that counts growths.
#pragma once

#include "alloc/products/inspected.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"

namespace granary {

struct Product : StateInData {
  using Engine = Inspected<DefaultGrowth>;
};

}  // namespace granary
