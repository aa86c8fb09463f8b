/* Arenas: heaps within the heap, whose blocks are all given back at once, as those of a request, a
 * frame or a tree are. Link libgranary.a; a program that makes no arena pays nothing for them.
 *
 * An arena takes chunks from the heap, hands out their bytes one after the other, and gives the
 * chunks back. A call of an arena is quicker than one of the heap, and its blocks lie end to end;
 * what is freed one by one is had again only if it was the last block. Sizes are bytes, alignments
 * are powers of two in bytes, as in granary.h. An arena is used by one thread at a time. */
#ifndef GRANARY_ARENA_H
#define GRANARY_ARENA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What stands at the beginning of each chunk; blocks follow. */
typedef struct granary_arena_chunk {
  struct granary_arena_chunk* below; /* the next chunk of the arena; NULL for the last one */
  size_t size;                       /* of all the chunk, with these words */
} granary_arena_chunk;

/* An arena. Programs may read the fields, as to list the chunks or to tell how much room is left,
 * and may set `kept_size`; only the calls below change the others. In libgranary-checked.a an arena
 * has no chunks, because each of its blocks is a block of the heap there. */
typedef struct granary_arena {
  uintptr_t next;              /* where the next block may begin */
  uintptr_t end;               /* the end of the chunk in use */
  granary_arena_chunk* chunks; /* the chunk in use, and through it all others; NULL: none yet */
  size_t chunk_size;           /* of the next chunk; 0 in an arena over a buffer, which has one */
  size_t kept_size;            /* granary_arena_reset keeps no larger chunk; SIZE_MAX at first */
} granary_arena;

/* Makes an arena of the heap. Its first block takes its first chunk, which has room for
 * `first_size` bytes; 0 stands for about a thousand. Returns NULL when there is no memory. */
granary_arena* granary_arena_new(size_t first_size);

/* Makes an arena over a buffer of the caller, which holds the arena's own words too. It never asks
 * the heap for anything. Returns NULL when the buffer is too small to hold a block. */
granary_arena* granary_arena_over(void* buffer, size_t size);

/* Returns a block of `size` bytes whose contents are undefined, or NULL when there is no memory. A
 * size of 0 gives a block of its own. */
void* granary_arena_alloc(granary_arena* arena, size_t size, size_t align);

/* Returns 1 when the block now has `new_size` (at least 1) bytes at the same address. Every block
 * can be made smaller; only the last one of its chunk can be made larger. */
int granary_arena_resize(granary_arena* arena, void* ptr, size_t size, size_t align,
                         size_t new_size);

/* Ends the block. Its bytes are had again at once if it was the last one; else by reset. */
void granary_arena_free(granary_arena* arena, void* ptr, size_t size, size_t align);

/* Ends every block of the arena, and gives all of its memory back but the largest chunk, which
 * serves the next blocks, unless that has more than `kept_size` bytes. The time depends on the
 * number of chunks, not on that of blocks. */
void granary_arena_reset(granary_arena* arena);

/* Ends the arena with all of its blocks, and gives all of its memory back; a buffer is the caller's
 * again. NULL is no arena, and nothing happens. */
void granary_arena_destroy(granary_arena* arena);

/* The four calls of an arena, which is the `ctx` of each. Zig writes
 *   std.mem.Allocator{ .ptr = arena, .vtable = &granary_arena_vtable }
 * granary.h has the layout. */
extern const struct granary_vtable_layout granary_arena_vtable;

#ifdef __cplusplus
}
#endif

#endif
