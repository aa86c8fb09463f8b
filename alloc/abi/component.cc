// The face of the component model: `cabi_realloc`, which a host calls for the strings and lists
// that it passes into a component (Canonical ABI, "Canonical options": realloc). What it returns
// belongs to the component, which frees it through any face.
#include "alloc/abi/heap.h"
#include "alloc/abi/objects.h"
#include "include/granary.h"

namespace {

using granary::address_of;
using granary::Alignment;
using granary::Block;
using granary::pointer_to;

// Grows or shrinks the block, where it is when it can. Returns null when there is no memory to
// grow; the engine makes every block smaller.
void* reallocate(Block block, size_t new_size) {
  if (new_size > granary::largest_object) return nullptr;
  const granary::Address kept = granary::heap().remap(block, new_size);
  if (kept != 0) return pointer_to(kept);
  void* const moved = granary::alloc_object(new_size, block.alignment);
  if (moved == nullptr) return nullptr;
  __builtin_memcpy(moved, pointer_to(block.address), block.length);
  granary::heap().free(block);
  return moved;
}

}  // namespace

// The function is weak, because the code that binding generators emit brings one of its own.
extern "C" [[gnu::weak]] void* cabi_realloc(void* ptr, size_t old_size, size_t align,
                                            size_t new_size) {
  if (!granary::is_power_of_two(align)) __builtin_trap();
  const Block block = {address_of(ptr), old_size, Alignment::from_bytes(align)};
  if (new_size == 0) {
    if (old_size != 0) granary::heap().free(block);
    // Nothing will be read there; the address still has to be aligned.
    return pointer_to(align);
  }
  void* const result = old_size == 0 ? granary::alloc_object(new_size, block.alignment)
                                     : reallocate(block, new_size);
  if (result == nullptr) __builtin_trap();
  return result;
}
