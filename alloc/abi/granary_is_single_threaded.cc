// The heap of a program that links the library, in an object that may not be linked with
// --shared-memory. The linker refuses it with the name of the object, so the name is the reason.
#include "alloc/abi/heap.h"

namespace granary {

constinit ProductEngine heap_of_module;

}  // namespace granary

// Where there are no atomics, clang makes ordinary data of what is thread-local, and marks the
// object as one that no program with threads may hold (target feature `shared-mem`, disallowed).
// Nothing uses the byte, so the linker leaves it out.
extern "C" constinit thread_local char granary_is_single_threaded = 0;
