// The face of the vtable: a program in the same memory calls the exported functions through it
// (docs/abi.md).
#include "alloc/abi/module_calls.h"

extern "C" {

extern const granary::raw::VTable vtable;
const granary::raw::VTable vtable = {alloc, resize, remap, free};

}  // extern "C"
