// The one heap of a program or module as the parent of its arenas.
#pragma once

#include "alloc/abi/heap.h"
#include "alloc/arenas/arena.h"

namespace granary {

// It has no fields, so an arena is no larger for it. An arena asks seldom: its calls take the slow
// way where there are two, because the code of the short one would be a second copy.
struct HeapAsParent {
  const HeapAsParent* operator->() const { return this; }

  static Address alloc(ByteCount length, Alignment alignment) {
    if constexpr (requires { heap().alloc_seldom(length, alignment); }) {
      return heap().alloc_seldom(length, alignment);
    } else {
      return heap().alloc(length, alignment);
    }
  }

  static bool resize(Block block, ByteCount new_length) { return heap().resize(block, new_length); }

  [[gnu::noinline]] static void free(Block block) { heap().free(block); }
};

}  // namespace granary
