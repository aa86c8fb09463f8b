//! Containers of Zig's standard library over the package, driven at random beside models that need
//! no allocator: plain arrays in static memory. The seed is the test runner's `--seed=`.
const std = @import("std");
const granary = @import("granary");
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectEqualSlices = std.testing.expectEqualSlices;

const allocator = granary.allocator;
const steps = 20_000;

fn seeded() std.Random.DefaultPrng {
    return .init(std.testing.random_seed);
}

test "ArrayList keeps what is appended, inserted, removed and popped" {
    const Model = struct {
        var items: [2000]u64 = undefined;
    };
    var len: usize = 0;
    var prng = seeded();
    const random = prng.random();
    var list: std.ArrayList(u64) = .empty;
    defer list.deinit(allocator);
    for (0..steps) |_| {
        const value = random.int(u64);
        switch (random.uintLessThan(u8, 10)) {
            0...4 => if (len < Model.items.len) {
                try list.append(allocator, value);
                Model.items[len] = value;
                len += 1;
            },
            5...6 => if (len < Model.items.len) {
                const at = random.uintAtMost(usize, len);
                try list.insert(allocator, at, value);
                @memmove(Model.items[at + 1 .. len + 1], Model.items[at..len]);
                Model.items[at] = value;
                len += 1;
            },
            7 => if (len > 0) {
                const at = random.uintLessThan(usize, len);
                try expectEqual(Model.items[at], list.orderedRemove(at));
                @memmove(Model.items[at .. len - 1], Model.items[at + 1 .. len]);
                len -= 1;
            },
            8 => if (len > 0) {
                len -= 1;
                try expectEqual(Model.items[len], list.pop().?);
            },
            else => if (random.uintLessThan(u8, 20) == 0) {
                len /= 2;
                list.shrinkAndFree(allocator, len);
            },
        }
        try expectEqual(len, list.items.len);
    }
    try expectEqualSlices(u64, Model.items[0..len], list.items);
}

test "blocks of every size keep their bytes through realloc" {
    const Block = struct { bytes: []u8 = &.{}, filling: u8 = 0 };
    const Model = struct {
        var blocks: [64]Block = @splat(.{});
    };
    var prng = seeded();
    const random = prng.random();
    for (0..steps / 4) |_| {
        const block = &Model.blocks[random.uintLessThan(usize, Model.blocks.len)];
        // Every doubling up to 64 KiB is as likely.
        const len = random.uintLessThan(usize, @as(usize, 1) << random.uintAtMost(u4, 15) << 1);
        const kept = @min(block.bytes.len, len);
        block.bytes = try allocator.realloc(block.bytes, len);
        try expect(std.mem.allEqual(u8, block.bytes[0..kept], block.filling));
        block.filling = random.int(u8);
        @memset(block.bytes, block.filling);
    }
    for (&Model.blocks) |*block| {
        try expect(std.mem.allEqual(u8, block.bytes, block.filling));
        allocator.free(block.bytes);
    }
}

test "AutoHashMap holds what was put and not removed" {
    const Model = struct {
        var values: [3000]?u64 = @splat(null);
    };
    var prng = seeded();
    const random = prng.random();
    var map: std.AutoHashMapUnmanaged(u32, u64) = .empty;
    defer map.deinit(allocator);
    var count: usize = 0;
    for (0..steps) |_| {
        const key = random.uintLessThan(u32, Model.values.len);
        const slot = &Model.values[key];
        try expectEqual(slot.*, map.get(key));
        const was: usize = @intFromBool(slot.* != null);
        if (random.uintLessThan(u8, 3) < 2) {
            slot.* = random.int(u64);
            try map.put(allocator, key, slot.*.?);
            count += 1 - was;
        } else {
            slot.* = null;
            try expectEqual(was == 1, map.remove(key));
            count -= was;
        }
        try expectEqual(count, map.count());
    }
    for (Model.values, 0..) |value, key| try expectEqual(value, map.get(@intCast(key)));
}

test "StringHashMap finds its strings, which are blocks of their own" {
    const Model = struct {
        var counts: [700]u32 = @splat(0);
    };
    var prng = seeded();
    const random = prng.random();
    var map: std.StringHashMapUnmanaged(u32) = .empty;
    var buffer: [800]u8 = undefined;
    for (0..steps) |_| {
        const number = random.uintLessThan(usize, Model.counts.len);
        const name = nameOf(&buffer, number);
        if (random.uintLessThan(u8, 8) != 0) {
            const entry = try map.getOrPut(allocator, name);
            if (!entry.found_existing) {
                entry.key_ptr.* = try allocator.dupe(u8, name);
                entry.value_ptr.* = 0;
            }
            entry.value_ptr.* += 1;
            Model.counts[number] += 1;
        } else if (map.fetchRemove(name)) |removed| {
            try expectEqual(Model.counts[number], removed.value);
            try std.testing.expectEqualStrings(name, removed.key);
            allocator.free(removed.key);
            Model.counts[number] = 0;
        } else try expectEqual(0, Model.counts[number]);
    }
    for (Model.counts, 0..) |count, number| {
        try expectEqual(count, map.get(nameOf(&buffer, number)) orelse 0);
    }
    var keys = map.keyIterator();
    while (keys.next()) |key| allocator.free(key.*);
    map.deinit(allocator);
}

