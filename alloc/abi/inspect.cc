// The face of inspection: the exports of a module that can be inspected (docs/inspect.md). A result
// of several fields has a place of its own, whose address is returned; the next call overwrites it.
#include "alloc/abi/heap.h"
#include "alloc/granary/heap_walk.h"
#include "alloc/inspection/statistics.h"
#include "alloc/inspection/verify.h"

using granary::HeapItem;
using granary::HeapStatistics;
using granary::kept;

extern "C" {

const HeapStatistics* stats() {
  granary::collect(granary::heap().anatomy(), kept<HeapStatistics>());
  return &kept<HeapStatistics>();
}

// Returns the item that begins at `address`, which is 0 for the first one, or the sum of the
// address and size of another item.
const HeapItem* walk(granary::Address address) {
  kept<HeapItem>() = granary::item_at(granary::heap().anatomy(), address);
  return &kept<HeapItem>();
}

granary::Rule verify() { return granary::verify(granary::heap().anatomy()); }

granary::ByteCount trim() { return granary::heap().trim(); }

void reset() { granary::heap().reset(); }

}  // extern "C"
