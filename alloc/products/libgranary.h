// libgranary.a: the default engine, growing by the policy that the program links. It can be
// inspected too, which costs a program that does not some bytes where memory is brought in.
#pragma once

#include "alloc/abi/linked_growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/inspection/inspect.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"
#include "runtime/counting_grows.h"
#include "runtime/wasm_memory.h"

namespace granary {

struct Product : StateInData {
  using Engine = SpanEngine<CountingGrows<WasmMemory>, LinkedGrowth, {.walkable = true}>;
};

}  // namespace granary
