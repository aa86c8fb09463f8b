//! Granary as the global allocator of a Rust program for WebAssembly: wasm32-unknown-unknown,
//! wasm32-wasip1, wasm32-wasip2, wasm32v1-none and their kin.
//!
//! ```ignore
//! #[global_allocator]
//! static ALLOCATOR: granary::Granary = granary::Granary;
//! ```
//!
//! The engine is in the library that build.rs links, libgranary.a for most targets. Its sizes and
//! alignments are bytes, as those of a `Layout` are, so nothing is converted here.

#![no_std]

#[cfg(not(target_arch = "wasm32"))]
compile_error!(
    "granary is for 32-bit WebAssembly: cargo build --target wasm32-unknown-unknown (or wasm32-wasip1, ...)"
);

mod arena;

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;

pub use arena::Arena;

/// The allocator has no state of its own: every value of this type stands for the one heap of the
/// program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Granary;

// include/granary.h says what these functions do and what they leave undefined.
extern "C" {
    fn granary_alloc(size: usize, align: usize) -> *mut u8;
    fn granary_alloc_zeroed(size: usize, align: usize) -> *mut u8;
    fn granary_remap(ptr: *mut u8, size: usize, align: usize, new_size: usize) -> *mut u8;
    fn granary_free(ptr: *mut u8, size: usize, align: usize);
}

// SAFETY: a block is `size` bytes at an address that is a multiple of `align`, disjoint from every
// other live block, until it is freed; no call unwinds. Granary asks of its callers what
// `GlobalAlloc` asks of them (the block's own layout, a `new_size` of at least 1) and no more: it also
// serves blocks of size 0, which `GlobalAlloc` leaves undefined.
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

    /// Keeps the block in place where there is room. Returns null, and leaves the block as it was, when
    /// there is no memory to grow it. A block that shrinks and has no smaller place stays where it is.
    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        let remapped = granary_remap(ptr, size, align, new_size);
        if !remapped.is_null() {
            return remapped;
        }
        let moved = granary_alloc(new_size, align);
        // The block grows here: `granary_remap` never refuses to make one smaller.
        if !moved.is_null() {
            ptr::copy_nonoverlapping(ptr, moved, size);
            granary_free(ptr, size, align);
        }
        moved
    }
}
