// The face of a module over an imported memory: a start function, which grows the page where the
// module keeps its state, and the table of the four calls, which has to lie there too.
#include "alloc/abi/module_calls.h"

namespace granary {

constinit ModuleGlobal imported_state = 0;

}  // namespace granary

extern "C" {

// The address of the table of the four calls, as in other modules; here only an instance knows it.
extern granary::ModuleGlobal vtable;
constinit granary::ModuleGlobal vtable = 0;

// The address of the fault record of a checked module, which only an instance knows too.
extern granary::ModuleGlobal fault;
constinit granary::ModuleGlobal fault = 0;

// Runs when the module is instantiated, before anything can be called. Instantiating traps when the
// memory cannot grow by a page. The memory may have no pages before: then the state begins at the
// address 0, but no block does. The state has to be zero, and grown pages are.
void start() {
  using granary::WasmMemory;
  const granary::PageCount before = WasmMemory::size();
  WasmMemory::grow({1});
  if (WasmMemory::size().value == before.value) __builtin_trap();
  granary::imported_state =
      (before.value << granary::wasm_page_log2) + granary::Product::stack_size;
  granary::in_imported_memory<granary::raw::VTable>() = {alloc, resize, remap, free};
  vtable = reinterpret_cast<granary::Address>(&granary::in_imported_memory<granary::raw::VTable>());
  [](auto& engine) {
    if constexpr (requires { engine.check(); }) {
      granary::__stack_pointer = granary::imported_state;
      // The limits are the only state that is not zero at the start.
      engine.set_default_limits();
      fault = reinterpret_cast<granary::Address>(&granary::in_imported_memory<granary::Fault>());
    }
  }(granary::heap());
}

}  // extern "C"
