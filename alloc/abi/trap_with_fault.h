// A checked product tells of a fault in this way: it leaves a fault record where it can be read,
// and traps.
#pragma once

#include "alloc/checks/fault.h"

namespace granary {

// The face defines the function, because it knows where the record lies.
struct TrapWithFault {
  [[noreturn]] static void report(const Fault& fault);
};

static_assert(FaultReporter<TrapWithFault>);

// Over an imported memory the record lies in the page of the state. This is a template, so that
// products without a record need none.
template <class Record>
struct TrapInImportedMemory {
  [[noreturn]] static inline void report(const Record& fault);
};

static_assert(FaultReporter<TrapInImportedMemory<Fault>>);

// The same where threads share the memory: the call has the lock, which others wait for, and a
// stack of its thread's own.
template <class Record>
struct TrapInSharedMemory {
  [[noreturn]] static inline void report(const Record& fault);
};

static_assert(FaultReporter<TrapInSharedMemory<Fault>>);

}  // namespace granary
