/* What libgranary-checked.a catches and tells. Link it in place of libgranary.a: the calls of
 * granary.h are the same, and a misuse is written to `granary_fault` and traps.
 *
 * Sizes are bytes, alignments of a fault logarithms. `caller` and `..._by` are the ret_addr of the
 * four calls of granary_vtable; the other faces have none to give, and leave 0. */
#ifndef GRANARY_CHECKED_H
#define GRANARY_CHECKED_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum granary_fault_kind {
  GRANARY_NO_FAULT,
  GRANARY_NULL_POINTER,       /* the address is 0 */
  GRANARY_OUTSIDE_MEMORY,     /* no memory is there */
  GRANARY_NOT_A_BLOCK,        /* no block begins there, or it ended long ago */
  GRANARY_MISALIGNED,         /* the same, and it is no multiple of the alignment given */
  GRANARY_INSIDE_BLOCK,       /* a live block lies around it */
  GRANARY_INSIDE_FREED_BLOCK, /* a freed block lies around it */
  GRANARY_FREED_BLOCK,        /* freed before: a double free, when the call is a free */
  GRANARY_WRONG_LENGTH,
  GRANARY_WRONG_ALIGNMENT,
  GRANARY_WRITTEN_BEFORE_START,
  GRANARY_WRITTEN_PAST_END,
  GRANARY_WRITTEN_AFTER_FREE,
  GRANARY_NEW_LENGTH_ZERO,
  GRANARY_ALIGNMENT_OUT_OF_RANGE
} granary_fault_kind;

typedef enum granary_call {
  GRANARY_NO_CALL,
  GRANARY_CALL_ALLOC,
  GRANARY_CALL_RESIZE,
  GRANARY_CALL_REMAP,
  GRANARY_CALL_FREE,
  GRANARY_CALL_CHECK
} granary_call;

typedef struct granary_fault_record {
  uint32_t kind; /* a granary_fault_kind */
  /* The call that met it, and what it was given: granary_check names the block itself,
   * granary_set_limits leaves 0. */
  uint32_t call; /* a granary_call */
  uintptr_t address;
  size_t length;
  uint32_t alignment;
  size_t new_length;
  uintptr_t caller;
  /* The block that is meant or hit; all 0 when none is known. */
  uintptr_t block;
  size_t block_length;
  uint32_t block_alignment;
  uintptr_t allocated_by;
  uintptr_t freed_by;
} granary_fault_record;

/* The latest fault; all 0 before there was one. */
extern granary_fault_record granary_fault;

typedef struct granary_leak_group {
  uintptr_t allocated_by;
  size_t block_count;
  size_t bytes;
} granary_leak_group;

typedef struct granary_leak_report {
  size_t block_count; /* live blocks in all */
  size_t bytes;
  size_t group_count;               /* 0 when there is no memory for the groups */
  const granary_leak_group* groups; /* by caller, those with most bytes first */
} granary_leak_report;

/* Every live block. Good until the next call of it. */
const granary_leak_report* granary_leaks(void);

/* Looks at all blocks now, not only when they end. */
void granary_check(void);

/* `quarantine`: how many bytes of freed blocks are kept back; 65536 at first. `fill`: how many
 * bytes of each block, from its beginning, are filled when it is allocated and freed, and looked
 * at; 64 at first. */
void granary_set_limits(size_t quarantine, size_t fill);

#ifdef __cplusplus
}
#endif

#endif
