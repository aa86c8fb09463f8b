//! Granary as a `std.mem.Allocator`. The engine is in libgranary.a, which must be linked; it exports
//! `granary_vtable`, the four calls with C signatures in the layout of Zig's own table.
//!
//! The allocator is for as many threads as the library is: libgranary.a for one, libgranary-threads.a for
//! all that share a memory.
const builtin = @import("builtin");
const std = @import("std");
const Alignment = std.mem.Alignment;
const Allocator = std.mem.Allocator;

/// A program can use this in place of `std.heap.wasm_allocator`.
pub const allocator: Allocator = .{ .ptr = undefined, .vtable = vtable };

/// A function that forwards to another one costs a second call, so the library's table is Zig's table
/// wherever it can be. Zig's calling convention on wasm is C's for functions without aggregates in
/// their signatures, where a slice is a pointer and a length. It is not C's where errors are traced
/// (in Debug, or with -ferror-tracing): there every Zig function has one more parameter, the trace.
const vtable: *const Allocator.VTable =
    if (builtin.have_error_return_tracing) &forwarding else @ptrCast(&granary_vtable);

/// This is `granary_vtable_layout` of include/granary.h; each u32 is the logarithm of an alignment.
const Table = extern struct {
    alloc: *const fn (*anyopaque, usize, u32, usize) callconv(.c) ?[*]u8,
    resize: *const fn (*anyopaque, [*]u8, usize, u32, usize, usize) callconv(.c) bool,
    remap: *const fn (*anyopaque, [*]u8, usize, u32, usize, usize) callconv(.c) ?[*]u8,
    free: *const fn (*anyopaque, [*]u8, usize, u32, usize) callconv(.c) void,
};

extern const granary_vtable: Table;

comptime {
    if (!builtin.cpu.arch.isWasm())
        @compileError("granary is for wasm, not for " ++ @tagName(builtin.cpu.arch) ++
            ": build with -target wasm32-freestanding or -target wasm32-wasi");

    // Zig may choose the layout of a struct that is not `extern`.
    const message = "this Zig lays std.mem.Allocator.VTable out as granary_vtable is not: use Zig 0.16";
    if (@sizeOf(Allocator.VTable) != @sizeOf(Table)) @compileError(message);
    for (std.meta.fieldNames(Table)) |name| {
        if (@offsetOf(Allocator.VTable, name) != @offsetOf(Table, name)) @compileError(message);
    }
}

const forwarding: Allocator.VTable = .{ .alloc = alloc, .resize = resize, .remap = remap, .free = free };

fn alloc(context: *anyopaque, len: usize, alignment: Alignment, ret_addr: usize) ?[*]u8 {
    return granary_vtable.alloc(context, len, @intFromEnum(alignment), ret_addr);
}

fn resize(context: *anyopaque, memory: []u8, alignment: Alignment, new_len: usize, ret_addr: usize) bool {
    return granary_vtable.resize(context, memory.ptr, memory.len, @intFromEnum(alignment), new_len, ret_addr);
}

fn remap(context: *anyopaque, memory: []u8, alignment: Alignment, new_len: usize, ret_addr: usize) ?[*]u8 {
    return granary_vtable.remap(context, memory.ptr, memory.len, @intFromEnum(alignment), new_len, ret_addr);
}

fn free(context: *anyopaque, memory: []u8, alignment: Alignment, ret_addr: usize) void {
    granary_vtable.free(context, memory.ptr, memory.len, @intFromEnum(alignment), ret_addr);
}
