// The heap of a module that has a memory of its own.
#include "alloc/abi/heap.h"

namespace granary {

constinit ProductEngine heap_of_module;

}  // namespace granary
