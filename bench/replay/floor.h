// The allocator that costs one load, called like any other: its addresses are those that a real
// allocator returned before, in the order of the operations. It pays for the calls, the loop, the
// memory and the caches as every allocator does.

#pragma once

#include "bytes.h"

// Defined in floor_allocator.cc, and out of line unless the module is linked with all inlined.
extern "C" {
bench::Address floor_alloc(const bench::Address* next, bench::Address length,
                           uint32_t alignment_log2, bench::Address caller);
bench::Address floor_remap(const bench::Address* next, bench::Address address,
                           bench::Address length, uint32_t alignment_log2,
                           bench::Address new_length, bench::Address caller);
void floor_free(bench::Address context, bench::Address address, bench::Address length,
                uint32_t alignment_log2, bench::Address caller);
}

namespace bench {

template <uint32_t kAlignmentLog2>
struct Allocator {
  explicit Allocator(const Address* table) : next(table) {}

  Address alloc(Address length) { return floor_alloc(next++, length, kAlignmentLog2, 0); }
  Address aligned_alloc(Address length, uint32_t alignment_log2) {
    return floor_alloc(next++, length, alignment_log2, 0);
  }
  Address realloc(Address address, Address length, uint32_t alignment_log2, Address new_length) {
    return floor_remap(next++, address, length, alignment_log2, new_length, 0);
  }
  void free(Address address, Address length) { floor_free(0, address, length, kAlignmentLog2, 0); }
  void aligned_free(Address address, Address length, uint32_t alignment_log2) {
    floor_free(0, address, length, alignment_log2, 0);
  }

  const Address* next;
};

}  // namespace bench
