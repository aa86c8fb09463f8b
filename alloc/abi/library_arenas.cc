// The face of include/granary_arena.h. Alignments are bytes here.
#include "alloc/abi/arenas.h"
#include "alloc/abi/objects.h"
#include "include/granary_arena.h"

namespace {

using granary::address_of;
using granary::Alignment;
using granary::is_power_of_two;
using granary::largest_object;
using granary::pointer_to;
using Arenas = granary::Arenas<granary::HeapAsParent<>>;

granary_arena* arena_at(granary::Address handle) {
  return reinterpret_cast<granary_arena*>(handle);
}

}  // namespace

extern "C" {

granary_arena* granary_arena_new(size_t first_size) { return arena_at(Arenas::create(first_size)); }

granary_arena* granary_arena_over(void* buffer, size_t size) {
  return arena_at(Arenas::over(address_of(buffer), size));
}

void* granary_arena_alloc(granary_arena* arena, size_t size, size_t align) {
  if (!is_power_of_two(align) || size > largest_object) [[unlikely]]
    return nullptr;
  return pointer_to(Arenas::alloc(address_of(arena), size, Alignment::from_bytes(align), 0));
}

int granary_arena_resize(granary_arena* arena, void* ptr, size_t size, size_t align,
                         size_t new_size) {
  if (new_size > largest_object) return 0;
  return Arenas::resize(address_of(arena), {address_of(ptr), size, Alignment::from_bytes(align)},
                        new_size, 0)
             ? 1
             : 0;
}

void granary_arena_free(granary_arena* arena, void* ptr, size_t size, size_t align) {
  Arenas::free(address_of(arena), {address_of(ptr), size, Alignment::from_bytes(align)}, 0);
}

void granary_arena_reset(granary_arena* arena) { Arenas::reset(address_of(arena)); }

void granary_arena_destroy(granary_arena* arena) {
  if (arena != nullptr) Arenas::destroy(address_of(arena));
}

}  // extern "C"
