// The exports of granary-checked.wasm beside its other faces (docs/checked.md).
#include "alloc/checked.h"

#include "alloc/abi/heap.h"
#include "alloc/leaks.h"

namespace {

using granary::Fault;
using granary::LeakReport;

constinit granary::LeakFinder<granary::ProductEngine::Engine> leak_finder;

}  // namespace

extern "C" {

// The latest fault, all 0 before there was one. Its address is exported.
constinit Fault fault = {};

const LeakReport* leaks() {
  return &leak_finder.find(granary::heap().records(), granary::heap().inner());
}

void check() { granary::heap().check(); }

// In bytes: what the quarantine holds, and how much of a block is filled and looked at.
void set_limits(granary::ByteCount quarantine, granary::ByteCount fill) {
  granary::heap().set_limits({.quarantine = quarantine, .fill = fill});
}

}  // extern "C"

namespace granary {

void TrapWithFault::report(const Fault& fault) {
  ::fault = fault;
  __builtin_trap();
}

}  // namespace granary
