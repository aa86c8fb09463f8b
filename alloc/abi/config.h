// The one header that reads -D macros. It names the engine that a product is built on; everything
// else is written for any engine.
//
//   -DGRANARY_ENGINE=1   classic
//   -DGRANARY_ENGINE=2   granary, growing by the default policy: the modules
//   -DGRANARY_ENGINE=3   granary, growing by the policy that the program links: the library
#pragma once

#include "alloc/abi/linked_growth.h"
#include "alloc/classic.h"
#include "alloc/engine.h"
#include "alloc/granary.h"
#include "alloc/growth.h"

#if !defined(__wasm__)
#error "granary is an allocator for WebAssembly: compile for wasm32 or wasm64"
#endif

#if !defined(GRANARY_ENGINE)
#error "name the engine: -DGRANARY_ENGINE=1 for classic, 2 for granary, 3 for granary in a library"
#endif

namespace granary {

#if GRANARY_ENGINE == 1
using ProductEngine = Classic<WasmMemory>;
#elif GRANARY_ENGINE == 2
using ProductEngine = Granary<WasmMemory, DefaultGrowth>;
#elif GRANARY_ENGINE == 3
using ProductEngine = Granary<WasmMemory, LinkedGrowth>;
#else
#error "GRANARY_ENGINE names no engine: 1 is classic, 2 granary, 3 granary in a library"
#endif

static_assert(Engine<ProductEngine>, "an engine offers the four calls of alloc/engine.h");

}  // namespace granary
