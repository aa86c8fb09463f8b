//! Granary as a `std.mem.Allocator`. The allocator itself is libgranary.a, which must be linked; it
//! exports `granary_vtable`, the four calls with C signatures in the layout of Zig's own table.
//!
//! Not thread-safe, as the library is not.
const builtin = @import("builtin");
const std = @import("std");
const Alignment = std.mem.Alignment;
const Allocator = std.mem.Allocator;

/// Where a program says `std.heap.wasm_allocator`, it can say this.
pub const allocator: Allocator = .{ .ptr = undefined, .vtable = vtable };

/// A wrapper costs a second call for each first one, so the library's table is Zig's table wherever
/// it can be: for functions without aggregates in their signatures, and with a slice as pointer and
/// length, Zig's calling convention on wasm is C's. It is not where errors are traced (in Debug, or
/// with -ferror-tracing): there every Zig function has one more parameter, the trace.
const vtable: *const Allocator.VTable =
    if (builtin.have_error_return_tracing) &wrappers else @ptrCast(&granary_vtable);

/// `granary_vtable_layout` of include/granary.h; the integers are the logarithm of an alignment.
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

    // Zig may lay out a struct that is not `extern` as it likes.
    const message = "this Zig lays std.mem.Allocator.VTable out as granary_vtable is not: use Zig 0.16";
    if (@sizeOf(Allocator.VTable) != @sizeOf(Table)) @compileError(message);
    for (std.meta.fieldNames(Table)) |name| {
        if (@offsetOf(Allocator.VTable, name) != @offsetOf(Table, name)) @compileError(message);
    }
}

const wrappers: Allocator.VTable = .{ .alloc = alloc, .resize = resize, .remap = remap, .free = free };

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
