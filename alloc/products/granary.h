// granary.wasm and granary-malloc.wasm: the default engine over the module's own memory.
#pragma once

#include "alloc/granary.h"
#include "alloc/growth.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"
#include "runtime/wasm_memory.h"

namespace granary {

struct Product : StateInData {
  using Engine = Granary<WasmMemory, DefaultGrowth>;
};

}  // namespace granary
