// granary.wasm, granary-malloc.wasm and granary-arenas.wasm: the default engine over the module's
// own memory.
#pragma once

#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"
#include "runtime/wasm_memory.h"

namespace granary {

struct Product : StateInData {
  using Engine = SpanEngine<WasmMemory, DefaultGrowth>;
};

}  // namespace granary
