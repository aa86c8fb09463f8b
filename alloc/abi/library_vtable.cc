// The face for Zig: the raw four calls as one table. It is an archive member of its own.
#include "alloc/abi/pointers.h"
#include "alloc/abi/raw_calls.h"
#include "include/granary.h"

namespace {

namespace raw = granary::raw;

using granary::address_of;
using granary::pointer_to;

void* alloc(void* ctx, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  return pointer_to(raw::alloc(address_of(ctx), len, alignment, ret_addr));
}

bool resize(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
            uintptr_t ret_addr) {
  return raw::resize(address_of(ctx), address_of(ptr), len, alignment, new_len, ret_addr);
}

void* remap(void* ctx, void* ptr, size_t len, uint32_t alignment, size_t new_len,
            uintptr_t ret_addr) {
  return pointer_to(
      raw::remap(address_of(ctx), address_of(ptr), len, alignment, new_len, ret_addr));
}

void free(void* ctx, void* ptr, size_t len, uint32_t alignment, uintptr_t ret_addr) {
  raw::free(address_of(ctx), address_of(ptr), len, alignment, ret_addr);
}

}  // namespace

extern "C" const granary_vtable_layout granary_vtable = {alloc, resize, remap, free};
