// The face of the four calls: the exports of a module (docs/abi.md).
#include "alloc/abi/module_calls.h"

using granary::Address;
using granary::ByteCount;

extern "C" {

Address alloc(Address ctx, ByteCount length, unsigned alignment, Address ret_addr) {
  return granary::raw::alloc(ctx, length, alignment, ret_addr);
}

bool resize(Address ctx, Address address, ByteCount length, unsigned alignment,
            ByteCount new_length, Address ret_addr) {
  return granary::raw::resize(ctx, address, length, alignment, new_length, ret_addr);
}

Address remap(Address ctx, Address address, ByteCount length, unsigned alignment,
              ByteCount new_length, Address ret_addr) {
  return granary::raw::remap(ctx, address, length, alignment, new_length, ret_addr);
}

void free(Address ctx, Address address, ByteCount length, unsigned alignment, Address ret_addr) {
  granary::raw::free(ctx, address, length, alignment, ret_addr);
}

}  // extern "C"
