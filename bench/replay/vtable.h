// The allocators with the four calls (Granary's default engine, `classic`, Zig); docs/abi.md is
// their contract. The context and the return address are constants, as in most programs.

#pragma once

#include "bytes.h"

extern "C" {
bench::Address alloc(bench::Address context, bench::Address length, uint32_t alignment_log2,
                     bench::Address caller);
bench::Address remap(bench::Address context, bench::Address address, bench::Address length,
                     uint32_t alignment_log2, bench::Address new_length, bench::Address caller);
void free(bench::Address context, bench::Address address, bench::Address length,
          uint32_t alignment_log2, bench::Address caller);
}

namespace bench {

// A block that cannot be resized where it is moves as every user of the four calls moves it. This
// function is out of line, so that the replay loop holds no more call sites than a program's hot
// path.
[[gnu::noinline]] inline Address move_block(Address address, Address length,
                                            uint32_t alignment_log2, Address new_length) {
  const Address moved = ::alloc(0, new_length, alignment_log2, 0);
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
  explicit Allocator(const Address*) {}

  Address alloc(Address length) { return ::alloc(0, length, kAlignmentLog2, 0); }
  Address aligned_alloc(Address length, uint32_t alignment_log2) {
    return ::alloc(0, length, alignment_log2, 0);
  }
  Address realloc(Address address, Address length, uint32_t alignment_log2, Address new_length) {
    const Address remapped = ::remap(0, address, length, alignment_log2, new_length, 0);
    return remapped != 0 ? remapped : move_block(address, length, alignment_log2, new_length);
  }
  void free(Address address, Address length) { ::free(0, address, length, kAlignmentLog2, 0); }
  void aligned_free(Address address, Address length, uint32_t alignment_log2) {
    ::free(0, address, length, alignment_log2, 0);
  }
};

}  // namespace bench
