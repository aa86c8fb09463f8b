// One operation of a trace as the host writes it into the module's memory. It holds everything that
// a program knows about its block when it calls the allocator, so the replay loop looks up nothing
// but the address. bench/operations.js packs these words.

#pragma once

#include <stdint.h>

namespace bench {

enum class Kind : uint32_t {
  kAlloc = 0,         // at the alignment that the replay is compiled for
  kFree = 1,          // of a block from kAlloc
  kRealloc = 2,       // of either kind of block
  kAlignedAlloc = 3,  // at the operation's own alignment
  kAlignedFree = 4,   // of a block from kAlignedAlloc
};

//   31   29 28       24 23                                    0
//  +-------+-----------+---------------------------------------+
//  | kind  | alignment | handle                                |  head
//  +-------+-----------+---------------------------------------+
//  | length: the new block's, or the old one of its block      |
//  +-----------------------------------------------------------+
//  | new_length: of kRealloc, else 0                           |
//  +-----------------------------------------------------------+
struct Operation {
  uint32_t head;
  uint32_t length;
  uint32_t new_length;

  Kind kind() const { return static_cast<Kind>(head >> 29); }
  uint32_t alignment_log2() const { return (head >> 24) & 31; }
  uint32_t handle() const { return head & 0xffffff; }
};

static_assert(sizeof(Operation) == 12, "bench/operations.js writes three words an operation");

}  // namespace bench
