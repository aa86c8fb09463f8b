//! Zig's own wasm allocator under the four C names of the replay modules.
//!
//! Zig exports no function of its own calling convention, so these functions wrap it. They are its
//! only callers: the standard library's bodies are inlined into them and come out as long as those
//! that a vtable names, so a replayed call costs no forwarding call. Everything is an integer here,
//! as in the replayer's declarations, because link-time inlining wants the same types on both sides.

const std = @import("std");

const vtable = std.heap.wasm_allocator.vtable;

fn blockOf(address: usize, length: usize) []u8 {
    return @as([*]u8, @ptrFromInt(address))[0..length];
}

export fn alloc(_: usize, length: usize, log2: u32, caller: usize) usize {
    return @intFromPtr(vtable.alloc(undefined, length, @enumFromInt(log2), caller));
}

export fn resize(
    _: usize,
    address: usize,
    length: usize,
    log2: u32,
    new_length: usize,
    caller: usize,
) u32 {
    const block = blockOf(address, length);
    return @intFromBool(vtable.resize(undefined, block, @enumFromInt(log2), new_length, caller));
}

export fn remap(
    _: usize,
    address: usize,
    length: usize,
    log2: u32,
    new_length: usize,
    caller: usize,
) usize {
    const block = blockOf(address, length);
    return @intFromPtr(vtable.remap(undefined, block, @enumFromInt(log2), new_length, caller));
}

export fn free(_: usize, address: usize, length: usize, log2: u32, caller: usize) void {
    vtable.free(undefined, blockOf(address, length), @enumFromInt(log2), caller);
}
