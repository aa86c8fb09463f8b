// The one header that reads -D macros. It names the engine that a product is built on; everything
// else is written for any engine.
//
//   -DGRANARY_ENGINE=1   classic
//   -DGRANARY_ENGINE=2   granary, growing by the default policy: the modules
//   -DGRANARY_ENGINE=3   granary, growing by the policy that the program links: the library
//   -DGRANARY_ENGINE=4   granary in a memory that the host passes in: the sidecar
#pragma once

#include "alloc/abi/sidecar_memory.h"
#include "alloc/classic.h"
#include "alloc/engine.h"
#include "alloc/granary.h"
#include "alloc/growth.h"

#if !defined(__wasm__)
#error "granary is an allocator for WebAssembly: compile for wasm32 or wasm64"
#endif

#if !defined(GRANARY_ENGINE)
#error "name the engine: -DGRANARY_ENGINE=1 for classic, 2 for granary, 3 library, 4 sidecar"
#endif

#if GRANARY_ENGINE == 3
#include "alloc/abi/linked_growth.h"
#endif

namespace granary {

#if GRANARY_ENGINE == 1
using ProductEngine = Classic<WasmMemory>;
#elif GRANARY_ENGINE == 2
using ProductEngine = Granary<WasmMemory, DefaultGrowth>;
#elif GRANARY_ENGINE == 3
using ProductEngine = Granary<WasmMemory, LinkedGrowth>;
#elif GRANARY_ENGINE == 4
using ProductEngine = Granary<SidecarMemory, DefaultGrowth>;
#else
#error "GRANARY_ENGINE names no engine: 1 is classic, 2 granary, 3 library, 4 sidecar"
#endif

static_assert(Engine<ProductEngine>, "an engine offers the four calls of alloc/engine.h");

// Whether the heap's state lies where the start function found a place for it, not in data of the
// module.
inline constexpr bool is_sidecar = GRANARY_ENGINE == 4;

}  // namespace granary
