// Faults of a checked engine as exceptions, for unit tests: a report has to end the call.
#pragma once

#include <functional>

#include "alloc/checks/fault.h"

namespace granary::test {

// A report does not return.
struct Throwing {
  static void report(const Fault& fault) { throw fault; }
};

// What the call is reported for; of the kind GRANARY_NO_FAULT when it is not.
inline Fault fault_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Fault& fault) {
    return fault;
  }
  return {};
}

}  // namespace granary::test
