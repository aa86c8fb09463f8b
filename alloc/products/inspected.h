// The inspected engine: the default engine with a walkable heap and a memory that counts growths. A
// product has it by itself or inside a checked engine.
#pragma once

#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/inspection/statistics.h"
#include "runtime/counting_grows.h"
#include "runtime/wasm_memory.h"

namespace granary {

template <GrowthSource Growth, PageSourceWithSlack Memory = WasmMemory>
using Inspected = SpanEngine<CountingGrows<Memory>, Growth, {.walkable = true}>;

}  // namespace granary
