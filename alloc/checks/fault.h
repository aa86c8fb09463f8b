// What the checked wrapper has to say about a misuse: which rule of docs/abi.md was broken, by
// which call, and what is known about the block. The layout is public (include/granary_checked.h).
#pragma once

#include "runtime/integers.h"

namespace granary {

enum class FaultKind : uint32_t {
  none = 0,
  null_pointer = 1,        // the address is 0
  outside_memory = 2,      // no memory is there
  not_a_block = 3,         // no block begins there: data, the stack, or a block that ended long ago
  misaligned = 4,          // the same, and it is no multiple of the alignment that was given
  inside_block = 5,        // a live block lies around it
  inside_freed_block = 6,  // a freed block lies around it
  freed_block = 7,         // the block was freed before: a double free, when the call is a free
  wrong_length = 8,        // the block has another length
  wrong_alignment = 9,     // the block has another alignment
  written_before_start = 10,
  written_past_end = 11,
  written_after_free = 12,
  new_length_zero = 13,
  alignment_out_of_range = 14,  // no address has so many bits
};

enum class Call : uint32_t { none = 0, alloc = 1, resize = 2, remap = 3, free = 4, check = 5 };

struct Fault {
  FaultKind kind;
  // The call that met the fault, and what it was given: `check` names the block itself, set_limits
  // leaves 0.
  Call call;
  Address address;
  ByteCount length;
  uint32_t alignment;  // the logarithm
  ByteCount new_length;
  Address caller;
  // The block that is meant or hit; all 0 when none is known.
  Address block;
  ByteCount block_length;
  uint32_t block_alignment;  // the logarithm
  Address allocated_by;
  Address freed_by;
};

// Who is told. `report` does not return.
template <class T>
concept FaultReporter = requires(const Fault& fault) { T::report(fault); };

}  // namespace granary
