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
const vtable = zigTable(&granary_vtable);

/// An arena: a heap within the heap, whose blocks are given back all at once. Beside
/// `std.heap.ArenaAllocator` it is a pointer, made and ended by the library.
pub const Arena = struct {
    handle: *Handle,

    /// The fields of `granary_arena` of include/granary_arena.h, of which programs set the last one only.
    pub const Handle = extern struct {
        next: usize,
        end: usize,
        chunks: ?*anyopaque,
        chunk_size: usize,
        kept_size: usize,
    };

    /// The first block takes the first chunk, which has room for `first_size` bytes; 0 is about a thousand.
    pub fn init(first_size: usize) error{OutOfMemory}!Arena {
        return .{ .handle = granary_arena_new(first_size) orelse return error.OutOfMemory };
    }

    /// Over a buffer of the caller: it takes no other memory. Too small a buffer is `error.OutOfMemory`.
    pub fn over(buffer: []u8) error{OutOfMemory}!Arena {
        return .{ .handle = granary_arena_over(buffer.ptr, buffer.len) orelse return error.OutOfMemory };
    }

    pub fn allocator(self: Arena) Allocator {
        return .{ .ptr = self.handle, .vtable = arena_vtable };
    }

    /// Ends every block. The largest chunk stays for the next ones.
    pub fn reset(self: Arena) void {
        granary_arena_reset(self.handle);
    }

    /// From now on, `reset` keeps no chunk of more than `size` bytes.
    pub fn keepAtMost(self: Arena, size: usize) void {
        self.handle.kept_size = size;
    }

    /// Ends the arena and every block of it.
    pub fn deinit(self: Arena) void {
        granary_arena_destroy(self.handle);
    }
};

const arena_vtable = zigTable(&granary_arena_vtable);

extern fn granary_arena_new(first_size: usize) ?*Arena.Handle;
extern fn granary_arena_over(buffer: [*]u8, size: usize) ?*Arena.Handle;
extern fn granary_arena_reset(arena: *Arena.Handle) void;
extern fn granary_arena_destroy(arena: *Arena.Handle) void;

/// Returns a table of the library as Zig's own.
fn zigTable(comptime table: *const Table) *const Allocator.VTable {
    return if (builtin.have_error_return_tracing) &Forwarding(table).vtable else @ptrCast(table);
}

/// This is `granary_vtable_layout` of include/granary.h; each u32 is the logarithm of an alignment.
const Table = extern struct {
    alloc: *const fn (*anyopaque, usize, u32, usize) callconv(.c) ?[*]u8,
    resize: *const fn (*anyopaque, [*]u8, usize, u32, usize, usize) callconv(.c) bool,
    remap: *const fn (*anyopaque, [*]u8, usize, u32, usize, usize) callconv(.c) ?[*]u8,
    free: *const fn (*anyopaque, [*]u8, usize, u32, usize) callconv(.c) void,
};

extern const granary_vtable: Table;
extern const granary_arena_vtable: Table;

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

fn Forwarding(comptime table: *const Table) type {
    return struct {
        const vtable: Allocator.VTable = .{ .alloc = alloc, .resize = resize, .remap = remap, .free = free };

        fn alloc(context: *anyopaque, len: usize, alignment: Alignment, ret_addr: usize) ?[*]u8 {
            return table.alloc(context, len, @intFromEnum(alignment), ret_addr);
        }

        fn resize(context: *anyopaque, memory: []u8, alignment: Alignment, new_len: usize, ret_addr: usize) bool {
            return table.resize(context, memory.ptr, memory.len, @intFromEnum(alignment), new_len, ret_addr);
        }

        fn remap(context: *anyopaque, memory: []u8, alignment: Alignment, new_len: usize, ret_addr: usize) ?[*]u8 {
            return table.remap(context, memory.ptr, memory.len, @intFromEnum(alignment), new_len, ret_addr);
        }

        fn free(context: *anyopaque, memory: []u8, alignment: Alignment, ret_addr: usize) void {
            table.free(context, memory.ptr, memory.len, @intFromEnum(alignment), ret_addr);
        }
    };
}
