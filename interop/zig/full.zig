//! A program whose memory is full to the last byte, for interop/zig.test.js.
const std = @import("std");
const granary = @import("granary");

const allocator = granary.allocator;

/// So many blocks that a class of small ones has a span of slots.
var others: [60][]u8 = undefined;

/// Whether a block can be made smaller, with its contents, in a full memory.
export fn shrinks(len: usize, new_len: usize) bool {
    for (&others) |*other| other.* = allocator.alloc(u8, len) catch return false;
    const block = others[others.len - 1];
    @memset(block, 0x5a);
    takeTheRest();
    const shorter = allocator.realloc(block, new_len) catch return false;
    return shorter.len == new_len and std.mem.allEqual(u8, shorter, 0x5a);
}

fn takeTheRest() void {
    var len: usize = 1 << 20;
    while (len > 0) : (len /= 2) {
        while (allocator.alloc(u8, len)) |_| {} else |_| {}
    }
}
