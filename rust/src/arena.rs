//! Arenas: heaps within the heap, whose blocks are given back all at once, as those of a request, a
//! frame or a tree are.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::{self, MaybeUninit};
use core::ptr::{self, NonNull};
use core::slice;

/// The first fields of `granary_arena`, of which only the last one may be written.
#[repr(C)]
struct Words {
    next: usize,
    end: usize,
    chunks: usize,
    chunk_size: usize,
    kept_size: usize,
}

// include/granary_arena.h says what these functions do and what they leave undefined.
extern "C" {
    fn granary_arena_new(first_size: usize) -> *mut Words;
    fn granary_arena_over(buffer: *mut u8, size: usize) -> *mut Words;
    fn granary_arena_alloc(arena: *mut Words, size: usize, align: usize) -> *mut u8;
    fn granary_arena_reset(arena: *mut Words);
    fn granary_arena_destroy(arena: *mut Words);
}

/// An arena. What lies in it is borrowed from it, so the compiler refuses its use after `reset` and after
/// the arena's end. No value in an arena is dropped: the memory is given back, and nothing else is done.
///
/// `'buffer` is how long the buffer lives that the arena lies over; one of the heap is an
/// `Arena<'static>`. An arena is neither `Send` nor `Sync`.
///
/// ```ignore
/// let mut arena = granary::Arena::new().expect("memory for an arena");
/// let name: &mut str = arena.alloc_str("grain").expect("memory for a name");
/// name.make_ascii_uppercase();
/// arena.reset();
/// ```
pub struct Arena<'buffer> {
    words: NonNull<Words>,
    buffer: PhantomData<&'buffer mut [MaybeUninit<u8>]>,
}

impl Arena<'static> {
    /// Makes an arena of the heap; `None` when there is no memory.
    pub fn new() -> Option<Self> {
        Self::with_first_size(0)
    }

    /// The same; the first chunk, which the first value takes, has room for `bytes`.
    pub fn with_first_size(bytes: usize) -> Option<Self> {
        // SAFETY: any number is a size.
        Self::at(unsafe { granary_arena_new(bytes) })
    }
}

impl<'buffer> Arena<'buffer> {
    /// Makes an arena over a buffer, which never takes other memory; `None` when the buffer is too small to
    /// hold the arena's own five words and a value.
    pub fn over(buffer: &'buffer mut [MaybeUninit<u8>]) -> Option<Self> {
        // SAFETY: the buffer is this arena's alone as long as it lives.
        Self::at(unsafe { granary_arena_over(buffer.as_mut_ptr().cast(), buffer.len()) })
    }

    fn at(words: *mut Words) -> Option<Self> {
        let buffer = PhantomData;
        NonNull::new(words).map(|words| Arena { words, buffer })
    }

    /// Returns a block for the layout, with undefined contents; `None` when there is no memory.
    pub fn alloc_layout(&self, layout: Layout) -> Option<NonNull<u8>> {
        // SAFETY: the arena lives, and the alignment of a layout is a power of two.
        NonNull::new(unsafe {
            granary_arena_alloc(self.words.as_ptr(), layout.size(), layout.align())
        })
    }

    /// Moves a value into the arena. Without memory the value is dropped, and the answer is `None`.
    #[allow(clippy::mut_from_ref)] // Every answer is another block.
    pub fn alloc<T>(&self, value: T) -> Option<&mut T> {
        let place = self.alloc_layout(Layout::new::<T>())?.cast::<T>().as_ptr();
        // SAFETY: the block has the size and the alignment of T, and nobody else has it.
        unsafe {
            place.write(value);
            Some(&mut *place)
        }
    }

    /// Copies a slice into the arena.
    #[allow(clippy::mut_from_ref)] // Every answer is another block.
    pub fn alloc_slice<T: Copy>(&self, values: &[T]) -> Option<&mut [T]> {
        let layout = Layout::for_value(values);
        let place = self.alloc_layout(layout)?.cast::<T>().as_ptr();
        // SAFETY: the block has room for as many values and their alignment, and nobody else has it.
        unsafe {
            ptr::copy_nonoverlapping(values.as_ptr(), place, values.len());
            Some(slice::from_raw_parts_mut(place, values.len()))
        }
    }

    /// Copies a text into the arena.
    #[allow(clippy::mut_from_ref)] // Every answer is another block.
    pub fn alloc_str(&self, text: &str) -> Option<&mut str> {
        let bytes = self.alloc_slice(text.as_bytes())?;
        // SAFETY: these are the bytes of a str.
        Some(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
    }

    /// Ends everything in the arena. The largest chunk stays for what comes next.
    pub fn reset(&mut self) {
        // SAFETY: the arena lives, and nothing in it is borrowed.
        unsafe { granary_arena_reset(self.words.as_ptr()) }
    }

    /// From now on, `reset` keeps no chunk of more than `bytes`.
    pub fn keep_at_most(&mut self, bytes: usize) {
        // SAFETY: the arena lives, and this is the field that users set.
        unsafe { (*self.words.as_ptr()).kept_size = bytes }
    }
}

impl Drop for Arena<'_> {
    fn drop(&mut self) {
        // SAFETY: the arena lives, and nothing in it is borrowed.
        unsafe { granary_arena_destroy(self.words.as_ptr()) }
    }
}

const _: () = assert!(mem::size_of::<Words>() == 5 * mem::size_of::<usize>());
