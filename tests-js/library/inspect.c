/* The calls of granary_inspect.h under the names of granary-inspect.wasm's exports, so that the
 * same tests drive both. */
#include <granary.h>
#include <granary_inspect.h>

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("alloc") void* call_alloc(void* ctx, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  return granary_vtable.alloc(ctx, len, alignment, ret_addr);
}

EXPORT("resize")
int call_resize(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
                uintptr_t ret_addr) {
  return granary_vtable.resize(ctx, ptr, len, alignment, new_len, ret_addr);
}

EXPORT("remap")
void* call_remap(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
                 uintptr_t ret_addr) {
  return granary_vtable.remap(ctx, ptr, len, alignment, new_len, ret_addr);
}

EXPORT("free")
void call_free(void* ctx, void* ptr, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  granary_vtable.free(ctx, ptr, len, alignment, ret_addr);
}

EXPORT("stats") const granary_heap_stats* call_stats(void) {
  static granary_heap_stats stats;
  granary_stats(&stats);
  return &stats;
}

/* The first item for 0; for any other address the one after the item that was found last. */
EXPORT("walk") const granary_item* call_walk(uintptr_t address) {
  static granary_item item;
  if (address == 0) item.kind = GRANARY_END;
  granary_walk(&item);
  return &item;
}

EXPORT("verify") uint32_t call_verify(void) { return granary_verify(); }

EXPORT("trim") size_t call_trim(void) { return granary_trim(); }

EXPORT("reset") void call_reset(void) { granary_reset(); }

/* How many items a loop over the heap meets; `limit` when it would meet more. */
EXPORT("walk_all") uint32_t walk_all(uint32_t limit) {
  uint32_t count = 0;
  granary_item item = {.kind = GRANARY_END};
  while (count < limit && granary_walk(&item)) ++count;
  return count;
}
