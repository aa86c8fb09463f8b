// The exports of a module that can be inspected (docs/inspect.md). What has several fields is left
// in a place of its own, whose address is returned; the next call overwrites it.
#include "alloc/inspect.h"

#include "alloc/abi/heap.h"

namespace {

auto inspector() { return granary::Inspector(granary::inspected_heap()); }

// What is around the engine has to forget the blocks as well.
template <class Heap>
void forget_records(Heap& heap) {
  if constexpr (granary::is_checked) heap.forget();
}

constinit granary::HeapStatistics statistics = {};
constinit granary::HeapItem current_item = {};

}  // namespace

extern "C" {

const granary::HeapStatistics* stats() {
  inspector().collect(statistics);
  return &statistics;
}

// The item at `address`, which is 0 for the first one or the address and size of another added up.
const granary::HeapItem* walk(granary::Address address) {
  current_item = inspector().item_at(address);
  return &current_item;
}

granary::Rule verify() { return inspector().verify(); }

granary::ByteCount trim() { return inspector().trim(); }

void reset() {
  forget_records(granary::heap());
  inspector().reset();
}

}  // extern "C"
