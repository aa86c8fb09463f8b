// granary-inspect.wasm: the default engine with a heap that can be walked and growths that are
// counted.
#pragma once

#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/inspection/inspect.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"
#include "runtime/counting_grows.h"
#include "runtime/wasm_memory.h"

namespace granary {

struct Product : StateInData {
  using Engine = SpanEngine<CountingGrows<WasmMemory>, DefaultGrowth, {.walkable = true}>;
};

}  // namespace granary
