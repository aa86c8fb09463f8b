// Making a block smaller never fails for want of memory, with any engine.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setMaximumPages } from "../bench/memory-section.js";
import {
  CheckedHeap,
  Heap,
  assemble,
  assertThrows,
  moduleBytes,
} from "./support/package-staged.js";

const engines = {
  "classic.wasm": () =>
    Heap.createSync({ module: setMaximumPages(moduleBytes("classic.wasm"), 4) }),
  "granary-import.wasm in a page": () => Heap.create({ maximumPages: 1 }),
  "granary-checked-import.wasm in three pages": () => CheckedHeap.create({ maximumPages: 3 }),
};

/** Takes all that there is, large blocks first. */
function fill(heap) {
  for (const length of [20_000, 1000, 100, 10, 1]) {
    while (heap.tryAlloc(length, { alignment: 1 }) !== null);
  }
}

for (const [name, open] of Object.entries(engines)) {
  describe(`a full memory over ${name}`, () => {
    for (const from of [33, 1000, 2049, 20_000]) {
      test(`lets a block of ${from} bytes shrink, to any length, and keeps its bytes`, async () => {
        const heap = await open();
        let pointer = heap.alloc(from);
        heap.bytes(pointer).forEach((_, i, bytes) => (bytes[i] = i));
        fill(heap);
        for (let length = from; length > 0; length = length >> 1) {
          pointer = heap.realloc(pointer, length);
          assert.equal(heap.lengthOf(pointer), length);
          assert.ok(heap.bytes(pointer).every((byte, i) => byte === (i & 0xff)));
          assert.equal(heap.has(pointer), true);
        }
        heap.free(pointer);
        assert.equal(heap.has(pointer), false);
      });
    }
  });
}

describe("a block that shrank where the engine had no place for a smaller one", () => {
  test("is freed and resized with the length that the engine knows", async () => {
    const heap = Heap.createSync({ module: refusing });
    const pointer = heap.alloc(1000, { alignment: 8 });
    heap.exports.full.value = 1;
    assert.equal(heap.realloc(pointer, 100), pointer);
    assert.equal(heap.lengthOf(pointer), 100);
    assert.equal(heap.resize(pointer, 50), false);
    assert.equal(lengthGiven(heap), 1000);
    assert.equal(heap.remap(pointer, 50), null);
    assert.equal(lengthGiven(heap), 1000);
    heap.free(pointer);
    assert.equal(lengthGiven(heap), 1000);
  });

  test("can grow again to the length that the engine knows, and no further", async () => {
    const heap = Heap.createSync({ module: refusing });
    const pointer = heap.alloc(1000);
    heap.exports.full.value = 1;
    for (const length of [100, 700, 1, 1000]) {
      assert.equal(heap.realloc(pointer, length), pointer);
      assert.equal(heap.bytes(pointer).length, length);
    }
    assert.equal(heap.realloc(pointer, 100), pointer);
    await assertThrows(
      "ERR_NO_MEMORY",
      /for 1001 bytes: the memory has 1 of at most \d+ pages$/,
      () => heap.realloc(pointer, 1001),
    );
    assert.equal(heap.lengthOf(pointer), 100);
    await assertThrows("ERR_RANGE", /has 100 bytes/, () => heap.bytes(pointer, 101));
  });

  test("is handed over with the length that the engine knows", () => {
    const heap = Heap.createSync({ module: refusing });
    const pointer = heap.alloc(1000);
    heap.exports.full.value = 1;
    heap.realloc(pointer, 100);
    assert.deepEqual(heap.disown(pointer), { length: 1000, alignment: 16 });
  });

  test("moves when there is a place again, and keeps its contents", () => {
    const heap = Heap.createSync({ module: refusing });
    const pointer = heap.alloc(1000);
    heap.bytes(pointer).fill(1);
    heap.exports.full.value = 1;
    heap.realloc(pointer, 100);
    heap.exports.full.value = 0;
    const moved = heap.realloc(pointer, 2000);
    assert.notEqual(moved, pointer);
    assert.ok(heap.bytes(moved, 100).every((byte) => byte === 1));
    assert.ok(
      heap
        .bytes(moved)
        .subarray(100)
        .every((byte) => byte === 0),
    );
    assert.equal(lengthGiven(heap), 1000, "the old one was freed with it");
  });
});

/** The length that the latest call but alloc was given. */
const lengthGiven = ({ exports }) => exports.length.value;

/** Stands in for an engine that never resizes nor remaps, and gives no block while it is `full`. */
const refusing = assemble(`(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 0))
  (global $full (export "full") (mut i32) (i32.const 0))
  (global $length (export "length") (mut i32) (i32.const 0))
  (func (export "alloc") (param i32 i32 i32 i32) (result i32)
    (if (global.get $full) (then (return (i32.const 0))))
    (global.set $next (i32.add (global.get $next) (i32.const 4096)))
    (global.get $next))
  (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32)
    (global.set $length (local.get 2))
    (i32.const 0))
  (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32)
    (global.set $length (local.get 2))
    (i32.const 0))
  (func (export "free") (param i32 i32 i32 i32 i32)
    (global.set $length (local.get 2))))`);
