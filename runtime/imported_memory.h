// An imported memory: the host passes it in, another program may lie in it, and the heap owns only
// the pages that it grows itself. So the linker knows no place in it for what a module otherwise
// keeps in its data (the heap's state, and what its faces leave to be read). All of that lies in
// the first page that was grown, and the rest of that page is the slack.
//
//   | the program's memory ...        | stack | state | slack    | pages that the heap grew ...
//                                             ^ imported_state   ^ a page further
#pragma once

#include "runtime/wasm_memory.h"

namespace granary {

// A global of the module, not a word of the memory: clang's address space 1 on WebAssembly.
using ModuleGlobal = Address [[clang::address_space(1)]];

// The address of the state. The start function sets it once.
extern "C" ModuleGlobal imported_state;

// The stack pointer of a module that has a stack in memory; the linker defines it.
extern "C" ModuleGlobal __stack_pointer;  // NOLINT(bugprone-reserved-identifier)

// The upper end of the stack of a thread, in a module that has a stack for each. The start function
// sets it.
extern "C" ModuleGlobal thread_stack;

struct ImportedMemory : WasmMemory {
  static constexpr bool slack_is_within_a_page = true;
  // This is defined in kept.h, where the size of the state is known.
  [[gnu::always_inline]] static inline Region slack();
};

static_assert(PageSourceWithSlack<ImportedMemory>);

}  // namespace granary
