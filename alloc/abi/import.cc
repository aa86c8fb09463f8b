// What a module over an imported memory has beside its other faces: a start function that finds a
// place for all that it keeps, and the table of the calls, which has to lie there too.
#include "alloc/abi/module_calls.h"
#include "alloc/checks/checked_engine.h"

namespace granary {

constinit ModuleGlobal imported_state = 0;

}  // namespace granary

extern "C" {

// As in other modules the address of the table, but known only to an instance.
extern granary::ModuleGlobal vtable;
constinit granary::ModuleGlobal vtable = 0;

// Of a checked module the address of the record of faults, in the same way.
extern granary::ModuleGlobal fault;
constinit granary::ModuleGlobal fault = 0;

// Runs when the module is instantiated, before anything can be called. Instantiating traps when
// the memory has no page left. A memory of no pages is as good as any: what is kept then begins at
// the address 0, which no block does. Grown pages are zero, as it has to be.
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
      // The one thing that is not zero at the start.
      engine.set_limits(granary::default_check_limits);
      fault = reinterpret_cast<granary::Address>(&granary::in_imported_memory<granary::Fault>());
    }
  }(granary::heap());
}

}  // extern "C"
