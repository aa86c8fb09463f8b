// A new arena for each request, destroyed at its end.
#pragma once

extern "C" {
Address alloc(Address context, Address length, uint32_t alignment_log2, Address caller);
Address arena_new(Address first_bytes);
void arena_destroy(Address arena);
}

inline Address arena = 0;

inline void begin_request() { arena = arena_new(0); }
inline Address alloc_block(Address length) { return alloc(arena, length, 4, 0); }
inline void end_blocks(const Address*, const Address*, Address) { arena_destroy(arena); }
