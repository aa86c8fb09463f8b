//! Collections of Rust's standard library, driven at random beside models that need no allocator:
//! arrays on the stack. Every export takes a seed and the number of operations.

use crate::random::Random;
use std::cell::Cell;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::rc::Rc;

/// The byte at `index` of what was written under the name `id`.
fn pattern(id: u32, index: usize) -> u8 {
    (id.wrapping_mul(0x9e37_79b1) >> 24) as u8 ^ index as u8
}

/// Blocks of up to 16 KiB, many at once, that grow, shrink, are given up and begin anew.
#[no_mangle]
pub extern "C" fn vec(seed: u32, operations: u32) {
    let mut random = Random::new(seed);
    let mut blocks: [Vec<u8>; 100] = std::array::from_fn(|_| Vec::new());
    let mut models = [(0u32, 0usize); 100];
    for operation in 0..operations {
        let at = random.below(blocks.len());
        let (block, (id, length)) = (&mut blocks[at], &mut models[at]);
        let target = random.length(14);
        match random.below(8) {
            0 => {
                *block = Vec::with_capacity(target);
                (*id, *length) = (operation, 0);
            }
            1 => {
                block.truncate(target);
                block.shrink_to_fit();
                *length = target.min(*length);
            }
            2..=3 => {
                for index in *length..*length + 20 {
                    block.push(pattern(*id, index));
                }
                *length += 20;
            }
            _ => {
                let more = target.saturating_sub(*length);
                block.extend((*length..*length + more).map(|index| pattern(*id, index)));
                *length += more;
            }
        }
        assert_eq!(block.len(), *length);
        let mut bytes = block.iter().enumerate();
        assert!(
            bytes.all(|(index, byte)| *byte == pattern(*id, index)),
            "block {at}"
        );
    }
    for (at, block) in blocks.iter().enumerate() {
        let (id, length) = models[at];
        assert_eq!(block.len(), length);
        let mut bytes = block.iter().enumerate();
        assert!(
            bytes.all(|(index, byte)| *byte == pattern(id, index)),
            "block {at}"
        );
    }
}

/// One text that is edited at both ends and in the middle.
#[no_mangle]
pub extern "C" fn string(seed: u32, operations: u32) {
    let mut random = Random::new(seed);
    let mut text = String::new();
    let (mut model, mut length) = ([0u8; 4096], 0usize);
    for _ in 0..operations {
        let letter = b'a' + random.below(26) as u8;
        match random.below(6) {
            0..=1 if length < model.len() => {
                text.push(letter.into());
                model[length] = letter;
                length += 1;
            }
            2 if length < model.len() => {
                let at = random.below(length + 1);
                text.insert(at, letter.into());
                model.copy_within(at..length, at + 1);
                model[at] = letter;
                length += 1;
            }
            3 if length > 0 => {
                let at = random.below(length);
                assert_eq!(text.remove(at), char::from(model[at]));
                model.copy_within(at + 1..length, at);
                length -= 1;
            }
            4 => text = text.clone(),
            5 if random.below(200) == 0 => {
                text.truncate(length / 8);
                text.shrink_to_fit();
                length /= 8;
            }
            _ => text = ["", &text].concat(),
        }
        assert_eq!(text.len(), length);
        assert_eq!(text.as_bytes(), &model[..length]);
    }
}

/// Keys with texts of their own.
#[no_mangle]
pub extern "C" fn hash_map(seed: u32, operations: u32) {
    let mut random = Random::new(seed);
    let mut map = HashMap::new();
    let mut model = [None; 2000];
    let text = |key: usize, version: u32| format!("{version} of {key}").repeat(1 + key % 9);
    for operation in 0..operations {
        let key = random.below(model.len());
        let expected = model[key].map(|version| text(key, version));
        assert_eq!(map.get(&key), expected.as_ref());
        if random.below(5) < 3 {
            assert_eq!(map.insert(key, text(key, operation)), expected);
            model[key] = Some(operation);
        } else {
            assert_eq!(map.remove(&key), expected);
            model[key] = None;
        }
    }
    assert_eq!(map.len(), model.iter().flatten().count());
    for (key, value) in &map {
        assert_eq!(*value, text(*key, model[*key].unwrap()));
    }
}

/// Keys in order, with boxed slices; now and then a range is split off.
#[no_mangle]
pub extern "C" fn btree_map(seed: u32, operations: u32) {
    let mut random = Random::new(seed);
    let mut map: BTreeMap<usize, Box<[u8]>> = BTreeMap::new();
    let mut model = [None; 2000];
    let slice = |id: u32| {
        (0..id as usize % 300)
            .map(|index| pattern(id, index))
            .collect()
    };
    for operation in 0..operations {
        let key = random.below(model.len());
        let expected: Option<Box<[u8]>> = model[key].map(slice);
        match random.below(1000) {
            0 => {
                let upper = map.split_off(&key);
                assert!(upper.keys().all(|found| *found >= key));
                assert_eq!(upper.len(), model[key..].iter().flatten().count());
                model[key..].fill(None);
            }
            1..=600 => {
                assert_eq!(map.insert(key, slice(operation)), expected);
                model[key] = Some(operation);
            }
            _ => {
                assert_eq!(map.remove(&key), expected);
                model[key] = None;
            }
        }
    }
    let present = (0..model.len()).filter(|key| model[*key].is_some());
    assert!(map.keys().copied().eq(present));
    for (key, value) in &map {
        assert_eq!(*value, slice(model[*key].unwrap()));
    }
}

