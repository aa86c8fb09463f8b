// The face of include/granary_checked.h, which only libgranary-checked.a has.
#include "alloc/abi/heap.h"
#include "alloc/checks/checked_engine.h"
#include "alloc/checks/leaks.h"
#include "include/granary_checked.h"

namespace {

constinit granary::LeakFinder<granary::ProductEngine::Engine> leak_finder;

}  // namespace

extern "C" {

granary_fault_record granary_fault;

const granary_leak_report* granary_leaks(void) {
  return &leak_finder.find(granary::heap().records(), granary::heap().inner());
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
