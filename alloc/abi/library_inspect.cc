// The face of include/granary_inspect.h.
#include "alloc/abi/inspected_heap.h"
#include "include/granary_inspect.h"

extern "C" {

void granary_stats(granary_heap_stats* result) { granary::inspector().collect(*result); }

int granary_walk(granary_item* item) {
  // Nothing comes after these; the end of the whole address space would be taken for the beginning.
  const bool last = item->kind == GRANARY_RECORDS || item->kind == GRANARY_BROKEN;
  if (last) {
    *item = {GRANARY_END, item->address + item->size, 0};
    return 0;
  }
  const granary::Address next = item->kind == GRANARY_END ? 0 : item->address + item->size;
  *item = granary::inspector().item_at(next);
  return item->kind == GRANARY_END ? 0 : 1;
}

uint32_t granary_verify(void) { return granary::inspector().verify(); }

size_t granary_trim(void) { return granary::inspector().trim(); }

void granary_reset(void) { granary::reset_heap(); }

}  // extern "C"
