// The face of the library: the calls of include/granary.h. Alignments are bytes here.
#include "alloc/abi/heap.h"
#include "alloc/abi/pointers.h"
#include "include/granary.h"

namespace {

using granary::address_of;
using granary::Alignment;
using granary::Block;
using granary::pointer_to;

bool is_alignment(size_t align) { return align != 0 && (align & (align - 1)) == 0; }

Alignment alignment_of(size_t align) {
  return Alignment::from_log2(static_cast<unsigned>(__builtin_ctzg(align)));
}

Block block_of(void* pointer, size_t size, size_t align) {
  return {address_of(pointer), size, alignment_of(align)};
}

}  // namespace

extern "C" {

void* granary_alloc(size_t size, size_t align) {
  if (!is_alignment(align)) [[unlikely]]
    return nullptr;
  return pointer_to(granary::heap.alloc(size, alignment_of(align)));
}

void* granary_alloc_zeroed(size_t size, size_t align) {
  if (!is_alignment(align)) [[unlikely]]
    return nullptr;
  return pointer_to(granary::heap.alloc_zeroed(size, alignment_of(align)));
}

int granary_resize(void* ptr, size_t size, size_t align, size_t new_size) {
  return granary::heap.resize(block_of(ptr, size, align), new_size) ? 1 : 0;
}

void* granary_remap(void* ptr, size_t size, size_t align, size_t new_size) {
  return pointer_to(granary::heap.remap(block_of(ptr, size, align), new_size));
}

void granary_free(void* ptr, size_t size, size_t align) {
  granary::heap.free(block_of(ptr, size, align));
}

}  // extern "C"
