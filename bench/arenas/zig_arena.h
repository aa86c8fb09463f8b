// Zig's ArenaAllocator over Zig's own wasm allocator, one for all requests, reset with its capacity
// kept.
#pragma once

extern "C" {
Address zig_arena_alloc(Address length, uint32_t alignment_log2);
void zig_arena_reset(void);
}

inline void begin_request() {}
inline Address alloc_block(Address length) { return zig_arena_alloc(length, 4); }
inline void end_blocks(const Address*, const Address*, Address) { zig_arena_reset(); }
