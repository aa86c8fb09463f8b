// What a sidecar keeps from one call to the next, found by its type: one value of each, side by
// side at the address that the start function chose.
#pragma once

#include "alloc/abi/config.h"

namespace granary {

static_assert(sidecar_stack_size % 16 == 0, "the stack pointer stays a multiple of 16");

// Meant for sidecars alone: of other products the linker knows where things are.
template <class Kept>
[[gnu::always_inline]] inline Kept& in_sidecar() {
  return static_cast<SidecarPart<Kept>&>(*reinterpret_cast<SidecarState*>(sidecar_state)).value;
}

inline Region SidecarMemory::slack() {
  const Address page = sidecar_state - sidecar_stack_size;
  return {sidecar_state + sizeof(SidecarState), page + wasm_page_size};
}

template <class Record>
void TrapInSidecar<Record>::report(const Record& fault) {
  in_sidecar<Record>() = fault;
  // A trap gives nothing back of what the calls that it ends have on the stack.
  __stack_pointer = sidecar_state;
  __builtin_trap();
}

// The one value of a type that a module keeps for a face: in data of its own, or in the sidecar's
// page.
template <class Kept>
Kept& kept() {
  if constexpr (is_sidecar) {
    return in_sidecar<Kept>();
  } else {
    static constinit Kept value = {};
    return value;
  }
}

}  // namespace granary
