#include "alloc/abi/heap.h"

namespace granary {

constinit ProductEngine heap_of_module;

}  // namespace granary
