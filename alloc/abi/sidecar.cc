// What a sidecar has beside the four calls: a start function that finds a place for the heap's
// state, and the table of the calls, which has to lie there too.
#include "alloc/abi/module_calls.h"

namespace granary {
namespace {

// At the beginning of the first page that the sidecar grows.
struct State {
  ProductEngine heap;
  raw::VTable vtable;
};

static_assert(sizeof(State) <= sidecar_state_size && sizeof(State) + 256 > sidecar_state_size,
              "the state fits its place and wastes little of it: adapt sidecar_state_size");

}  // namespace

constinit ModuleGlobal sidecar_state = 0;

}  // namespace granary

extern "C" {

// As in other modules the address of the table, but known only to an instance.
extern granary::ModuleGlobal vtable;
constinit granary::ModuleGlobal vtable = 0;

// Runs when the module is instantiated, before anything can be called. Instantiating traps when
// the memory has no page left. A memory of no pages is as good as any: the state then begins at the
// address 0, which no block does. Grown pages are zero, as the state has to be.
void start() {
  using granary::WasmMemory;
  const granary::PageCount before = WasmMemory::size();
  WasmMemory::grow({1});
  if (WasmMemory::size().value == before.value) __builtin_trap();
  granary::sidecar_state = before.value << granary::wasm_page_log2;
  granary::State& state = *reinterpret_cast<granary::State*>(granary::sidecar_state);
  state.vtable = {alloc, resize, remap, free};
  vtable = reinterpret_cast<granary::Address>(&state.vtable);
}

}  // extern "C"
