// The vtable has the layout of Zig's std.mem.Allocator.VTable: the indices of the four calls in the
// module's table of functions, in this order (docs/abi.md).
#pragma once

#include "alloc/common/engine.h"

namespace granary::raw {

struct VTable {
  Address (*alloc)(Address ctx, ByteCount length, unsigned alignment, Address ret_addr);
  bool (*resize)(Address ctx, Address address, ByteCount length, unsigned alignment,
                 ByteCount new_length, Address ret_addr);
  Address (*remap)(Address ctx, Address address, ByteCount length, unsigned alignment,
                   ByteCount new_length, Address ret_addr);
  void (*free)(Address ctx, Address address, ByteCount length, unsigned alignment,
               Address ret_addr);
};

}  // namespace granary::raw
