// The default engine with a heap that can be walked and growths that are counted: what can be
// inspected, by itself or within the checks.
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
