// The record of faults of a checked module that has a memory of its own, and the trap behind it. A
// program with libgranary-checked.a has its own, with a name of the library; where the memory is
// imported it lies in the page of what is kept.
#include "alloc/abi/trap_with_fault.h"

extern "C" {

// The latest fault, all 0 before there was one. Its address is exported.
constinit granary::Fault fault = {};

}  // extern "C"

namespace granary {

void TrapWithFault::report(const Fault& fault) {
  ::fault = fault;
  __builtin_trap();
}

}  // namespace granary
