//! Rust programs over Granary for interop/rust.test.js: each export is one. It returns when all was
//! as it should be; otherwise it panics, and `message` is what the panic said.

mod arenas;
mod collections;
mod layouts;
mod random;

use std::cell::UnsafeCell;
use std::fmt::{self, Write};

#[global_allocator]
static ALLOCATOR: granary::Granary = granary::Granary;

/// Text in static memory: a panic may be about the allocator, so it is told without one.
struct Message {
    text: UnsafeCell<([u8; 1024], usize)>,
}

// SAFETY: the program has one thread.
unsafe impl Sync for Message {}

static MESSAGE: Message = Message {
    text: UnsafeCell::new(([0; 1024], 0)),
};

impl Write for &Message {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        // SAFETY: one thread, and no reference outlives a call.
        let (text, length) = unsafe { &mut *self.text.get() };
        let count = more.len().min(text.len() - *length);
        text[*length..*length + count].copy_from_slice(&more.as_bytes()[..count]);
        *length += count;
        Ok(())
    }
}

/// From here on a panic leaves its message.
#[no_mangle]
pub extern "C" fn keep_messages() {
    std::panic::set_hook(Box::new(|info| {
        let _ = write!(&mut &MESSAGE, "{info}");
    }));
}

#[no_mangle]
pub extern "C" fn message() -> *const u8 {
    MESSAGE.text.get().cast()
}

#[no_mangle]
pub extern "C" fn message_length() -> usize {
    // SAFETY: one thread, and no reference outlives a call.
    unsafe { (*MESSAGE.text.get()).1 }
}
