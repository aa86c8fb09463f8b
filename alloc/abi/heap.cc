#include "alloc/abi/heap.h"

namespace granary {

constinit ProductEngine heap;

}  // namespace granary
