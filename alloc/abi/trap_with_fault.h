// How a checked product tells of a fault: it leaves a record where it can be read, and traps.
#pragma once

#include "alloc/fault.h"

namespace granary {

// Defined by the face, which knows where.
struct TrapWithFault {
  [[noreturn]] static void report(const Fault& fault);
};

static_assert(FaultReporter<TrapWithFault>);

}  // namespace granary
