// The face of include/granary_checked.h, which only libgranary-checked.a has.
#include "alloc/abi/heap.h"
#include "alloc/checks/checked_engine.h"
#include "alloc/checks/leaks.h"
#include "include/granary_checked.h"

namespace {

using granary::LeakReport;

constinit granary::LeakFinder<granary::ProductEngine::Engine> leak_finder;

static_assert(sizeof(granary_leak_report) == sizeof(LeakReport) &&
                  offsetof(granary_leak_report, groups) == offsetof(LeakReport, groups),
              "granary_leak_report is LeakReport for C: change one with the other");

}  // namespace

extern "C" {

granary_fault_record granary_fault;

const granary_leak_report* granary_leaks(void) {
  const LeakReport& report = leak_finder.find(granary::heap().records(), granary::heap().inner());
  return reinterpret_cast<const granary_leak_report*>(&report);
}

void granary_check(void) { granary::heap().check(); }

void granary_set_limits(size_t quarantine, size_t fill) {
  granary::heap().set_limits({.quarantine = quarantine, .fill = fill});
}

}  // extern "C"

namespace granary {

void TrapWithFault::report(const Fault& fault) {
  granary_fault = fault;
  __builtin_trap();
}

}  // namespace granary
