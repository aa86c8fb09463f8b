// The exports of a module that can be inspected (docs/inspect.md). What has several fields is left
// in a place of its own, whose address is returned; the next call overwrites it.
#include "alloc/abi/inspected_heap.h"

using granary::HeapItem;
using granary::HeapStatistics;
using granary::kept;

extern "C" {

const HeapStatistics* stats() {
  granary::inspector().collect(kept<HeapStatistics>());
  return &kept<HeapStatistics>();
}

// The item at `address`, which is 0 for the first one or the address and size of another added up.
const HeapItem* walk(granary::Address address) {
  kept<HeapItem>() = granary::inspector().item_at(address);
  return &kept<HeapItem>();
}

granary::Rule verify() { return granary::inspector().verify(); }

granary::ByteCount trim() { return granary::inspector().trim(); }

void reset() { granary::reset_heap(); }

}  // extern "C"
