// The heap of a program as its owner looks into it from outside: what the faces of modules and of
// the library have in common.
#pragma once

#include "alloc/abi/heap.h"
#include "alloc/inspection/inspect.h"

namespace granary {

// What can be inspected: the engine itself, without what is around it.
inline auto& inspected_heap() {
  return [](auto& engine) -> auto& {
    if constexpr (is_checked) {
      return engine.inner();
    } else {
      return engine;
    }
  }(heap());
}

inline auto inspector() { return Inspector(inspected_heap()); }

// What is around the engine has to forget the blocks as well.
inline void reset_heap() {
  [](auto& engine) {
    if constexpr (is_checked) engine.forget();
  }(heap());
  inspector().reset();
}

}  // namespace granary
