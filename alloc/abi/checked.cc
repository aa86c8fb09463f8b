// The face of the checks: the further exports of the checked modules (docs/checked.md), but for the
// place of the fault record, which depends on where the module's memory comes from.
#include "alloc/abi/heap.h"
#include "alloc/checks/checked_engine.h"
#include "alloc/checks/leaks.h"

namespace {

using Holding = granary::Holding<granary::ProductEngine>;
using Finder = granary::LeakFinder<Holding::Engine::Engine>;

}  // namespace

extern "C" {

const granary::LeakReport* leaks() {
  const Holding heap;
  return &granary::kept<Finder>().find(heap.engine().records(), heap.engine().inner());
}

void check() {
  const Holding heap;
  heap.engine().check();
}

// Both limits are bytes: what the quarantine holds, and how much of a block is filled and looked
// at.
void set_limits(granary::ByteCount quarantine, granary::ByteCount fill) {
  const Holding heap;
  heap.engine().set_limits({.quarantine = quarantine, .fill = fill});
}

}  // extern "C"
