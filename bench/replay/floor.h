// The allocator that costs one load, called like any other: its addresses are those that a real
// allocator returned before, in the order of the operations. It pays for the calls, the loop, the
// memory and the caches as every allocator does.

#pragma once

#include <stdint.h>

// Defined in floor_allocator.cc, and out of line unless the module is linked with all inlined.
extern "C" {
uint32_t floor_alloc(const uint32_t* next, uint32_t length, uint32_t alignment_log2,
                     uint32_t caller);
uint32_t floor_remap(const uint32_t* next, uint32_t address, uint32_t length,
                     uint32_t alignment_log2, uint32_t new_length, uint32_t caller);
void floor_free(uint32_t context, uint32_t address, uint32_t length, uint32_t alignment_log2,
                uint32_t caller);
}

namespace bench {

template <uint32_t kAlignmentLog2>
struct Allocator {
  explicit Allocator(const uint32_t* table) : next(table) {}

  uint32_t alloc(uint32_t length) { return floor_alloc(next++, length, kAlignmentLog2, 0); }
  uint32_t aligned_alloc(uint32_t length, uint32_t alignment_log2) {
    return floor_alloc(next++, length, alignment_log2, 0);
  }
  uint32_t realloc(uint32_t address, uint32_t length, uint32_t alignment_log2,
                   uint32_t new_length) {
    return floor_remap(next++, address, length, alignment_log2, new_length, 0);
  }
  void free(uint32_t address, uint32_t length) {
    floor_free(0, address, length, kAlignmentLog2, 0);
  }
  void aligned_free(uint32_t address, uint32_t length, uint32_t alignment_log2) {
    floor_free(0, address, length, alignment_log2, 0);
  }

  const uint32_t* next;
};

}  // namespace bench
