// The face of inspection: the exports of a module that can be inspected (docs/inspect.md). A result
// of several fields has a place of its own, whose address is returned; the next call overwrites it.
#include "alloc/abi/heap.h"
#include "alloc/granary/heap_walk.h"
#include "alloc/inspection/statistics.h"
#include "alloc/inspection/verify.h"

using granary::HeapItem;
using granary::HeapStatistics;
using granary::kept;
using Holding = granary::Holding<granary::ProductEngine>;

extern "C" {

const HeapStatistics* stats() {
  const Holding heap;
  granary::collect(heap.engine().anatomy(), kept<HeapStatistics>());
  return &kept<HeapStatistics>();
}

// Returns the item that begins at `address`, which is 0 for the first one, or the sum of the
// address and size of another item.
const HeapItem* walk(granary::Address address) {
  const Holding heap;
  kept<HeapItem>() = granary::item_at(heap.engine().anatomy(), address);
  return &kept<HeapItem>();
}

granary::Rule verify() {
  const Holding heap;
  return granary::verify(heap.engine().anatomy());
}

granary::ByteCount trim() {
  const Holding heap;
  return heap.engine().trim();
}

void reset() { granary::heap().reset(); }

}  // extern "C"
