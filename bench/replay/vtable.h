// The allocators with the four calls (Granary's default engine, `classic`, Zig); docs/abi.md is
// their contract. The context and the return address are constants, as in most programs.

#pragma once

#include <stdint.h>

extern "C" {
uint32_t alloc(uint32_t context, uint32_t length, uint32_t alignment_log2, uint32_t caller);
uint32_t remap(uint32_t context, uint32_t address, uint32_t length, uint32_t alignment_log2,
               uint32_t new_length, uint32_t caller);
void free(uint32_t context, uint32_t address, uint32_t length, uint32_t alignment_log2,
          uint32_t caller);
}

namespace bench {

// A block that cannot be resized where it is moves as every user of the four calls moves it. This
// function is out of line, so that the replay loop holds no more call sites than a program's hot
// path.
[[gnu::noinline]] inline uint32_t move_block(uint32_t address, uint32_t length,
                                             uint32_t alignment_log2, uint32_t new_length) {
  const uint32_t moved = ::alloc(0, new_length, alignment_log2, 0);
  if (moved == 0) {
    return 0;
  }
  __builtin_memcpy(reinterpret_cast<void*>(moved), reinterpret_cast<const void*>(address),
                   length < new_length ? length : new_length);
  ::free(0, address, length, alignment_log2, 0);
  return moved;
}

template <uint32_t kAlignmentLog2>
struct Allocator {
  explicit Allocator(const uint32_t*) {}

  uint32_t alloc(uint32_t length) { return ::alloc(0, length, kAlignmentLog2, 0); }
  uint32_t aligned_alloc(uint32_t length, uint32_t alignment_log2) {
    return ::alloc(0, length, alignment_log2, 0);
  }
  uint32_t realloc(uint32_t address, uint32_t length, uint32_t alignment_log2,
                   uint32_t new_length) {
    const uint32_t remapped = ::remap(0, address, length, alignment_log2, new_length, 0);
    return remapped != 0 ? remapped : move_block(address, length, alignment_log2, new_length);
  }
  void free(uint32_t address, uint32_t length) { ::free(0, address, length, kAlignmentLog2, 0); }
  void aligned_free(uint32_t address, uint32_t length, uint32_t alignment_log2) {
    ::free(0, address, length, alignment_log2, 0);
  }
};

}  // namespace bench
