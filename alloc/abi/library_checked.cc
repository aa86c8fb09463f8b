// The face of include/granary_checked.h, which only the checked libraries have.
#include "alloc/abi/heap.h"
#include "alloc/checks/checked_engine.h"
#include "alloc/checks/leaks.h"
#include "include/granary_checked.h"

namespace {

using Holding = granary::Holding<granary::ProductEngine>;

constinit granary::LeakFinder<Holding::Engine::Engine> leak_finder;

}  // namespace

extern "C" {

granary_fault_record granary_fault;

const granary_leak_report* granary_leaks(void) {
  const Holding heap;
  return &leak_finder.find(heap.engine().records(), heap.engine().inner());
}

void granary_check(void) {
  const Holding heap;
  heap.engine().check();
}

void granary_set_limits(size_t quarantine, size_t fill) {
  const Holding heap;
  heap.engine().set_limits({.quarantine = quarantine, .fill = fill});
}

}  // extern "C"

namespace granary {

void TrapWithFault::report(const Fault& fault) {
  granary_fault = fault;
  Holding<ProductEngine>::let_go();
  __builtin_trap();
}

}  // namespace granary
