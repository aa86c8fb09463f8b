// The one heap of a program: every face calls this one, so a block may be allocated through one
// face and freed through another.
#pragma once

#include "alloc/abi/kept.h"

namespace granary {

// All of its state is zero at the start, so it takes no byte of the module and nothing has to run
// before the first call. Where the memory is imported there is none of it: the state is in a page
// that was grown.
extern ProductEngine heap_of_module;

template <class Of>
[[gnu::always_inline]] inline Of::Engine& heap_of() {
  if constexpr (Of::is_imported) {
    return in_imported_memory<typename Of::Engine>();
  } else {
    return heap_of_module;
  }
}

[[gnu::always_inline]] inline ProductEngine& heap() { return heap_of<Product>(); }

}  // namespace granary
