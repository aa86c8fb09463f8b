//! Granary as the global allocator of a Rust program for wasm32-unknown-unknown:
//!
//! ```ignore
//! #[global_allocator]
//! static ALLOCATOR: granary::Granary = granary::Granary;
//! ```
//!
//! The allocator itself is libgranary.a, which build.rs links. Its sizes and alignments are bytes,
//! as those of a `Layout` are, so nothing is converted here.

#![no_std]

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
compile_error!(
    "granary is for wasm32-unknown-unknown: cargo build --target wasm32-unknown-unknown"
);

#[cfg(target_feature = "atomics")]
compile_error!("granary is not thread-safe: build without the target feature atomics");

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;

/// The allocator. It has no state of its own: every value of this type is the one heap that the
/// program has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Granary;

// What these do and what they leave undefined is written in include/granary.h.
extern "C" {
    fn granary_alloc(size: usize, align: usize) -> *mut u8;
    fn granary_alloc_zeroed(size: usize, align: usize) -> *mut u8;
    fn granary_remap(ptr: *mut u8, size: usize, align: usize, new_size: usize) -> *mut u8;
    fn granary_free(ptr: *mut u8, size: usize, align: usize);
}

// SAFETY: a block is `size` bytes at an address that is a multiple of `align`, disjoint from every
// other live block, until it is freed; no call unwinds. Granary asks of its callers what
// `GlobalAlloc` asks of them (the block's own layout, a `new_size` above 0) and no more: blocks of
// size 0, which `GlobalAlloc` leaves undefined, it serves.
unsafe impl GlobalAlloc for Granary {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        granary_alloc(layout.size(), layout.align())
    }

    /// Memory that was never used is known to be zero and is not cleared.
    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        granary_alloc_zeroed(layout.size(), layout.align())
    }

    #[inline]
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        granary_free(ptr, layout.size(), layout.align());
    }

    /// In place where there is room; null, and the block as it was, when there is no memory to
    /// grow. A block that is to shrink and has nowhere to go stays where it is.
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        let remapped = granary_remap(ptr, size, align, new_size);
        if !remapped.is_null() {
            return remapped;
        }
        let moved = granary_alloc(new_size, align);
        // Only to grow: `granary_remap` makes every block smaller.
        if !moved.is_null() {
            ptr::copy_nonoverlapping(ptr, moved, size);
            granary_free(ptr, size, align);
        }
        moved
    }
}
