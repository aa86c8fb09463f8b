//! The smallest program: exported functions over an allocator, for a host that is JavaScript. It is
//! any program over `std.heap.wasm_allocator` but for the line that names the allocator.
//!
//! In this folder, to zig-out/bin/main.wasm:
//!
//!   zig build --release=small
//!   node run.js zig-out/bin/main.wasm
//!
//! Without build.zig, from the repository's root:
//!
//!   zig build-exe -OReleaseSmall -target wasm32-freestanding -fno-entry -rdynamic \
//!     --dep granary -Mroot=examples/zig/main.zig -Mgranary=zig/src/granary.zig \
//!     dist/libgranary.a -femit-bin=main.wasm
//!   node examples/zig/run.js main.wasm
const std = @import("std");
const allocator = @import("granary").allocator;

/// 1025 bytes, of which the first and the last are written and read back. 0: no memory.
export fn firstAndLast() u32 {
    const block = allocator.alloc(u8, 1025) catch return 0;
    defer allocator.free(block);
    block[0] = 0x12;
    block[1024] = 0x34;
    return @as(u32, block[0]) << 8 | block[1024];
}

/// How many primes there are below `limit`, from a list that grows with each. 0: no memory, or none.
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
