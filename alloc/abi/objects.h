// The objects of C and C++: none has more than PTRDIFF_MAX bytes, because the difference of the
// ends of a larger one would be a negative number. A face with pointers asks the heap through these
// functions; blocks of the four calls may reach to the last byte of the memory.
#pragma once

#include "alloc/abi/heap.h"
#include "alloc/abi/pointers.h"
#include "alloc/granary/size_classes.h"

namespace granary {

inline constexpr ByteCount largest_object = PTRDIFF_MAX;

// Returns null when there is no memory, or when the object is too large. The usual call pays
// nothing: the heap also asks first whether a block is small, so the compiler makes one comparison
// of the two.
[[gnu::always_inline]] inline void* alloc_object(ByteCount size, Alignment alignment) {
  if (!is_small(last_byte_of(size, alignment), alignment)) [[unlikely]] {
    // If the compiler saw the size here, it would make one comparison of both, for every call.
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
