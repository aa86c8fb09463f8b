// The face of include/granary_threads.h, with the heap of a program whose threads share it.
#include "alloc/abi/heap.h"
#include "include/granary_threads.h"

namespace granary {

constinit ProductEngine heap_of_module;

constinit ModuleGlobal granary_thread_lists = 0;
constinit ModuleGlobal granary_thread_waits = 0;

}  // namespace granary

extern "C" {

void granary_thread_flush(void) { granary::heap().flush(); }

void granary_thread_may_wait(int allowed) {
  granary::granary_thread_waits = static_cast<granary::Address>(allowed != 0);
}

}  // extern "C"
