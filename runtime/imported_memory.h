// A memory that the host passes in: that of another program, of which nothing is ours but what we
// grow. What a module would keep in data of its own (the heap's state, and what its faces leave to
// be read) can be nowhere in it that the linker knows; it lies in the first page that was grown,
// and the rest of that page takes the place of the slack.
//
//   | the program's memory ...        | stack | state | slack    | pages that the heap grew ...
//                                             ^ imported_state   ^ a page further
#pragma once

#include "runtime/wasm_memory.h"

namespace granary {

// A global of the module, not a word of the memory: clang's address space 1 on WebAssembly.
using ModuleGlobal = Address [[clang::address_space(1)]];

// Set once, by the start function.
extern "C" ModuleGlobal imported_state;

// The linker's own, of a module that has a stack.
extern "C" ModuleGlobal __stack_pointer;  // NOLINT(bugprone-reserved-identifier)

struct ImportedMemory : WasmMemory {
  // Defined where the size of the state is known: kept.h.
  [[gnu::always_inline]] static inline Region slack();
};

static_assert(PageSourceWithSlack<ImportedMemory>);

}  // namespace granary
