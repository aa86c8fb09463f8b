//! Arenas: what they keep, what they give back, and that they lie where they should.

use granary::Arena;
use std::alloc::Layout;
use std::mem::MaybeUninit;

struct Node<'arena> {
    value: u32,
    next: Option<&'arena Node<'arena>>,
}

/// Builds a list that lies in an arena.
#[no_mangle]
pub extern "C" fn arena_list(count: u32) {
    let arena = Arena::new().unwrap();
    let mut first: Option<&Node> = None;
    for value in 1..=count {
        first = Some(arena.alloc(Node { value, next: first }).unwrap());
    }
    let mut expected = count;
    while let Some(node) = first {
        assert_eq!(node.value, expected);
        expected -= 1;
        first = node.next;
    }
    assert_eq!(expected, 0);
}

/// Values of many sizes and alignments keep what they are beside each other.
#[no_mangle]
pub extern "C" fn arena_mixed(count: u32) {
    #[repr(align(64))]
    #[derive(Clone, Copy)]
    struct Wide(u8);

    let mut arena = Arena::with_first_size(100).unwrap();
    for _ in 0..3 {
        let mut texts = Vec::new();
        let mut numbers = Vec::new();
        let mut wide = Vec::new();
        for at in 0..count {
            texts.push(arena.alloc_str(&"x".repeat(at as usize % 50)).unwrap());
            numbers.push(arena.alloc_slice(&[u64::from(at); 3]).unwrap());
            wide.push(arena.alloc(Wide(at as u8)).unwrap());
        }
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(**text, "x".repeat(at % 50));
            assert_eq!(*numbers[at], [at as u64; 3]);
            assert_eq!(wide[at].0, at as u8);
            assert_eq!(wide[at] as *const Wide as usize % 64, 0);
            assert_eq!(numbers[at].as_ptr() as usize % 8, 0);
        }
        drop((texts, numbers, wide));
        arena.reset();
    }
    assert_eq!(*arena.alloc(()).unwrap(), ());
    assert!(arena.alloc_slice::<u32>(&[]).unwrap().is_empty());
}

/// An arena over a buffer stays in it, and says when it is full.
#[no_mangle]
pub extern "C" fn arena_over_buffer() {
    let mut buffer = [MaybeUninit::<u8>::uninit(); 500];
    let range = buffer.as_ptr_range();
    let (begin, end) = (range.start as usize, range.end as usize);
    let mut arena = Arena::over(&mut buffer).unwrap();
    let mut count = 0;
    while let Some(byte) = arena.alloc(7u8) {
        let address = byte as *const u8 as usize;
        assert!(begin <= address && address < end);
        count += 1;
    }
    assert!(count >= 450);
    arena.reset();
    assert!(arena.alloc_slice(&[1u8; 400]).is_some());
    assert!(Arena::over(&mut [MaybeUninit::<u8>::uninit(); 8]).is_none());
}

/// Requests of an arena that is reset, and of one that ends each time.
#[no_mangle]
pub extern "C" fn arena_requests(rounds: u32) {
    let mut kept = Arena::new().unwrap();
    kept.keep_at_most(100_000);
    for _ in 0..rounds {
        let own = Arena::new().unwrap();
        for size in 1..300 {
            let layout = Layout::from_size_align(size, 8).unwrap();
            own.alloc_layout(layout).unwrap();
            kept.alloc_layout(layout).unwrap();
        }
        kept.reset();
    }
}

/// Without memory the answer is `None`, and the arena goes on with what it has.
#[no_mangle]
pub extern "C" fn arena_refused(size: usize) {
    let arena = Arena::new().unwrap();
    let first = arena.alloc_str("first").unwrap();
    let layout = Layout::from_size_align(size, 1).unwrap();
    assert!(arena.alloc_layout(layout).is_none());
    assert_eq!(arena.alloc_str("second").unwrap(), "second");
    assert_eq!(first, "first");
}
