// The memory of a sidecar: that of another program, of which nothing is ours but what we grow. The
// heap's own state can be nowhere in it that the linker knows; it lies in the first page that was
// grown, and the rest of that page takes the place of the slack.
//
//   | the program's memory ...        | state | slack           | pages that the heap grew ...
//                                     ^ sidecar_state           ^ a page further
#pragma once

#include "alloc/growth.h"

namespace granary {

// A global of the module, not a word of the memory: clang's address space 1 on WebAssembly.
using ModuleGlobal = Address [[clang::address_space(1)]];

// Set once, by the start function.
extern "C" ModuleGlobal sidecar_state;

// What sidecar.cc keeps there has to fit.
inline constexpr ByteCount sidecar_state_size = 2560;

struct SidecarMemory : WasmMemory {
  [[gnu::always_inline]] static Region slack() {
    return {sidecar_state + sidecar_state_size, sidecar_state + wasm_page_size};
  }
};

static_assert(PageSourceWithSlack<SidecarMemory>);

}  // namespace granary
