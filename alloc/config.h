// The one header that reads -D macros. It names the engine that a product is built on; everything
// else is written for any engine.
//
//   -DGRANARY_ENGINE=1   classic
#pragma once

#include "alloc/classic.h"
#include "alloc/engine.h"
#include "runtime/page_source.h"

#if !defined(__wasm__)
#error "granary is an allocator for WebAssembly: compile for wasm32 or wasm64"
#endif

#if !defined(GRANARY_ENGINE)
#error "name the engine: -DGRANARY_ENGINE=1 for classic"
#endif

namespace granary {

#if GRANARY_ENGINE == 1
using ProductEngine = Classic<WasmMemory>;
#else
#error "GRANARY_ENGINE names no engine: 1 is classic"
#endif

static_assert(Engine<ProductEngine>, "an engine offers the four calls of alloc/engine.h");

}  // namespace granary
