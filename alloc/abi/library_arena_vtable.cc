// The four calls of arenas as one table, for Zig. It is an archive member of its own.
#include "alloc/abi/arenas.h"
#include "alloc/abi/pointers.h"
#include "include/granary.h"

namespace {

using granary::address_of;
using granary::Alignment;
using granary::pointer_to;
using Arenas = granary::Arenas<granary::HeapAsParent<>>;

void* alloc(void* ctx, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  return pointer_to(Arenas::alloc(address_of(ctx), len, Alignment::from_log2(alignment), ret_addr));
}

bool resize(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
            uintptr_t ret_addr) {
  return Arenas::resize(address_of(ctx), {address_of(ptr), len, Alignment::from_log2(alignment)},
                        new_len, ret_addr);
}

void* remap(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
            uintptr_t ret_addr) {
  return pointer_to(Arenas::remap(
      address_of(ctx), {address_of(ptr), len, Alignment::from_log2(alignment)}, new_len, ret_addr));
}

void free(void* ctx, void* ptr, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  Arenas::free(address_of(ctx), {address_of(ptr), len, Alignment::from_log2(alignment)}, ret_addr);
}

}  // namespace

extern "C" const granary_vtable_layout granary_arena_vtable = {alloc, resize, remap, free};
