/* The calls that read Granary's heap, and those that act on all of it at once. Link libgranary.a; a
 * program that uses none of them pays nothing for them. granary-inspect.wasm exports the same for
 * hosts.
 *
 * Sizes are bytes. A live block counts with all the room that it has: the heap does not keep the
 * lengths that were asked for. */
#ifndef GRANARY_INSPECT_H
#define GRANARY_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GRANARY_SIZE_CLASSES 48

typedef struct granary_size_class_stats {
  size_t slot_size;
  size_t spans; /* 16 KiB each */
  size_t live_slots;
  size_t free_slots;
} granary_size_class_stats;

/* Between calls these equations hold:
 *   heap_bytes       = live_bytes + free_bytes + overhead_bytes + record_bytes
 *   free_bytes       = bytes of free blocks + free_slot_bytes + top_bytes
 *   live_block_count = large_block_count + live_slots of all classes
 *   span_count       = spans of all classes */
typedef struct granary_heap_stats {
  size_t heap_bytes;
  size_t live_bytes;
  size_t free_bytes;
  size_t overhead_bytes; /* tags of live blocks, ends of spans that hold no slot */
  size_t record_bytes;   /* the span table */
  size_t top_bytes;      /* the free memory at the end of the heap */
  size_t free_slot_bytes;
  size_t idle_span_bytes; /* the spans in which no slot is live, which granary_trim gives back */
  size_t largest_free_bytes;
  size_t live_block_count;
  size_t large_block_count;
  size_t free_block_count;
  size_t span_count;
  size_t page_count;       /* the pages of the memory, 64 KiB each */
  size_t grown_page_count; /* those of them that the heap grew */
  size_t grow_count;       /* the calls of memory.grow that grew them */
  size_t region_count;     /* memory without a gap; strangers' pages lie between two regions */
  granary_size_class_stats classes[GRANARY_SIZE_CLASSES];
} granary_heap_stats;

/* Works out the statistics of the heap as it is now. */
void granary_stats(granary_heap_stats* result);

typedef enum granary_item_kind {
  /* There is no further item. */
  GRANARY_END = 0,
  /* A live block that is no slot of a span. */
  GRANARY_BLOCK = 1,
  /* 16 KiB of slots of one size class: small blocks, live and free. */
  GRANARY_SPAN = 2,
  /* A free block. */
  GRANARY_FREE = 3,
  /* No blocks lie here: pages that strangers grew, or those of a large heap's span table. */
  GRANARY_GAP = 4,
  /* The free memory at the end of the heap. */
  GRANARY_TOP = 5,
  /* The span table, always the last item; a large heap has it in a gap instead, and then the top is
   * the last item. */
  GRANARY_RECORDS = 6,
  /* What lies here is no item: the heap's own words were overwritten. */
  GRANARY_BROKEN = 7
} granary_item_kind;

/* Items lie end to end, in the order of addresses. */
typedef struct granary_item {
  uint32_t kind; /* a granary_item_kind */
  uintptr_t address;
  size_t size;
} granary_item;

/* Makes `item` the next item of the heap, or the first one when its kind is GRANARY_END. Returns 0
 * when there is none. Nothing may be allocated or freed during a walk. */
int granary_walk(granary_item* item);

/* The rules that hold of the words that a heap keeps for itself, unless they were overwritten. */
typedef enum granary_rule {
  /* Every rule holds. */
  GRANARY_NO_RULE = 0,

  /* Of the heap as a whole. */

  /* The first block lies where a region begins, and the top, the span table and the end of the heap
   * follow it inside the memory; a heap that was never used has none of them. */
  GRANARY_RULE_EXTENTS = 1,
  /* The span table has a record for each 16 KiB of the heap and ends where the heap ends; that of a
   * large heap lies in whole pages and has a record for each 16 KiB of all addresses. */
  GRANARY_RULE_TABLE = 2,
  /* The size class of every length and the slots of every size class are those of the engine. */
  GRANARY_RULE_LADDER = 3,
  /* The heap counts as many grown pages as its regions have beyond the initial memory. */
  GRANARY_RULE_GROWN = 4,
  /* Memory that was never used is zero. */
  GRANARY_RULE_FRESH = 5,

  /* Of blocks. */

  /* The tag of a block is a multiple of 16 plus three flags, and its size leads to the block above,
   * and at last to the top. */
  GRANARY_RULE_BLOCK_SIZE = 6,
  /* The tag of a block tells whether the block below it is free. */
  GRANARY_RULE_PREVIOUS_FREE = 7,
  /* No free block touches another one or the top. */
  GRANARY_RULE_FREE_NEIGHBOUR = 8,
  /* A free block ends with its size. */
  GRANARY_RULE_FREE_SIZE = 9,
  /* A gap begins where a wasm page ends, ends where one begins, and is not free. */
  GRANARY_RULE_GAP = 10,

  /* Of bins. */

  /* The blocks of a bin are free, of its sizes, and linked both ways. */
  GRANARY_RULE_BIN_LINK = 11,
  /* The bit of a bin that holds a block is set. */
  GRANARY_RULE_BIN_BITMAP = 12,
  /* Every free block is in a bin. */
  GRANARY_RULE_BIN_COUNT = 13,

  /* Of spans. */

  /* The record of 16 KiB that are no span is empty. */
  GRANARY_RULE_RECORD = 14,
  /* The size class of a span is one of the 48. */
  GRANARY_RULE_SPAN_CLASS = 15,
  /* The free slots of a span are slots of it, each listed once. */
  GRANARY_RULE_FREE_LIST = 16,
  /* The count of a span agrees with its free slots. */
  GRANARY_RULE_SPAN_COUNT = 17,
  /* The current span of a size class is one of its spans. */
  GRANARY_RULE_CURRENT = 18,
  /* The slots on the waiting list of a size class are free ones of its current span. */
  GRANARY_RULE_WAITING_LIST = 19,
  /* The queue of a size class is a ring of its listed spans, linked both ways. */
  GRANARY_RULE_QUEUE = 20,
  /* A size class has as many spans as it counts. */
  GRANARY_RULE_CLASS_SPANS = 21,

  /* Of searches. */

  /* No free block can hold the request for which, as noted, a search of all free blocks found
   * nothing. */
  GRANARY_RULE_UNAVAILABLE = 22
} granary_rule;

/* Looks at every word that the heap keeps. Returns GRANARY_NO_RULE, or the first granary_rule that
 * is broken. It only reads, and it ends whatever the memory holds. */
uint32_t granary_verify(void);

/* Gives idle spans back to the heap, for blocks of other sizes. Returns how many bytes at the end
 * of the heap nothing needs. */
size_t granary_trim(void);

/* Ends every block at once; the memory is used again from its beginning. */
void granary_reset(void);

#ifdef __cplusplus
}
#endif

#endif
