// The fault record of a checked module that has a memory of its own, and the trap after a fault. A
// program with libgranary-checked.a has its own record, with a name of the library. Over an
// imported memory the record lies in the page of the state.
#include "alloc/abi/trap_with_fault.h"

extern "C" {

// The latest fault; all 0 before there was one. Its address is exported.
constinit granary::Fault fault = {};

}  // extern "C"

namespace granary {

void TrapWithFault::report(const Fault& fault) {
  ::fault = fault;
  __builtin_trap();
}

}  // namespace granary
