// The four calls with the raw signatures of docs/abi.md. Raw integers become types here. The faces
// give these functions their names: exports of a module, entries of a table.
//
// `ctx` and `ret_addr` are part of the signatures so that the functions fit Zig's VTable; nothing
// here reads them.
#pragma once

#include "alloc/abi/heap.h"

namespace granary::raw {

[[gnu::always_inline]] inline Address alloc(Address /*ctx*/, ByteCount length, unsigned alignment,
                                            Address /*ret_addr*/) {
  return heap().alloc(length, Alignment::from_log2(alignment));
}

[[gnu::always_inline]] inline bool resize(Address /*ctx*/, Address address, ByteCount length,
                                          unsigned alignment, ByteCount new_length,
                                          Address /*ret_addr*/) {
  return heap().resize({address, length, Alignment::from_log2(alignment)}, new_length);
}

[[gnu::always_inline]] inline Address remap(Address /*ctx*/, Address address, ByteCount length,
                                            unsigned alignment, ByteCount new_length,
                                            Address /*ret_addr*/) {
  return heap().remap({address, length, Alignment::from_log2(alignment)}, new_length);
}

[[gnu::always_inline]] inline void free(Address /*ctx*/, Address address, ByteCount length,
                                        unsigned alignment, Address /*ret_addr*/) {
  heap().free({address, length, Alignment::from_log2(alignment)});
}

// The layout of std.mem.Allocator.VTable: four table indices in this order.
struct VTable {
  decltype(&raw::alloc) alloc;
  decltype(&raw::resize) resize;
  decltype(&raw::remap) remap;
  decltype(&raw::free) free;
};

}  // namespace granary::raw
