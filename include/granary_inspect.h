/* What can be read of Granary's heap, and done to all of it at once. Link libgranary.a; a program
 * that uses none of this pays nothing for it. granary-inspect.wasm exports the same for hosts.
 *
 * Sizes are bytes. What is live counts with all the room that it has: the heap does not keep the
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
  size_t spans; /* of 16 KiB */
  size_t live_slots;
  size_t free_slots;
} granary_size_class_stats;

/* Between calls these hold:
 *   heap_bytes       = live_bytes + free_bytes + overhead_bytes + record_bytes
 *   free_bytes       = bytes of free blocks + free_slot_bytes + top_bytes
 *   live_block_count = large_block_count + live_slots of all classes
 *   span_count       = spans of all classes */
typedef struct granary_heap_stats {
  size_t heap_bytes;
  size_t live_bytes;
  size_t free_bytes;
  size_t overhead_bytes; /* tags of live blocks, ends of spans that hold no slot */
  size_t record_bytes;   /* the table of span records */
  size_t top_bytes;      /* free, at the end of the heap */
  size_t free_slot_bytes;
  size_t idle_span_bytes; /* of spans without a live slot: what granary_trim gives back */
  size_t largest_free_bytes;
  size_t live_block_count;
  size_t large_block_count;
  size_t free_block_count;
  size_t span_count;
  size_t page_count;       /* of the memory, 64 KiB each */
  size_t grown_page_count; /* of these, what the heap grew */
  size_t grow_count;       /* in so many calls of memory.grow */
  size_t region_count;     /* stretches of memory with others' pages between them */
  granary_size_class_stats classes[GRANARY_SIZE_CLASSES];
} granary_heap_stats;

void granary_stats(granary_heap_stats* result);

typedef enum granary_item_kind {
  GRANARY_END,     /* there is no further item */
  GRANARY_BLOCK,   /* a live block */
  GRANARY_SPAN,    /* 16 KiB of small blocks of one size class */
  GRANARY_FREE,    /* a free block */
  GRANARY_GAP,     /* pages that others grew */
  GRANARY_TOP,     /* free, at the end of the heap */
  GRANARY_RECORDS, /* the table of span records */
  GRANARY_BROKEN   /* the heap's own words were overwritten here: see granary_verify */
} granary_item_kind;

/* Items lie end to end, in the order of addresses. */
typedef struct granary_item {
  uint32_t kind; /* a granary_item_kind */
  uintptr_t address;
  size_t size;
} granary_item;

/* Makes `item` the next one of the heap, or the first one when its kind is GRANARY_END; 0 when
 * there is none. Nothing may be allocated or freed during a walk. */
int granary_walk(granary_item* item);

/* Looks at every word that the heap keeps: 0, or the number of the first rule that is broken
 * (docs/inspect.md). Only reads, and ends whatever the memory holds. */
uint32_t granary_verify(void);

/* Gives spans without a live block back to the heap, for other sizes. How many bytes at the end of
 * the heap nothing needs. */
size_t granary_trim(void);

/* Ends every block at once; the memory is used again from its beginning. */
void granary_reset(void);

#ifdef __cplusplus
}
#endif

#endif
