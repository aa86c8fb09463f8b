//! A program whose threads share the heap of libgranary-threads.a, for interop/rust-threads.test.js. Each
//! thread is an instance over the same memory, with a stack of its own that the host gives it. It uses
//! `core` and `alloc` alone: they keep nothing that threads could share, so they are right in such a
//! program although Debian's are compiled for one thread. `std` is not.
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(not(feature = "std"), feature(alloc_error_handler))]

extern crate alloc;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

#[global_allocator]
static ALLOCATOR: granary::Granary = granary::Granary;

#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[cfg(not(feature = "std"))]
#[alloc_error_handler]
fn no_memory(_: core::alloc::Layout) -> ! {
    core::arch::wasm32::unreachable()
}

// include/granary_threads.h says what these do.
extern "C" {
    fn granary_thread_flush();
    fn granary_thread_may_wait(allowed: i32);
}

/// Texts by their numbers, and bytes that are all `tag`.
struct Parcel {
    texts: BTreeMap<u32, String>,
    bytes: Vec<u8>,
    tag: u8,
}

impl Parcel {
    fn new(random: &mut Random) -> Self {
        let number = random.next();
        let size = if number % 16 == 0 {
            number / 16 % 30_000
        } else {
            number / 16 % 300
        };
        let tag = number as u8;
        let texts = (0..number % 8).map(|_| random.next());
        let mut parcel = Parcel {
            texts: texts.map(|number| (number, number.to_string())).collect(),
            bytes: Vec::with_capacity(size as usize / 2),
            tag,
        };
        for _ in 0..size {
            parcel.bytes.push(tag);
        }
        parcel.bytes.shrink_to_fit();
        parcel
    }

    fn is_whole(&self) -> bool {
        self.bytes.iter().all(|byte| *byte == self.tag)
            && self
                .texts
                .iter()
                .all(|(number, text)| text.parse() == Ok(*number))
    }
}

/// Xorshift (G. Marsaglia, "Xorshift RNGs", 2003), from any state but 0.
struct Random(u32);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }
}

const EMPTY: AtomicPtr<Parcel> = AtomicPtr::new(ptr::null_mut());
static MAILBOXES: [AtomicPtr<Parcel>; 64] = [EMPTY; 64];

/// Puts a parcel there, or none. Returns whether the one that lay there before, if any, was whole.
fn exchange(mailbox: &AtomicPtr<Parcel>, parcel: *mut Parcel) -> bool {
    let former = mailbox.swap(parcel, Ordering::AcqRel);
    // SAFETY: what lies there comes from Box::into_raw, and only this thread took it out.
    former.is_null() || unsafe { Box::from_raw(former) }.is_whole()
}

/// Makes and passes on so many parcels, and drops those of other threads. Returns how many were not whole.
#[no_mangle]
pub extern "C" fn run(seed: u32, rounds: u32) -> u32 {
    let mut random = Random(seed | 1);
    let mut wrong = 0;
    // SAFETY: any thread may call these at any time.
    unsafe { granary_thread_may_wait(1) };
    for _ in 0..rounds {
        let parcel = Box::new(Parcel::new(&mut random));
        let mailbox = &MAILBOXES[random.next() as usize % MAILBOXES.len()];
        wrong += u32::from(!exchange(mailbox, Box::into_raw(parcel)));
    }
    unsafe { granary_thread_flush() };
    wrong
}

/// Drops what nobody fetched. Returns how many parcels were not whole.
#[no_mangle]
pub extern "C" fn empty_mailboxes() -> u32 {
    let wrong = MAILBOXES
        .iter()
        .map(|mailbox| u32::from(!exchange(mailbox, ptr::null_mut())))
        .sum();
    // SAFETY: as above.
    unsafe { granary_thread_flush() };
    wrong
}
