// A fault is what the checked engine says about a misuse: which rule of docs/abi.md was broken, by
// which call, and what is known about the block. All of it is public: include/granary_checked.h.
#pragma once

#include "include/granary_checked.h"

namespace granary {

using FaultKind = granary_fault_kind;
using Call = granary_call;
using Fault = granary_fault_record;

// A type that is told of faults. `report` does not return.
template <class T>
concept FaultReporter = requires(const Fault& fault) { T::report(fault); };

}  // namespace granary