/// A name for each number, from 3 bytes to 702.
fn nameOf(buffer: []u8, number: usize) []u8 {
    const name = buffer[0 .. number + 3];
    @memset(name, 'a' + @as(u8, @intCast(number % 26)));
    std.mem.writeInt(u16, name[1..3], @intCast(number), .little);
    return name;
}

fn ascending(_: void, a: u32, b: u32) std.math.Order {
    return std.math.order(a, b);
}

test "PriorityQueue gives the least first" {
    const Model = struct {
        var counts: [1000]u32 = @splat(0);

        fn takeLeast() ?u32 {
            for (&counts, 0..) |*count, value| if (count.* > 0) {
                count.* -= 1;
                return @intCast(value);
            };
            return null;
        }
    };
    var prng = seeded();
    const random = prng.random();
    var queue: std.PriorityQueue(u32, void, ascending) = .initContext({});
    defer queue.deinit(allocator);
    for (0..steps) |_| {
        if (random.uintLessThan(u8, 5) < 3) {
            const value = random.uintLessThan(u32, Model.counts.len);
            try queue.push(allocator, value);
            Model.counts[value] += 1;
        } else try expectEqual(Model.takeLeast(), queue.pop());
    }
    while (queue.pop()) |value| try expectEqual(Model.takeLeast(), value);
    try expectEqual(null, Model.takeLeast());
}

test "Deque gives at both ends what was put there" {
    const Model = struct {
        // Starts in the middle and has room for every step.
        var items: [2 * steps]u32 = undefined;
        var first: usize = steps;
        var end: usize = steps;
    };
    var prng = seeded();
    const random = prng.random();
    var deque: std.Deque(u32) = .empty;
    defer deque.deinit(allocator);
    for (0..steps) |_| {
        const value = random.int(u32);
        switch (random.uintLessThan(u8, 6)) {
            0, 1 => {
                try deque.pushBack(allocator, value);
                Model.items[Model.end] = value;
                Model.end += 1;
            },
            2, 3 => {
                try deque.pushFront(allocator, value);
                Model.first -= 1;
                Model.items[Model.first] = value;
            },
            4 => if (deque.popBack()) |popped| {
                Model.end -= 1;
                try expectEqual(Model.items[Model.end], popped);
            },
            else => if (deque.popFront()) |popped| {
                try expectEqual(Model.items[Model.first], popped);
                Model.first += 1;
            },
        }
        try expectEqual(Model.end - Model.first, deque.len);
    }
    for (Model.items[Model.first..Model.end], 0..) |item, at| try expectEqual(item, deque.at(at));
}

test "a linked tree of single nodes stays in order and is freed node by node" {
    const Node = struct { key: u32, left: ?*@This() = null, right: ?*@This() = null };
    const Tree = struct {
        fn insert(root: *?*Node, key: u32) !void {
            var link = root;
            while (link.*) |node| link = if (key < node.key) &node.left else &node.right;
            link.* = try allocator.create(Node);
            link.*.?.* = .{ .key = key };
        }

        /// The number of nodes, each of which is freed.
        fn destroy(root: ?*Node, least: *u32) !usize {
            const node = root orelse return 0;
            const left = try destroy(node.left, least);
            try expect(least.* <= node.key);
            least.* = node.key;
            const right = try destroy(node.right, least);
            allocator.destroy(node);
            return left + 1 + right;
        }
    };
    var prng = seeded();
    const random = prng.random();
    for (0..4) |_| {
        var root: ?*Node = null;
        for (0..steps / 4) |_| try Tree.insert(&root, random.int(u32));
        var least: u32 = 0;
        try expectEqual(steps / 4, try Tree.destroy(root, &least));
    }
}

test "ArenaAllocator over it serves and resets" {
    var prng = seeded();
    const random = prng.random();
    var arena: std.heap.ArenaAllocator = .init(allocator);
    defer arena.deinit();
    for (0..20) |round| {
        const filling: u8 = @intCast(round);
        var blocks: [200][]u8 = undefined;
        for (&blocks) |*block| {
            block.* = try arena.allocator().alloc(u8, random.uintLessThan(usize, 2000));
            @memset(block.*, filling);
        }
        for (blocks) |block| try expect(std.mem.allEqual(u8, block, filling));
        _ = arena.reset(if (round % 2 == 0) .retain_capacity else .free_all);
    }
}
