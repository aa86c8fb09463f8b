//! A program whose memory is full to the last byte, for interop/zig.test.js.
const std = @import("std");
const granary = @import("granary");

const allocator = granary.allocator;

/// Room for so many blocks that their class, if it is one of small blocks, has spans of slots.
var others: [1 << 15][]u8 = undefined;

/// Whether a block can be made smaller, with its contents, in a full memory.
export fn shrinks(len: usize, new_len: usize) bool {
    const blocks = others[0 .. others.len / len + 1];
    for (blocks) |*block| block.* = allocator.alloc(u8, len) catch return false;
    const block = blocks[blocks.len - 1];
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
