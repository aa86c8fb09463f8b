// How a checked product tells of a fault: it leaves a record where it can be read, and traps.
#pragma once

#include "alloc/fault.h"

namespace granary {

// Defined by the face, which knows where.
struct TrapWithFault {
  [[noreturn]] static void report(const Fault& fault);
};

static_assert(FaultReporter<TrapWithFault>);

// The same of a sidecar, whose record lies in its page. A template, so that sidecars without a
// record need none.
template <class Record>
struct TrapInSidecar {
  [[noreturn]] static inline void report(const Record& fault);
};

static_assert(FaultReporter<TrapInSidecar<Fault>>);

}  // namespace granary
