// The one heap of a program: every face calls this one, so a block that was allocated through one
// face may be freed through another.
#pragma once

#include "alloc/abi/kept.h"

namespace granary {

// All of the heap's state is zero at the start, so it takes no byte of the module and nothing has
// to run before the first call. Over an imported memory this variable does not exist: the state
// lies in a page that was grown.
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

// While it exists, nobody else changes the heap. `engine` is what keeps the heap: of a heap that
// threads share, the engine behind the lock.
template <class Of>
class Holding {
 public:
  using Engine = Of;
  Engine& engine() const { return engine_; }
  // For a call that ends by a trap, which runs no destructor.
  static void let_go() {}

 private:
  Engine& engine_ = heap();
};

template <class Of>
  requires requires { typename Of::Held; }
class Holding<Of> {
 public:
  using Engine = Of::Behind;
  Engine& engine() const { return held_.engine(); }
  static void let_go() { static_cast<Of&>(heap()).let_go(); }

 private:
  Of::Held held_{heap()};
};

template <class Record>
void TrapInSharedMemory<Record>::report(const Record& fault) {
  in_imported_memory<Record>() = fault;
  Holding<ProductEngine>::let_go();
  // A trap does not free the stack of the calls that it ends.
  __stack_pointer = thread_stack;
  __builtin_trap();
}

}  // namespace granary
