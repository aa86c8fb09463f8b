//! Zig's own allocator tests over the package, and what they leave unseen: that each of the four
//! functions does its work, not only that none does harm.
const std = @import("std");
const granary = @import("granary");
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;

const allocator = granary.allocator;
const page = 64 * 1024;

fn memoryPages() usize {
    return @wasmMemorySize(0);
}

test "the memory that the program started with is used before any grows" {
    const block = try allocator.create(u64);
    defer allocator.destroy(block);
    try expect(@intFromPtr(block) < @intFromPtr(@extern(*const u8, .{ .name = "__heap_end" })));
}

test "passes std.heap.testAllocator" {
    try std.heap.testAllocator(allocator);
}

test "passes std.heap.testAllocatorAligned" {
    try std.heap.testAllocatorAligned(allocator);
}

test "passes std.heap.testAllocatorLargeAlignment" {
    try std.heap.testAllocatorLargeAlignment(allocator);
}

test "passes std.heap.testAllocatorAlignedShrink" {
    try std.heap.testAllocatorAlignedShrink(allocator);
}

test "a freed block serves again, so the memory does not grow" {
    for ([_]usize{ 24, 3000, 4 * page }) |len| {
        allocator.free(try allocator.alloc(u8, len));
        const before = memoryPages();
        for (0..10_000) |_| allocator.free(try allocator.alloc(u8, len));
        try expectEqual(before, memoryPages());
    }
}

test "resize shrinks in place and refuses what would have to move" {
    var blocks: [50][]u8 = undefined;
    for (&blocks) |*block| block.* = try allocator.alloc(u8, 20);
    for (&blocks) |*block| {
        try expect(allocator.resize(block.*, 17));
        block.len = 17;
    }
    // A block with another right above it has no room to grow.
    var followed: usize = 0;
    for (blocks) |block| {
        for (blocks) |other| {
            const distance = @intFromPtr(other.ptr) -% @intFromPtr(block.ptr);
            if (distance == 0 or distance > 80) continue;
            followed += 1;
            try expect(!allocator.resize(block, 10 * page));
            break;
        }
    }
    try expect(followed > 0);
    for (blocks) |block| allocator.free(block);
}

test "remap grows the last block in place with its contents" {
    const block = try allocator.alloc(u8, 40 * page);
    @memset(block, 0x5a);
    const longer = allocator.remap(block, 41 * page) orelse return error.Refused;
    try expect(std.mem.allEqual(u8, longer[0 .. 40 * page], 0x5a));
    allocator.free(longer);
}

test "every alignment from 1 byte to 1 MiB is kept, by realloc too" {
    inline for (0..21) |log2| {
        const alignment: std.mem.Alignment = @enumFromInt(log2);
        var block = try allocator.alignedAlloc(u8, alignment, 100);
        for ([_]usize{ 101, 5000, 40 }) |len| {
            block = try allocator.realloc(block, len);
            try expect(alignment.check(@intFromPtr(block.ptr)));
        }
        allocator.free(block);
    }
}

test "too long is error.OutOfMemory, and the block stays as it was" {
    try std.testing.expectError(error.OutOfMemory, allocator.alloc(u8, std.math.maxInt(usize)));
    const block = try allocator.dupe(u8, "kept");
    try std.testing.expectError(error.OutOfMemory, allocator.realloc(block, std.math.maxInt(usize) - page));
    try std.testing.expectEqualStrings("kept", block);
    allocator.free(block);
}

test "Zig's own allocator works in the same memory" {
    const theirs = try std.heap.wasm_allocator.alloc(u8, 3 * page);
    @memset(theirs, 1);
    const ours = try allocator.alloc(u8, 5 * page);
    @memset(ours, 2);
    const theirs_again = try std.heap.wasm_allocator.realloc(theirs, 9 * page);
    @memset(theirs_again[3 * page ..], 1);
    try expect(std.mem.allEqual(u8, ours, 2));
    try expect(std.mem.allEqual(u8, theirs_again, 1));
    std.heap.wasm_allocator.free(theirs_again);
    allocator.free(ours);
}
