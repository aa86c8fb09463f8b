// The one heap of a program: every face calls this one, so a block may be allocated through one
// face and freed through another.
#pragma once

#include "alloc/abi/sidecar_state.h"

namespace granary {

// All of its state is zero at the start, so it takes no byte of the module and nothing has to run
// before the first call. A sidecar has none: its state is in a page that it grew.
extern ProductEngine heap_of_module;

[[gnu::always_inline]] inline ProductEngine& heap() {
  if constexpr (is_sidecar) {
    return in_sidecar<ProductEngine>();
  } else {
    return heap_of_module;
  }
}

}  // namespace granary
