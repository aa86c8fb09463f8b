// The one header that reads -D macros. It names the engine that a product is built on; everything
// else is written for any engine.
//
//   -DGRANARY_ENGINE=1   classic
//   -DGRANARY_ENGINE=2   granary, growing by the default policy: the modules
//   -DGRANARY_ENGINE=3   granary, growing by the policy that the program links: the library
//   -DGRANARY_ENGINE=4   granary in a memory that the host passes in: the sidecar
//   -DGRANARY_ENGINE=5   granary that can be inspected: the module
//   -DGRANARY_ENGINE=6   granary with every misuse caught: the module
//   -DGRANARY_ENGINE=7   granary with every misuse caught: the library
//   -DGRANARY_ENGINE=8   granary with every misuse caught in a memory that the host passes in
//
// The library can be inspected too: it pays for that where memory is brought in.
#pragma once

#include "alloc/abi/sidecar_memory.h"
#include "alloc/abi/trap_with_fault.h"
#include "alloc/abi/vtable.h"
#include "alloc/checked.h"
#include "alloc/classic.h"
#include "alloc/engine.h"
#include "alloc/granary.h"
#include "alloc/growth.h"
#include "alloc/inspect.h"
#include "alloc/leaks.h"

#if !defined(__wasm__)
#error "granary is an allocator for WebAssembly: compile for wasm32 or wasm64"
#endif

#if !defined(GRANARY_ENGINE)
#error "name the engine: -DGRANARY_ENGINE=1 for classic, 2 for granary, up to 8"
#endif

#if GRANARY_ENGINE == 3 || GRANARY_ENGINE == 7
#include "alloc/abi/linked_growth.h"
#endif

namespace granary {

template <GrowthSource Growth>
using Inspected = Granary<CountingGrows<WasmMemory>, Growth, {.walkable = true}>;

#if GRANARY_ENGINE == 1
using ProductEngine = Classic<WasmMemory>;
#elif GRANARY_ENGINE == 2
using ProductEngine = Granary<WasmMemory, DefaultGrowth>;
#elif GRANARY_ENGINE == 3
using ProductEngine = Inspected<LinkedGrowth>;
#elif GRANARY_ENGINE == 4
using ProductEngine = Granary<SidecarMemory, DefaultGrowth>;
#elif GRANARY_ENGINE == 5
using ProductEngine = Inspected<DefaultGrowth>;
#elif GRANARY_ENGINE == 6
using ProductEngine = Checked<Inspected<DefaultGrowth>, WasmMemory, TrapWithFault>;
#elif GRANARY_ENGINE == 7
using ProductEngine = Checked<Inspected<LinkedGrowth>, WasmMemory, TrapWithFault>;
#elif GRANARY_ENGINE == 8
using ProductEngine = Checked<Granary<CountingSidecarMemory, DefaultGrowth, {.walkable = true}>,
                              CountingSidecarMemory, TrapInSidecar<Fault> >;
#else
#error "GRANARY_ENGINE names no engine: it is a number from 1 to 8"
#endif

static_assert(Engine<ProductEngine>, "an engine offers the four calls of alloc/engine.h");

// Whether the heap's state lies where the start function found a place for it, not in data of the
// module.
inline constexpr bool is_sidecar = GRANARY_ENGINE == 4 || GRANARY_ENGINE == 8;

// Whether the engine is wrapped, and the one to inspect is inside.
inline constexpr bool is_checked = GRANARY_ENGINE >= 6;

// One value of each type.
template <class Kept>
struct SidecarPart {
  Kept value;
};
template <class... Kept>
struct SidecarParts : SidecarPart<Kept>... {};

// What a sidecar's faces keep (sidecar_state.h), and the stack that its calls need.
#if GRANARY_ENGINE == 8
using SidecarState = SidecarParts<ProductEngine, raw::VTable, HeapStatistics, HeapItem,
                                  LeakFinder<ProductEngine::Engine>, Fault>;
inline constexpr ByteCount sidecar_stack_size = 2048;
#else
using SidecarState = SidecarParts<ProductEngine, raw::VTable>;
inline constexpr ByteCount sidecar_stack_size = 0;
#endif

}  // namespace granary
