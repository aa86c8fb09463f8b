// The allocators with C's names (wasi-libc's dlmalloc): their calls take no length or alignment of
// a block, and every ordinary block is aligned to 16 bytes whether that was asked for or not.

#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

extern "C" {
void* malloc(size_t length);
void* realloc(void* block, size_t new_length);
void* aligned_alloc(size_t alignment, size_t length);
void free(void* block);
}

namespace bench {

inline void* block_at(Address address) { return reinterpret_cast<void*>(address); }
inline Address address_of(void* block) { return reinterpret_cast<Address>(block); }

// C's realloc may move a block to a smaller alignment than its own, so an aligned block is
// allocated, copied and freed here.
[[gnu::noinline]] inline Address move_block(Address address, uint32_t length,
                                            uint32_t alignment_log2, uint32_t new_length) {
  void* moved = ::aligned_alloc(size_t{1} << alignment_log2, new_length);
  if (moved == nullptr) {
    return 0;
  }
  __builtin_memcpy(moved, block_at(address), length < new_length ? length : new_length);
  ::free(block_at(address));
  return address_of(moved);
}

template <uint32_t kAlignmentLog2>
struct Allocator {
  static constexpr uint32_t kMallocAlignmentLog2 = 4;

  explicit Allocator(const Address*) {}

  Address alloc(uint32_t length) { return address_of(::malloc(length)); }
  Address aligned_alloc(uint32_t length, uint32_t alignment_log2) {
    return address_of(::aligned_alloc(size_t{1} << alignment_log2, length));
  }
  Address realloc(Address address, uint32_t length, uint32_t alignment_log2, uint32_t new_length) {
    if (alignment_log2 > kMallocAlignmentLog2) [[unlikely]] {
      return move_block(address, length, alignment_log2, new_length);
    }
    return address_of(::realloc(block_at(address), new_length));
  }
  void free(Address address, uint32_t) { ::free(block_at(address)); }
  void aligned_free(Address address, uint32_t, uint32_t) { ::free(block_at(address)); }
};

}  // namespace bench
