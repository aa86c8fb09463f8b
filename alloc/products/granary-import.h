// granary-import.wasm: the default engine over an imported memory.
#pragma once

#include "alloc/abi/vtable.h"
#include "alloc/common/growth.h"
#include "alloc/granary/span_engine.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"

namespace granary {

using ImportingEngine = SpanEngine<ImportedMemory, DefaultGrowth>;

struct Product : StateInImportedMemory<0, ImportingEngine, raw::VTable> {
  using Engine = ImportingEngine;
};

}  // namespace granary
