// The replay loop, which is the same for every allocator: an allocator is a type with the five
// calls alloc, aligned_alloc, free, aligned_free and realloc, all inline, each of which ends in one
// call.
//
// The loop writes every block's first and last byte, as the owner would. A failed allocation traps,
// because a trace that does not fit says nothing about time.

#pragma once

#include "bytes.h"
#include "operation.h"

namespace bench {

inline void touch(Address address, uint32_t length) {
  if (address == 0) [[unlikely]] {
    __builtin_trap();
  }
  bytes_at(address)[0] = 1;
  bytes_at(address)[length - 1] = 1;
}

// `recorded` is called with the address of each block that an operation returned.
template <class Allocator, class Recorder>
inline void replay(const Operation* operation, const Operation* end, Address* addresses,
                   Allocator allocator, Recorder recorded) {
  for (; operation != end; ++operation) {
    const uint32_t length = operation->length;
    Address& address = addresses[operation->handle()];
    switch (operation->kind()) {
      case Kind::kAlloc:
        address = allocator.alloc(length);
        recorded(address);
        touch(address, length);
        break;
      case Kind::kFree:
        allocator.free(address, length);
        break;
      case Kind::kRealloc:
        address =
            allocator.realloc(address, length, operation->alignment_log2(), operation->new_length);
        recorded(address);
        touch(address, operation->new_length);
        break;
      case Kind::kAlignedAlloc:
        address = allocator.aligned_alloc(length, operation->alignment_log2());
        recorded(address);
        touch(address, length);
        break;
      case Kind::kAlignedFree:
        allocator.aligned_free(address, length, operation->alignment_log2());
        break;
      default:
        __builtin_unreachable();
    }
  }
}

}  // namespace bench
