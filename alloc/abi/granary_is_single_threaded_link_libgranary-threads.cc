// The heap of a program that links the library, in an object that must not be linked with
// --shared-memory. The linker refuses it and names the object, so the object's name is the reason
// and says what to link.
#include "alloc/abi/heap.h"

namespace granary {

constinit ProductEngine heap_of_module;

}  // namespace granary

// Without atomics, clang makes ordinary data of a thread-local variable, and marks the object as
// one that no program with threads may hold (target feature `shared-mem`, disallowed). Nothing uses
// this byte, so the linker leaves it out.
extern "C" constinit thread_local char granary_is_single_threaded = 0;
