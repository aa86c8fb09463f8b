//! The smallest program: functions that allocate, exported to JavaScript. Only the line that names the
//! allocator differs from a program over `std.heap.wasm_allocator`.
//!
//! Build it in this folder, to zig-out/bin/main.wasm:
//!
//!   zig build --release=small
//!   node run.js zig-out/bin/main.wasm
//!
//! Or build it without build.zig, from the repository's root:
//!
//!   zig build-exe -OReleaseSmall -target wasm32-freestanding -fno-entry -rdynamic \
//!     --dep granary -Mroot=examples/zig/main.zig -Mgranary=zig/src/granary.zig \
//!     dist/libgranary.a -femit-bin=main.wasm
//!   node examples/zig/run.js main.wasm
const std = @import("std");
const allocator = @import("granary").allocator;

/// Writes the first and the last of 1025 bytes and reads them back. Returns 0 when there is no memory.
export fn firstAndLast() u32 {
    const block = allocator.alloc(u8, 1025) catch return 0;
    defer allocator.free(block);
    block[0] = 0x12;
    block[1024] = 0x34;
    return @as(u32, block[0]) << 8 | block[1024];
}

/// Counts the primes below `limit` in a list that grows with each. Returns 0 when there is none, or
/// no memory.
export fn countPrimes(limit: u32) usize {
    var primes: std.ArrayList(u32) = .empty;
    defer primes.deinit(allocator);
    var candidate: u32 = 2;
    while (candidate < limit) : (candidate += 1) {
        const composite = for (primes.items) |prime| {
            if (candidate % prime == 0) break true;
        } else false;
        if (!composite) primes.append(allocator, candidate) catch return 0;
    }
    return primes.items.len;
}
