//! What `GlobalAlloc` promises beyond plain blocks: alignment, zeroed blocks, realloc, and refusal
//! that leaves everything as it was.

use std::alloc::{alloc, alloc_zeroed, dealloc, realloc, Layout};
use std::slice;

/// The address of a first small block, which lives on.
#[no_mangle]
pub extern "C" fn first_block() -> *mut u64 {
    Box::into_raw(Box::new(7))
}

/// Blocks at `align`, small and large, disjoint and aligned, also after realloc.
#[no_mangle]
pub extern "C" fn aligned(align: usize) {
    let sizes = [1, align / 2 + 1, align, align + 1, 5000];
    let layouts = sizes.map(|size| Layout::from_size_align(size, align).unwrap());
    // SAFETY: every layout has a size above 0 and is the one of its block.
    unsafe {
        let blocks = layouts.map(|layout| alloc(layout));
        for (at, block) in blocks.iter().enumerate() {
            assert!(!block.is_null());
            assert_eq!(*block as usize % align, 0, "{} bytes", sizes[at]);
            block.write_bytes(at as u8, sizes[at]);
        }
        for (at, block) in blocks.iter().enumerate() {
            let longer = realloc(*block, layouts[at], 3 * sizes[at]);
            assert_eq!(
                longer as usize % align,
                0,
                "{} bytes made longer",
                sizes[at]
            );
            let kept = slice::from_raw_parts(longer, sizes[at]);
            assert!(
                kept.iter().all(|byte| *byte == at as u8),
                "{} bytes",
                sizes[at]
            );
            dealloc(
                longer,
                Layout::from_size_align(3 * sizes[at], align).unwrap(),
            );
        }
    }
}

/// Zero where something was written before.
#[no_mangle]
pub extern "C" fn zeroed(size: usize) {
    drop(vec![0xffu8; size]);
    let blocks: [Vec<u8>; 10] = std::array::from_fn(|_| vec![0; size]);
    assert!(blocks.iter().flatten().all(|byte| *byte == 0));
    let layout = Layout::from_size_align(size, 64).unwrap();
    // SAFETY: `size` is above 0, and the layout is the block's.
    unsafe {
        let block = alloc_zeroed(layout);
        assert_eq!(block as usize % 64, 0);
        assert!(slice::from_raw_parts(block, size)
            .iter()
            .all(|byte| *byte == 0));
        dealloc(block, layout);
    }
}

/// A vector grows from 1 byte to `size` by doublings and by single bytes, beside another, and back.
#[no_mangle]
pub extern "C" fn grown(size: usize) {
    let mut bytes: Vec<u8> = vec![1];
    let mut neighbours = Vec::new();
    while bytes.len() < size {
        bytes.reserve_exact(bytes.len() + 1);
        neighbours.push(vec![0xeeu8; bytes.len()]);
        let longer = 2 * bytes.len() + 1;
        bytes.extend((bytes.len()..longer).map(|index| (index % 251) as u8));
    }
    while bytes.len() > 1 {
        let expected = (1..bytes.len()).map(|index| (index % 251) as u8);
        assert!(
            bytes[1..].iter().copied().eq(expected),
            "{} bytes",
            bytes.len()
        );
        bytes.truncate(bytes.len() / 2);
        bytes.shrink_to_fit();
    }
    assert!(neighbours.iter().flatten().all(|byte| *byte == 0xee));
}

/// With free memory above it, a block of `size` bytes gets twice its length where it is.
#[no_mangle]
pub extern "C" fn grown_in_place(size: usize) {
    drop(vec![0u8; 4 * size]);
    let mut bytes = vec![0x5au8; size];
    let address = bytes.as_ptr();
    bytes.reserve_exact(2 * size);
    assert_eq!(bytes.as_ptr(), address);
    assert!(bytes.iter().all(|byte| *byte == 0x5a));
}

/// What the memory has no room for is refused; the block stays, and the allocator goes on.
#[no_mangle]
pub extern "C" fn refused(size: usize) {
    let mut bytes = vec![0x5au8; 1000];
    assert!(bytes.try_reserve(size).is_err());
    assert!(bytes.try_reserve_exact(isize::MAX as usize - 1000).is_err());
    assert!(Vec::<u64>::new().try_reserve(size / 8).is_err());
    let layout = Layout::from_size_align(1000, 8).unwrap();
    // SAFETY: the layout is the block's; a refused realloc leaves it.
    unsafe {
        let block = alloc(layout);
        block.write_bytes(0x77, 1000);
        assert!(realloc(block, layout, size).is_null());
        assert!(alloc_zeroed(Layout::from_size_align(size, 16).unwrap()).is_null());
        assert!(slice::from_raw_parts(block, 1000)
            .iter()
            .all(|byte| *byte == 0x77));
        dealloc(block, layout);
    }
    assert_eq!(bytes, [0x5a; 1000]);
    bytes.try_reserve(1000).unwrap();
}

/// In a memory that is full to the last byte a vector gives back what it does not need.
#[no_mangle]
pub extern "C" fn shrunk_in_full_memory(size: usize, new_size: usize) {
    // So many that their class, if it is one of small blocks, has spans of slots.
    let others: Vec<Vec<u8>> = (0..(1 << 15) / size).map(|_| vec![0x5a; size]).collect();
    let mut bytes = vec![0x5au8; size];
    let mut length = 1 << 20;
    while length > 0 {
        let layout = Layout::from_size_align(length, 1).unwrap();
        // SAFETY: `length` is above 0. Nothing of it is freed.
        if unsafe { alloc(layout) }.is_null() {
            length /= 2;
        }
    }
    bytes.truncate(new_size);
    bytes.shrink_to_fit();
    assert_eq!(bytes.capacity(), new_size);
    assert!(bytes.iter().all(|byte| *byte == 0x5a));
    assert!(others.iter().flatten().all(|byte| *byte == 0x5a));
}

/// Allocated and freed, over and over.
#[no_mangle]
pub extern "C" fn freed(size: usize, times: u32) {
    for _ in 0..times {
        let mut bytes = Vec::<u8>::with_capacity(size);
        // SAFETY: `size` is above 0. What is written is not seen, but has to be, so the compiler
        // cannot leave the block out.
        unsafe { bytes.as_mut_ptr().write_volatile(1) };
    }
}
