// The face of include/granary_inspect.h.
#include "alloc/abi/heap.h"
#include "alloc/granary/heap_walk.h"
#include "alloc/inspection/statistics.h"
#include "alloc/inspection/verify.h"
#include "include/granary_inspect.h"

namespace {

using granary::HeapItem;
using granary::HeapStatistics;

static_assert(sizeof(granary_heap_stats) == sizeof(HeapStatistics) &&
                  offsetof(granary_heap_stats, classes) == offsetof(HeapStatistics, classes),
              "granary_heap_stats is HeapStatistics for C: change one with the other");
static_assert(GRANARY_SIZE_CLASSES == granary::size_class_count,
              "GRANARY_SIZE_CLASSES is the number of size classes");
static_assert(GRANARY_BROKEN == static_cast<unsigned>(granary::ItemKind::broken),
              "granary_item_kind is ItemKind for C: change one with the other");

}  // namespace

extern "C" {

void granary_stats(granary_heap_stats* result) {
  granary::collect(granary::heap().anatomy(), *reinterpret_cast<HeapStatistics*>(result));
}

int granary_walk(granary_item* item) {
  // Nothing comes after these; the end of the whole address space would be taken for the beginning.
  const bool last = item->kind == GRANARY_RECORDS || item->kind == GRANARY_BROKEN;
  if (last) {
    *item = {GRANARY_END, item->address + item->size, 0};
    return 0;
  }
  const granary::Address next = item->kind == GRANARY_END ? 0 : item->address + item->size;
  const HeapItem found = granary::item_at(granary::heap().anatomy(), next);
  *item = {static_cast<uint32_t>(found.kind), found.address, found.size};
  return item->kind == GRANARY_END ? 0 : 1;
}

uint32_t granary_verify(void) {
  return static_cast<uint32_t>(granary::verify(granary::heap().anatomy()));
}

size_t granary_trim(void) { return granary::heap().trim(); }

void granary_reset(void) { granary::heap().reset(); }

}  // extern "C"
