//! The smallest program: functions that allocate with Granary, exported to JavaScript.
//!
//!   cargo build --release --target wasm32-unknown-unknown
//!   node run.js target/wasm32-unknown-unknown/release/example.wasm
//!
//! Debian's rustc needs two more settings, which rust/README.md names.

#[global_allocator]
static ALLOCATOR: granary::Granary = granary::Granary;

/// Writes the first and the last of 1025 bytes and reads them back.
#[no_mangle]
pub extern "C" fn first_and_last() -> u32 {
    let mut block = vec![0u8; 1025];
    block[0] = 0x12;
    block[1024] = 0x34;
    u32::from(block[0]) << 8 | u32::from(block[1024])
}

/// Counts the primes below `limit` in a list that grows with each.
#[no_mangle]
pub extern "C" fn count_primes(limit: u32) -> usize {
    let mut primes = Vec::new();
    for candidate in 2..limit {
        if primes.iter().all(|prime| candidate % prime != 0) {
            primes.push(candidate);
        }
    }
    primes.len()
}
