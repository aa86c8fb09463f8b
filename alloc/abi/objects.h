// What C and C++ may allocate: no object has more than PTRDIFF_MAX bytes, for of a larger one the
// difference of its ends would be a negative number. A face with pointers asks the heap through
// these; the four calls go on to the last byte.
#pragma once

#include "alloc/abi/heap.h"
#include "alloc/abi/pointers.h"
#include "alloc/granary/size_classes.h"

namespace granary {

inline constexpr ByteCount largest_object = PTRDIFF_MAX;

// Null when there is no memory, or may be none. The usual call pays nothing: whether a block is
// small is what the heap asks first as well, so the compiler makes one comparison of the two.
[[gnu::always_inline]] inline void* alloc_object(ByteCount size, Alignment alignment) {
  if (!is_small(last_byte_of(size, alignment), alignment)) [[unlikely]] {
    // Seen through, the two questions would become one that every call has to answer.
    ByteCount unseen;
    __asm__("" : "=r"(unseen) : "0"(size));
    if (unseen > largest_object) return nullptr;
  }
  return pointer_to(heap().alloc(size, alignment));
}

inline void* alloc_zeroed_object(ByteCount size, Alignment alignment) {
  return size > largest_object ? nullptr : pointer_to(heap().alloc_zeroed(size, alignment));
}

}  // namespace granary
