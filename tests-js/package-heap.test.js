// The class of the npm package in right use: blocks, lengths, alignments, strings. package-views.test.js
// has growth and views, and package-misuse.test.js wrong use.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Heap, assemble, moduleBytes } from "./support/package-staged.js";
import { Random, seeds } from "./support/random.js";

describe("a heap", () => {
  test("gives blocks of their own, at multiples of 16 unless told otherwise", async () => {
    const heap = await Heap.create();
    const first = heap.alloc(1025);
    const second = heap.alloc(1025);
    heap.bytes(first).fill(1);
    heap.bytes(second).fill(2);
    assert.ok(heap.bytes(first).every((byte) => byte === 1));
    assert.equal(heap.lengthOf(first), 1025);
    for (let i = 1; i < 100; i++) assert.equal(heap.alloc(i) % 16, 0);
  });

  test("takes alignments in bytes, from 1 up to where the memory ends", async () => {
    const heap = await Heap.create();
    for (let alignment = 1; alignment <= 2 ** 20; alignment *= 2) {
      assert.equal(heap.alloc(1, { alignment }) % alignment, 0, `${alignment}`);
    }
    assert.notEqual(heap.alloc(1, { alignment: undefined }), 0);
  });

  test("asks the module for exactly the alignment that was asked for", async () => {
    const heap = Heap.createSync({ module: moduleBytes("classic.wasm") });
    // In `classic` the slots of one size lie side by side, so their distance is their size.
    const distance = (options) => {
      const first = heap.alloc(3, options);
      return heap.alloc(3, options) - first;
    };
    assert.equal(distance({ alignment: 1 }), 8);
    assert.equal(distance(), 16);
    assert.equal(distance({ alignment: 64 }), 64);
  });

  test("gives a block of length 0 a pointer of its own", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(0);
    assert.equal(heap.has(pointer), true);
    assert.equal(heap.bytes(pointer).length, 0);
    heap.free(pointer);
    assert.equal(heap.has(pointer), false);
  });

  test("uses freed memory again, so a loop of equal work does not go on growing", async () => {
    const heap = await Heap.create();
    heap.free(heap.alloc(100_000));
    const { byteLength } = heap.memory.buffer;
    for (let i = 0; i < 1000; i++) heap.free(heap.alloc(100_000));
    assert.equal(heap.memory.buffer.byteLength, byteLength);
  });

  test("resizes where the block is, or says false and leaves it", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(10_000);
    const above = heap.alloc(10_000);
    assert.equal(heap.resize(pointer, 9_000), true);
    assert.equal(heap.lengthOf(pointer), 9_000);
    assert.equal(heap.resize(pointer, 30_000), false);
    assert.equal(heap.lengthOf(pointer), 9_000);
    assert.equal(heap.lengthOf(above), 10_000);
  });

  test("frees a block with its alignment and the length that the last resize gave it", async () => {
    const heap = Heap.createSync({ module: recorder });
    const pointer = heap.alloc(1000, { alignment: 64 });
    heap.free(pointer);
    assert.deepEqual(freed(heap), [pointer, 1000, 6]);
    const resized = heap.alloc(1000);
    heap.resize(resized, 900);
    heap.free(resized);
    assert.deepEqual(freed(heap), [resized, 900, 4]);
  });

  test("remaps to a pointer that replaces the one before, or says null and leaves it", async () => {
    const heap = await Heap.create();
    const before = heap.alloc(50_000);
    const pointer = heap.alloc(50_000);
    heap.alloc(16);
    heap.bytes(pointer).fill(7);
    assert.equal(heap.remap(pointer, 80_000), null);
    assert.equal(heap.lengthOf(pointer), 50_000);
    heap.free(before);
    const moved = heap.remap(pointer, 80_000);
    assert.equal(moved, before, "it moved down into the free block below it");
    assert.equal(heap.has(pointer), false);
    assert.equal(heap.lengthOf(moved), 80_000);
    assert.ok(heap.bytes(moved, 50_000).every((byte) => byte === 7));
  });

  test("reallocates in place, by remap, or into a new block, and keeps bytes and alignment", async () => {
    const heap = await Heap.create();
    const before = heap.alloc(50_000, { alignment: 4096 });
    const pointer = heap.alloc(50_000, { alignment: 4096 });
    const above = heap.alloc(50_000);
    heap.bytes(pointer).fill(9);
    const kept = (at, length) => heap.bytes(at, length).every((byte) => byte === 9);

    assert.equal(heap.realloc(pointer, 40_000), pointer, "in place");
    const moved = heap.realloc(pointer, 100_000);
    assert.notEqual(moved, pointer);
    assert.equal(moved % 4096, 0);
    assert.equal(heap.lengthOf(moved), 100_000);
    assert.ok(kept(moved, 40_000), "in a new block");
    assert.equal(heap.has(pointer), false);

    for (const live of [before, moved, above]) heap.free(live);
  });

  test("reallocates with resize where that serves, with remap where only that does", async () => {
    const yes = Heap.createSync({ module: recorder });
    const there = yes.alloc(100);
    assert.equal(yes.realloc(there, 50), there);

    const heap = await Heap.create({ maximumPages: 3 });
    const before = heap.alloc(50_000);
    const pointer = heap.alloc(80_000);
    while (heap.tryAlloc(16) !== null);
    heap.free(before);
    assert.equal(heap.realloc(pointer, 100_000), before, "no new block fits");
  });

  test("frees the old block when it reallocates into a new one", async () => {
    const heap = await Heap.create({ maximumPages: 8 });
    const first = heap.alloc(100_000);
    heap.alloc(16);
    assert.notEqual(heap.realloc(first, 150_000), first);
    assert.equal(heap.alloc(100_000), first);
  });

  test("copies data of every class into a block, byte for byte", async () => {
    const heap = await Heap.create();
    const bytes = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (const data of [
      bytes,
      bytes.buffer,
      new DataView(bytes.buffer),
      new Float64Array(bytes.buffer),
      Buffer.from(bytes),
    ]) {
      assert.deepEqual(heap.bytes(heap.allocBytes(data)), bytes);
    }
    const part = new Uint16Array(bytes.buffer, 4, 3);
    assert.deepEqual(heap.bytes(heap.allocBytes(part)), bytes.slice(4, 10));
    const wide = heap.allocBytes(part, { alignment: 4096 });
    assert.equal(wide % 4096, 0);
  });

  test("copies a block of its own, also when the copy makes the memory grow", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(1_000_000);
    heap.bytes(pointer).fill(5);
    const { buffer } = heap.memory;
    const copy = heap.allocBytes(heap.bytes(pointer));
    assert.notEqual(heap.memory.buffer, buffer, "it grew");
    assert.ok(heap.bytes(copy).every((byte) => byte === 5));
  });

  test("gives every string back as it was, with its byte order mark", async () => {
    const heap = await Heap.create();
    for (const text of ["", "granary", "\ufeffgrün \u{1f33e}\0end", "x".repeat(100_000)]) {
      const pointer = heap.allocString(text);
      assert.equal(heap.lengthOf(pointer), new TextEncoder().encode(text).length);
      assert.equal(heap.readString(pointer), text);
    }
    assert.equal(heap.readString(heap.allocString("granary"), 4), "gran");
    assert.equal(heap.readString(heap.allocBytes(Uint8Array.of(0x61, 0xff))), "a\ufffd");
  });

  test("hands a block to other code, which frees it, and takes one over from it", async () => {
    const heap = Heap.createSync({ module: recorder });
    const given = heap.alloc(100, { alignment: 64 });
    assert.deepEqual(heap.disown(given), { length: 100, alignment: 64 });
    assert.equal(heap.has(given), false);
    assert.deepEqual(freed(heap), [0, 0, 0], "it lives on");

    const taken = heap.exports.alloc(0, 200, 3, 0) >>> 0;
    heap.adopt(taken, 200, { alignment: 8 });
    assert.equal(heap.lengthOf(taken), 200);
    heap.free(taken);
    assert.deepEqual(freed(heap), [taken, 200, 3]);
  });

  test("has unsigned pointers in the upper half of the address space", async () => {
    const heap = await Heap.create();
    const half = heap.alloc(2 ** 31);
    const pointer = heap.alloc(100_000);
    assert.ok(pointer > 2 ** 31, `${pointer}`);
    heap.bytes(pointer).fill(3);
    assert.equal(heap.realloc(pointer, 200_000), pointer);
    assert.equal(heap.remap(pointer, 100_000), pointer);
    heap.free(pointer);
    heap.free(half);
  });

  for (const seed of seeds(1, 4)) {
    test(`random calls keep every block's bytes, length and alignment (SEED=${seed})`, async () => {
      await randomCalls(new Random(seed), seed % 2 === 0 ? { maximumPages: 60 } : {});
    });
  }
});

