/* A bare program with arenas. Its exports are those of granary-arenas.wasm, so the same tests take
 * either, and the calls of granary_arena.h as they are. */
#include <granary.h>
#include <granary_arena.h>

#define EXPORT(name) __attribute__((export_name(name)))

static const granary_vtable_layout* table_of(void* ctx) {
  return ctx == NULL ? &granary_vtable : &granary_arena_vtable;
}

EXPORT("alloc") void* call_alloc(void* ctx, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  return table_of(ctx)->alloc(ctx, len, alignment, ret_addr);
}

EXPORT("resize")
int call_resize(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
                uintptr_t ret_addr) {
  return table_of(ctx)->resize(ctx, ptr, len, alignment, new_len, ret_addr);
}

EXPORT("remap")
void* call_remap(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
                 uintptr_t ret_addr) {
  return table_of(ctx)->remap(ctx, ptr, len, alignment, new_len, ret_addr);
}

EXPORT("free")
void call_free(void* ctx, void* ptr, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  table_of(ctx)->free(ctx, ptr, len, alignment, ret_addr);
}

EXPORT("arena_new") granary_arena* arena_new(size_t first_size) {
  return granary_arena_new(first_size);
}

EXPORT("arena_over") granary_arena* arena_over(void* buffer, size_t size) {
  return granary_arena_over(buffer, size);
}

EXPORT("arena_reset") void arena_reset(granary_arena* arena) { granary_arena_reset(arena); }

EXPORT("arena_destroy") void arena_destroy(granary_arena* arena) { granary_arena_destroy(arena); }

EXPORT("c_alloc") void* c_alloc(granary_arena* arena, size_t size, size_t align) {
  return granary_arena_alloc(arena, size, align);
}

EXPORT("c_resize")
int c_resize(granary_arena* arena, void* ptr, size_t size, size_t align, size_t new_size) {
  return granary_arena_resize(arena, ptr, size, align, new_size);
}

EXPORT("c_free") void c_free(granary_arena* arena, void* ptr, size_t size, size_t align) {
  granary_arena_free(arena, ptr, size, align);
}

EXPORT("c_malloc_free") void c_malloc_free(void* ptr) { free(ptr); }
