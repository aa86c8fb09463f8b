//! Arenas through Zig's interface: Zig's own allocator tests, its containers, and what an arena is for.
const std = @import("std");
const granary = @import("granary");
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;

test "an arena passes Zig's own tests of allocators" {
    const arena = try granary.Arena.init(0);
    defer arena.deinit();
    try std.heap.testAllocator(arena.allocator());
    try std.heap.testAllocatorAligned(arena.allocator());
    try std.heap.testAllocatorLargeAlignment(arena.allocator());
}

test "an arena has the containers of many requests in the memory of a few" {
    const arena = try granary.Arena.init(10_000);
    defer arena.deinit();
    arena.keepAtMost(1 << 20);
    var after_first: usize = 0;
    for (0..100) |round| {
        const allocator = arena.allocator();
        var numbers: std.ArrayList(usize) = .empty;
        var names = std.StringHashMap(usize).init(allocator);
        for (0..500) |index| {
            try numbers.append(allocator, index);
            try names.put(try std.fmt.allocPrint(allocator, "name {d}", .{index}), index);
        }
        try expectEqual(500, numbers.items.len);
        try expectEqual(123, names.get("name 123").?);
        arena.reset();
        // The quarantine of a checked heap fills first.
        if (round == 20) after_first = @wasmMemorySize(0);
    }
    try expectEqual(after_first, @wasmMemorySize(0));
}

test "an arena shrinks any block where it is" {
    const arena = try granary.Arena.init(4096);
    defer arena.deinit();
    const allocator = arena.allocator();
    var block = try allocator.alloc(u8, 200);
    _ = try allocator.alloc(u8, 1);
    try expect(allocator.resize(block, 10));
    block.len = 10;
    try expectEqual(block.ptr, allocator.remap(block, 5).?.ptr);
}

test "an arena over a buffer says when it is full" {
    var buffer: [1000]u8 = undefined;
    const arena = try granary.Arena.over(&buffer);
    defer arena.deinit();
    const allocator = arena.allocator();
    _ = try allocator.alloc(u8, 500);
    try std.testing.expectError(error.OutOfMemory, allocator.alloc(u8, 500));
    arena.reset();
    _ = try allocator.alloc(u8, 900);
    try std.testing.expectError(error.OutOfMemory, granary.Arena.over(buffer[0..8]));
}
