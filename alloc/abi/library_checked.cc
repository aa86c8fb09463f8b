// The face of include/granary_checked.h: what libgranary-checked.a has beside its other faces.
#include "alloc/abi/heap.h"
#include "alloc/checks/checked_engine.h"
#include "alloc/checks/leaks.h"
#include "include/granary_checked.h"

namespace {

using granary::Fault;
using granary::LeakGroup;
using granary::LeakReport;

constinit granary::LeakFinder<granary::ProductEngine::Engine> leak_finder;

static_assert(sizeof(granary_fault_record) == sizeof(Fault) &&
                  offsetof(granary_fault_record, freed_by) == offsetof(Fault, freed_by),
              "granary_fault_record is Fault for C: change one with the other");
static_assert(sizeof(granary_leak_report) == sizeof(LeakReport) &&
                  sizeof(granary_leak_group) == sizeof(LeakGroup),
              "the reports for C are those of leaks.h: change one with the other");

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
  __builtin_memcpy(&granary_fault, &fault, sizeof fault);
  __builtin_trap();
}

}  // namespace granary
