// The oracle: Zig's own std.heap.WasmAllocator with the exports of docs/abi.md. It has no logic of its
// own, so the tests compare with what Zig ships.
const std = @import("std");

const zig = std.heap.WasmAllocator.vtable;

// Zig's allocator reads neither its context nor the return address.
const context: *anyopaque = undefined;

export fn alloc(_: usize, len: usize, alignment: u32, ret_addr: usize) ?[*]u8 {
    return zig.alloc(context, len, @enumFromInt(alignment), ret_addr);
}

export fn resize(_: usize, ptr: [*]u8, len: usize, alignment: u32, new_len: usize, ret_addr: usize) bool {
    return zig.resize(context, ptr[0..len], @enumFromInt(alignment), new_len, ret_addr);
}

export fn remap(_: usize, ptr: [*]u8, len: usize, alignment: u32, new_len: usize, ret_addr: usize) ?[*]u8 {
    return zig.remap(context, ptr[0..len], @enumFromInt(alignment), new_len, ret_addr);
}

export fn free(_: usize, ptr: [*]u8, len: usize, alignment: u32, ret_addr: usize) void {
    zig.free(context, ptr[0..len], @enumFromInt(alignment), ret_addr);
}

const Table = extern struct {
    alloc: *const @TypeOf(alloc) = &alloc,
    resize: *const @TypeOf(resize) = &resize,
    remap: *const @TypeOf(remap) = &remap,
    free: *const @TypeOf(free) = &free,
};

export const vtable: Table = .{};
