// The four calls as a host sees them, and the table through which a program in the same memory
// calls them (docs/abi.md). Raw integers become types here.
//
// `ctx` and `ret_addr` are part of the signatures so that the functions fit Zig's VTable; this face
// ignores them.
#include "alloc/config.h"

namespace {

using granary::Address;
using granary::Alignment;
using granary::ByteCount;

// Zero at the start, so it takes no byte of the module and needs no start function.
constinit granary::ProductEngine engine;

}  // namespace

extern "C" {

Address alloc(Address /*ctx*/, ByteCount length, unsigned alignment, Address /*ret_addr*/) {
  return engine.alloc(length, Alignment::from_log2(alignment));
}

bool resize(Address /*ctx*/, Address address, ByteCount length, unsigned alignment,
            ByteCount new_length, Address /*ret_addr*/) {
  return engine.resize({address, length, Alignment::from_log2(alignment)}, new_length);
}

Address remap(Address /*ctx*/, Address address, ByteCount length, unsigned alignment,
              ByteCount new_length, Address /*ret_addr*/) {
  return engine.remap({address, length, Alignment::from_log2(alignment)}, new_length);
}

void free(Address /*ctx*/, Address address, ByteCount length, unsigned alignment,
          Address /*ret_addr*/) {
  engine.free({address, length, Alignment::from_log2(alignment)});
}

// The layout of std.mem.Allocator.VTable: four table indices in this order.
extern const struct VTable {
  decltype(&::alloc) alloc;
  decltype(&::resize) resize;
  decltype(&::remap) remap;
  decltype(&::free) free;
} vtable;

const VTable vtable = {alloc, resize, remap, free};

}  // extern "C"