/// Pushed and popped at both ends; the boxes lie where the deque would grow.
#[no_mangle]
pub extern "C" fn vec_deque(seed: u32, operations: u32) {
    let mut random = Random::new(seed);
    let mut deque = VecDeque::new();
    // A ring: the deque's items are the `length` from `first` on.
    let (mut model, mut first, mut length) = ([0u64; 4096], 0usize, 0usize);
    for operation in 0..operations {
        let value = random.bits();
        // In turns most operations push and most pop.
        let growing = (operation % 5000 < 3000) != (random.below(4) == 0);
        match (random.below(2), growing && length < model.len()) {
            (0, true) => {
                deque.push_back(Box::new(value));
                model[(first + length) % model.len()] = value;
                length += 1;
            }
            (_, true) => {
                deque.push_front(Box::new(value));
                first = (first + model.len() - 1) % model.len();
                model[first] = value;
                length += 1;
            }
            (0, false) if length > 0 => {
                length -= 1;
                let expected = model[(first + length) % model.len()];
                assert_eq!(deque.pop_back().as_deref(), Some(&expected));
            }
            (_, false) if length > 0 => {
                assert_eq!(deque.pop_front().as_deref(), Some(&model[first]));
                first = (first + 1) % model.len();
                length -= 1;
            }
            _ => assert_eq!(deque.pop_front(), None),
        }
        if random.below(1000) == 0 {
            deque.shrink_to_fit();
        }
        assert_eq!(deque.len(), length);
    }
    let expected = (first..first + length).map(|at| model[at % model.len()]);
    assert!(deque.iter().map(|item| **item).eq(expected));
}

/// The greatest comes out first.
#[no_mangle]
pub extern "C" fn binary_heap(seed: u32, operations: u32) {
    let mut random = Random::new(seed);
    let mut heap = BinaryHeap::new();
    let mut counts = [0u32; 500];
    let greatest = |counts: &mut [u32; 500]| {
        let found = counts.iter().rposition(|count| *count > 0)?;
        counts[found] -= 1;
        Some(Box::new(found))
    };
    for _ in 0..operations {
        if random.below(5) < 3 {
            let value = random.below(counts.len());
            heap.push(Box::new(value));
            counts[value] += 1;
        } else {
            assert_eq!(heap.pop(), greatest(&mut counts));
        }
    }
    while let Some(value) = heap.pop() {
        assert_eq!(Some(value), greatest(&mut counts));
    }
    assert_eq!(counts, [0; 500]);
}

struct Owned<'a> {
    id: u32,
    text: Box<str>,
    dropped: &'a Cell<usize>,
}

impl Drop for Owned<'_> {
    fn drop(&mut self) {
        assert_eq!(*self.text, *self.id.to_string());
        self.dropped.set(self.dropped.get() + 1);
    }
}

/// Shared values, each dropped once: when its last owner goes.
#[no_mangle]
pub extern "C" fn rc(seed: u32, operations: u32) {
    let mut random = Random::new(seed);
    let dropped = Cell::new(0);
    let mut made = 0;
    let mut owners: [Option<Rc<Owned>>; 150] = std::array::from_fn(|_| None);
    let mut model = [None; 150];
    let owned_by =
        |model: &[Option<u32>], id| model.iter().filter(|found| **found == Some(id)).count();
    for operation in 0..operations {
        let at = random.below(owners.len());
        match random.below(3) {
            0 => {
                let text = operation.to_string().into_boxed_str();
                owners[at] = Some(Rc::new(Owned {
                    id: operation,
                    text,
                    dropped: &dropped,
                }));
                model[at] = Some(operation);
                made += 1;
            }
            1 => {
                let other = random.below(owners.len());
                owners[at] = owners[other].clone();
                model[at] = model[other];
            }
            _ => {
                owners[at] = None;
                model[at] = None;
            }
        }
        assert_eq!(owners[at].as_ref().map(|owner| owner.id), model[at]);
        if let Some(owner) = &owners[at] {
            assert_eq!(Rc::strong_count(owner), owned_by(&model, owner.id));
        }
    }
    let mut live = 0;
    for at in 0..owners.len() {
        if let Some(id) = model[at] {
            assert_eq!(owners[at].as_ref().unwrap().id, id);
            live += usize::from(!model[..at].contains(&Some(id)));
        }
    }
    assert_eq!(dropped.get() + live, made);
    drop(owners);
    assert_eq!(dropped.get(), made);
}
