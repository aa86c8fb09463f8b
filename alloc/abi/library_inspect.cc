// The face of include/granary_inspect.h.
#include "alloc/abi/heap.h"
#include "alloc/granary/heap_walk.h"
#include "alloc/inspection/statistics.h"
#include "alloc/inspection/verify.h"
#include "include/granary_inspect.h"

using Holding = granary::Holding<granary::ProductEngine>;

extern "C" {

void granary_stats(granary_heap_stats* result) {
  const Holding heap;
  granary::collect(heap.engine().anatomy(), *result);
}

int granary_walk(granary_item* item) {
  // These items are the last ones; the end of the whole address space would be taken for 0, which
  // stands for the first item.
  const bool last = item->kind == GRANARY_RECORDS || item->kind == GRANARY_BROKEN;
  if (last) {
    *item = {GRANARY_END, item->address + item->size, 0};
    return 0;
  }
  const granary::Address next = item->kind == GRANARY_END ? 0 : item->address + item->size;
  const Holding heap;
  *item = granary::item_at(heap.engine().anatomy(), next);
  return item->kind == GRANARY_END ? 0 : 1;
}

uint32_t granary_verify(void) {
  const Holding heap;
  return granary::verify(heap.engine().anatomy());
}

size_t granary_trim(void) {
  const Holding heap;
  return heap.engine().trim();
}

void granary_reset(void) { granary::heap().reset(); }

}  // extern "C"
