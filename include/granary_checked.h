/* The misuses that libgranary-checked.a catches. Link it in place of libgranary.a: the calls of
 * granary.h are the same, but a misuse is written to `granary_fault`, and the call traps. For
 * programs with threads there is libgranary-threads-checked.a: the call traps in its thread, and
 * the others go on.
 *
 * Sizes are bytes; the alignments of a fault are logarithms. `caller` and `..._by` are the ret_addr
 * of the four calls of granary_vtable; the other faces have none and leave 0. */
#ifndef GRANARY_CHECKED_H
#define GRANARY_CHECKED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum granary_fault_kind {
  /* No fault was met. */
  GRANARY_NO_FAULT = 0,
  /* The address is 0. */
  GRANARY_NULL_POINTER = 1,
  /* No memory is there. */
  GRANARY_OUTSIDE_MEMORY = 2,
  /* No block begins there: data, the stack, or a block that ended long ago. */
  GRANARY_NOT_A_BLOCK = 3,
  /* No block begins there, and the address is no multiple of the alignment that was given. */
  GRANARY_MISALIGNED = 4,
  /* A live block lies around the address, zones included. */
  GRANARY_INSIDE_BLOCK = 5,
  /* A freed block lies around the address, zones included. */
  GRANARY_INSIDE_FREED_BLOCK = 6,
  /* The block was freed before, or moved when it was made smaller. */
  GRANARY_FREED_BLOCK = 7,
  /* The block has another length. */
  GRANARY_WRONG_LENGTH = 8,
  /* The block has another alignment. */
  GRANARY_WRONG_ALIGNMENT = 9,
  /* The 16 bytes below the block were changed. */
  GRANARY_WRITTEN_BEFORE_START = 10,
  /* The 16 bytes above the block were changed. */
  GRANARY_WRITTEN_PAST_END = 11,
  /* A block in quarantine was changed, or the zones around it. */
  GRANARY_WRITTEN_AFTER_FREE = 12,
  /* Resize or remap was given a new length of 0. */
  GRANARY_NEW_LENGTH_ZERO = 13,
  /* Alloc was given an alignment of 2^32 bytes or more. */
  GRANARY_ALIGNMENT_OUT_OF_RANGE = 14,
  /* The block belongs to another heap than the one that was given: an arena, or the heap itself. */
  GRANARY_OTHER_HEAP = 15,
  /* No arena is there. */
  GRANARY_NOT_AN_ARENA = 16,
  /* The arena was destroyed before. */
  GRANARY_DESTROYED_ARENA = 17
} granary_fault_kind;

typedef enum granary_call {
  GRANARY_NO_CALL = 0,
  GRANARY_CALL_ALLOC = 1,
  GRANARY_CALL_RESIZE = 2,
  GRANARY_CALL_REMAP = 3,
  GRANARY_CALL_FREE = 4,
  GRANARY_CALL_CHECK = 5,
  GRANARY_CALL_RESET = 6,
  GRANARY_CALL_DESTROY = 7
} granary_call;

typedef struct granary_fault_record {
  uint32_t kind; /* a granary_fault_kind */
  /* The call that met the misuse, and its operands. granary_check names the block itself, and
   * granary_set_limits leaves 0. */
  uint32_t call; /* a granary_call */
  uintptr_t address;
  size_t length;
  uint32_t alignment;
  size_t new_length;
  uintptr_t caller;
  /* The block that the call meant or that a write hit; all 0 when none is known. */
  uintptr_t block;
  size_t block_length;
  uint32_t block_alignment;
  uintptr_t allocated_by;
  uintptr_t freed_by;
  /* The arena that the call was made with, and the one that the block belongs to; 0 stands for the
   * heap itself. */
  uintptr_t heap;
  uintptr_t block_heap;
} granary_fault_record;

/* The latest fault; all 0 before there was one. */
extern granary_fault_record granary_fault;

typedef struct granary_leak_group {
  uintptr_t allocated_by;
  size_t block_count;
  size_t bytes;
} granary_leak_group;

typedef struct granary_leak_report {
  size_t block_count; /* all live blocks */
  size_t bytes;
  size_t group_count;               /* 0 when there is no memory for the groups */
  const granary_leak_group* groups; /* a group for each caller, those with most bytes first */
} granary_leak_report;

/* Reports every live block. The report is good until the next call. */
const granary_leak_report* granary_leaks(void);

/* Looks at all blocks now, not only when a call is made with them. */
void granary_check(void);

/* Empties the quarantine and sets both limits. `quarantine` is how many bytes of freed blocks wait
 * there; 65536 at first. `fill` is how many bytes of each block, from its beginning, are filled
 * when it is allocated and freed, and looked at; 64 at first. */
void granary_set_limits(size_t quarantine, size_t fill);

#ifdef __cplusplus
}
#endif

#endif
