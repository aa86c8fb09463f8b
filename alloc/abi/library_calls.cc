// The face of the library's own calls, those of include/granary.h. Alignments are bytes here.
#include "alloc/abi/heap.h"
#include "alloc/abi/objects.h"
#include "include/granary.h"

namespace {

using granary::address_of;
using granary::Alignment;
using granary::Block;
using granary::is_power_of_two;
using granary::pointer_to;

Block block_of(void* pointer, size_t size, size_t align) {
  return {address_of(pointer), size, Alignment::from_bytes(align)};
}

}  // namespace

extern "C" {

void* granary_alloc(size_t size, size_t align) {
  if (!is_power_of_two(align)) [[unlikely]]
    return nullptr;
  return granary::alloc_object(size, Alignment::from_bytes(align));
}

void* granary_alloc_zeroed(size_t size, size_t align) {
  if (!is_power_of_two(align)) [[unlikely]]
    return nullptr;
  return granary::alloc_zeroed_object(size, Alignment::from_bytes(align));
}

int granary_resize(void* ptr, size_t size, size_t align, size_t new_size) {
  if (new_size > granary::largest_object) return 0;
  return granary::heap().resize(block_of(ptr, size, align), new_size) ? 1 : 0;
}

void* granary_remap(void* ptr, size_t size, size_t align, size_t new_size) {
  if (new_size > granary::largest_object) return nullptr;
  return pointer_to(granary::heap().remap(block_of(ptr, size, align), new_size));
}

void granary_free(void* ptr, size_t size, size_t align) {
  granary::heap().free(block_of(ptr, size, align));
}

}  // extern "C"
