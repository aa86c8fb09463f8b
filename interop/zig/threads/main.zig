//! A program whose threads share the heap of libgranary-threads.a, for interop/zig-threads.test.js. Each
//! thread is an instance over the same memory, with a stack of its own that the host gives it.
const std = @import("std");
const allocator = @import("granary").allocator;

/// include/granary_threads.h says what these do.
extern fn granary_thread_flush() void;
extern fn granary_thread_may_wait(allowed: c_int) void;

const Block = struct {
    bytes: []u8,
    tag: u8,

    fn init(size: usize, tag: u8) !*Block {
        const block = try allocator.create(Block);
        errdefer allocator.destroy(block);
        block.* = .{ .bytes = try allocator.alloc(u8, size), .tag = tag };
        @memset(block.bytes, tag);
        return block;
    }

    /// Makes the block so much longer, or leaves it as it is.
    fn grow(block: *Block, more: usize) void {
        const size = block.bytes.len;
        block.bytes = allocator.realloc(block.bytes, size + more) catch return;
        @memset(block.bytes[size..], block.tag);
    }

    /// Ends the block. Returns whether each of its bytes was right.
    fn deinit(block: *Block) bool {
        const whole = std.mem.allEqual(u8, block.bytes, block.tag);
        allocator.free(block.bytes);
        allocator.destroy(block);
        return whole;
    }
};

var mailboxes: [64]?*Block = @splat(null);

/// Allocates, grows and passes on so many blocks, and frees those of other threads. Returns how many had
/// a wrong byte, or all ones when there was no memory.
export fn run(seed: u32, rounds: u32) u32 {
    var random: std.Random.Xoroshiro128 = .init(seed);
    var wrong: u32 = 0;
    granary_thread_may_wait(1);
    defer granary_thread_flush();
    for (0..rounds) |_| {
        const number = random.next();
        const size = number >> 32;
        const length = if (number % 16 == 0) size % 30_000 else size % 300;
        const block = Block.init(@intCast(length), @truncate(number >> 8)) catch return ~@as(u32, 0);
        if (number % 5 == 0) block.grow(@intCast(size % 1000));
        const mailbox = &mailboxes[@intCast(random.next() % mailboxes.len)];
        const other = @atomicRmw(?*Block, mailbox, .Xchg, block, .acq_rel) orelse continue;
        if (!other.deinit()) wrong += 1;
    }
    return wrong;
}

/// Frees what nobody fetched. Returns how many blocks had a wrong byte.
export fn emptyMailboxes() u32 {
    var wrong: u32 = 0;
    defer granary_thread_flush();
    for (&mailboxes) |*mailbox| {
        const block = @atomicRmw(?*Block, mailbox, .Xchg, null, .acq_rel) orelse continue;
        if (!block.deinit()) wrong += 1;
    }
    return wrong;
}
