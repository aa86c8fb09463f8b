//! A program for WASI whose std, and the C library below std, allocate beside it: maps of strings, what
//! the host passes in, files and folders, and blocks of C. Prints what interop/rust-wasi.test.js expects.

use std::collections::{BTreeMap, HashMap};
use std::{env, fs, slice};

#[global_allocator]
static ALLOCATOR: granary::Granary = granary::Granary;

extern "C" {
    fn malloc(size: usize) -> *mut u8;
    fn free(ptr: *mut u8);
    fn granary_verify() -> u32;
}

const KEYS: u32 = 50_000;
const C_BLOCKS: usize = 500;

fn text(key: u32) -> String {
    format!("text {key} ").repeat(1 + key as usize % 7)
}

/// The size of a block of C, which is also what its bytes are made of.
fn size(index: usize) -> usize {
    1 + index * 37 % 5000
}

fn main() {
    let blocks: Vec<*mut u8> = (0..C_BLOCKS)
        .map(|index| {
            // SAFETY: the block has so many bytes.
            unsafe {
                let block = malloc(size(index));
                block.write_bytes(size(index) as u8, size(index));
                block
            }
        })
        .collect();

    let mut texts: HashMap<u32, String> = (0..KEYS).map(|key| (key, text(key))).collect();
    texts.retain(|key, _| key % 3 != 0);
    let sorted: BTreeMap<u32, String> = texts.into_iter().collect();
    let right = sorted.iter().filter(|(key, value)| **value == text(**key));
    println!("right texts: {} of {}", right.count(), sorted.len());

    println!("arguments: {:?}", env::args().skip(1).collect::<Vec<_>>());

    let long = text(6).repeat(20_000);
    fs::create_dir_all("files/below").unwrap();
    fs::write("files/long", &long).unwrap();
    println!("same file: {}", fs::read_to_string("files/long").unwrap() == long);
    println!("entries: {}", fs::read_dir("files").unwrap().count());

    let wrong: usize = blocks
        .iter()
        .enumerate()
        .map(|(index, block)| {
            // SAFETY: nothing else writes there.
            let bytes = unsafe { slice::from_raw_parts(*block, size(index)) };
            bytes.iter().filter(|byte| **byte != size(index) as u8).count()
        })
        .sum();
    // SAFETY: each is freed once.
    blocks.into_iter().for_each(|block| unsafe { free(block) });
    println!("wrong bytes of C: {wrong}");
    // SAFETY: it only reads the heap.
    println!("broken rules: {}", unsafe { granary_verify() });
}
