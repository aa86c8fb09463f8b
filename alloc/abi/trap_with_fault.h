// How a checked product tells of a fault: it leaves a record where it can be read, and traps.
#pragma once

#include "alloc/checks/fault.h"

namespace granary {

// Defined by the face, which knows where.
struct TrapWithFault {
  [[noreturn]] static void report(const Fault& fault);
};

static_assert(FaultReporter<TrapWithFault>);

// The same where the memory is imported, and the record lies in the page of what is kept. A
// template, so that products without a record need none.
template <class Record>
struct TrapInImportedMemory {
  [[noreturn]] static inline void report(const Record& fault);
};

static_assert(FaultReporter<TrapInImportedMemory<Fault>>);

}  // namespace granary
