// classic.wasm: the allocator of Zig 0.16.
#pragma once

#include "alloc/classic/classic.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"
#include "runtime/wasm_memory.h"

namespace granary {

struct Product : StateInData {
  using Engine = Classic<WasmMemory>;
};

}  // namespace granary