/** Stands in for an engine: blocks lie 4096 bytes apart, resize says yes, free keeps its operands. */
const recorder = assemble(`(module
  (memory (export "memory") 4)
  (global $next (mut i32) (i32.const 0))
  (global $pointer (export "pointer") (mut i32) (i32.const 0))
  (global $length (export "length") (mut i32) (i32.const 0))
  (global $alignment (export "alignment") (mut i32) (i32.const 0))
  (func (export "alloc") (param i32 i32 i32 i32) (result i32)
    (global.set $next (i32.add (global.get $next) (i32.const 4096)))
    (global.get $next))
  (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 1))
  (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "free") (param i32 i32 i32 i32 i32)
    (global.set $pointer (local.get 1))
    (global.set $length (local.get 2))
    (global.set $alignment (local.get 3))))`);

/** What `free` was called with last. */
function freed({ exports: { pointer, length, alignment } }) {
  return [pointer.value, length.value, alignment.value];
}

async function randomCalls(random, options) {
  const heap = await Heap.create(options);
  const live = [];
  for (let i = 0; i < 20_000; i++) {
    if (live.length === 0 || random.oneIn(2)) {
      const alignment = 2 ** random.below(13);
      const length = random.length(15);
      const pointer = heap.tryAlloc(length, { alignment });
      if (pointer === null) continue;
      assert.equal(pointer % alignment, 0);
      heap.bytes(pointer).fill(i);
      live.push({ pointer, length, alignment, value: i & 0xff });
      continue;
    }
    const index = random.below(live.length);
    const block = live[index];
    const newLength = random.length(15);
    const same = (bytes) => bytes.every((byte) => byte === block.value);
    assert.equal(heap.lengthOf(block.pointer), block.length);
    assert.ok(same(heap.bytes(block.pointer)), `block of ${block.length}`);
    const call = random.below(5);
    if (call < 2) {
      heap.free(block.pointer);
      live[index] = live.at(-1);
      live.pop();
      continue;
    }
    if (call === 2 && !heap.resize(block.pointer, newLength)) continue;
    if (call > 2) {
      const moved =
        call === 3 ? heap.remap(block.pointer, newLength) : tryRealloc(heap, block, newLength);
      if (moved === null) continue;
      block.pointer = moved;
    }
    assert.equal(block.pointer % block.alignment, 0);
    const kept = heap.bytes(block.pointer, Math.min(block.length, newLength));
    assert.ok(same(kept), `${block.length} to ${newLength}`);
    block.length = newLength;
    heap.bytes(block.pointer).fill(block.value);
  }
  for (const { pointer } of live) heap.free(pointer);
}

function tryRealloc(heap, { pointer }, newLength) {
  try {
    return heap.realloc(pointer, newLength);
  } catch (failure) {
    if (failure.code !== "ERR_NO_MEMORY") throw failure;
    return null;
  }
}
