//! Zig's std.heap.ArenaAllocator over its own wasm allocator, under the names of zig_arena.h.
const std = @import("std");

var arena: std.heap.ArenaAllocator = .init(std.heap.wasm_allocator);

export fn zig_arena_alloc(length: usize, log2: u32) usize {
    return @intFromPtr(arena.allocator().rawAlloc(length, @enumFromInt(log2), 0));
}

export fn zig_arena_reset() void {
    _ = arena.reset(.retain_capacity);
}
