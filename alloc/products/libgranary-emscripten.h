// libgranary-emscripten.a, and the same compiled to position-independent code: the library's engine
// over the memory that emscripten's sbrk gives.
#pragma once

#include "alloc/abi/linked_growth.h"
#include "alloc/products/inspected.h"
#include "alloc/products/parts.h"
#include "alloc/products/single_threaded.h"
#include "runtime/emscripten_memory.h"

namespace granary {

struct Product : StateInData {
  using Engine = Inspected<LinkedGrowth, EmscriptenMemory>;
};

}  // namespace granary
