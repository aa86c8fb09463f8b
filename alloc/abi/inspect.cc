// The exports of a module that can be inspected (docs/inspect.md). What has several fields is left
// in a place of its own, whose address is returned; the next call overwrites it.
#include "alloc/abi/inspected_heap.h"

namespace {

constinit granary::HeapStatistics statistics = {};
constinit granary::HeapItem current_item = {};

}  // namespace

extern "C" {

const granary::HeapStatistics* stats() {
  granary::inspector().collect(statistics);
  return &statistics;
}

// The item at `address`, which is 0 for the first one or the address and size of another added up.
const granary::HeapItem* walk(granary::Address address) {
  current_item = granary::inspector().item_at(address);
  return &current_item;
}

granary::Rule verify() { return granary::inspector().verify(); }

granary::ByteCount trim() { return granary::inspector().trim(); }

void reset() { granary::reset_heap(); }

}  // extern "C"
