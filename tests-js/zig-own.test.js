// Zig 0.16's own tests of this allocator (at the end of its std/heap/BrkAllocator.zig), made through the
// exports of every product; and the first example that Granary ever ran. Zig's `Allocator.realloc` is
// remap, or else alloc, copy and free.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openHeap, pageSize, products } from "./support/products.js";
import { wordBytes } from "./support/width.js";

function realloc(heap, address, length, alignment, newLength) {
  const remapped = heap.remap(address, length, alignment, newLength);
  if (remapped !== 0) return remapped;
  const moved = heap.alloc(newLength, alignment);
  assert.notEqual(moved, 0);
  const kept = Math.min(length, newLength);
  heap.bytes(moved, kept).set(heap.bytes(address, kept));
  heap.free(address, length, alignment);
  return moved;
}

for (const product of products) {
  describe(`${product.name} passes Zig's own tests:`, () => {
    const word = 8;

    test("513 small blocks are freed in the same order, then all are allocated without growth", () => {
      const heap = openHeap(product, { reusesAtOnce: true });
      const addresses = Array.from({ length: 513 }, () => heap.alloc(word, 3));
      assert.equal(new Set(addresses).size, 513);
      const pages = heap.pages;
      for (const address of addresses) heap.free(address, word, 3);
      for (let i = 0; i < 513; i++) assert.notEqual(heap.alloc(word, 3), 0);
      assert.equal(heap.pages, pages);
    });

    test("513 small blocks are freed in reverse order, then all are allocated without growth", () => {
      const heap = openHeap(product, { reusesAtOnce: true });
      const addresses = Array.from({ length: 513 }, () => heap.alloc(word, 3));
      assert.equal(new Set(addresses).size, 513);
      const pages = heap.pages;
      for (const address of addresses.reverse()) heap.free(address, word, 3);
      for (let i = 0; i < 513; i++) assert.notEqual(heap.alloc(word, 3), 0);
      assert.equal(heap.pages, pages);
    });

    test("large blocks can be freed crosswise", () => {
      const heap = openHeap(product);
      const first = heap.alloc(42_768 * word, 3);
      const second = heap.alloc(52_768 * word, 3);
      heap.fill(second, 52_768 * word, 2);
      heap.free(first, 42_768 * word, 3);
      const third = heap.alloc(62_768 * word, 3);
      heap.fill(third, 62_768 * word, 3);
      heap.free(third, 62_768 * word, 3);
      assert.equal(heap.firstOther(second, 52_768 * word, 2), -1);
      heap.free(second, 52_768 * word, 3);
    });

    test("the largest length that there is finds no memory", () => {
      const heap = openHeap(product);
      assert.equal(heap.alloc(heap.largestLength, 0), 0);
    });

    test("realloc from 1 byte to 2 keeps the address, and to 17 it keeps the bytes", () => {
      const heap = openHeap(product);
      const first = heap.alloc(1, 2);
      heap.bytes(first, 1)[0] = 0x12;
      const second = realloc(heap, first, 1, 2, 2);
      assert.equal(second, first);
      assert.equal(heap.bytes(second, 1)[0], 0x12);
      heap.bytes(second, 2)[1] = 0x34;
      const third = realloc(heap, second, 2, 2, 17);
      assert.deepEqual([...heap.bytes(third, 2)], [0x12, 0x34]);
    });

    test("a block of 20 bytes shrinks in place to 17 and to 16", () => {
      const heap = openHeap(product);
      const address = heap.alloc(20, 0);
      heap.fill(address, 20, 0x11);
      assert.ok(heap.resize(address, 20, 0, 17));
      assert.equal(heap.firstOther(address, 17, 0x11), -1);
      assert.ok(heap.resize(address, 17, 0, 16));
      assert.equal(heap.firstOther(address, 16, 0x11), -1);
      heap.free(address, 16, 0);
    });

    test("a large block grows by some bytes where it is, then to two pages and a byte more", () => {
      const heap = openHeap(product);
      const length = 2 * pageSize;
      // As an address has twice the bytes, so has what classic keeps beside a block.
      const [shorter, longer] = [length - 5 * wordBytes, length - 2.5 * wordBytes];
      const address = heap.alloc(shorter, 0);
      heap.fill(address, shorter, 0x42);
      assert.equal(realloc(heap, address, shorter, 0, longer), address);
      const second = realloc(heap, address, longer, 0, length);
      const third = realloc(heap, second, length, 0, length + 1);
      assert.equal(heap.firstOther(third, shorter, 0x42), -1);
      heap.free(third, length + 1, 0);
    });

    test("a small block becomes a large one with its bytes", () => {
      const heap = openHeap(product);
      const address = heap.alloc(70, 0);
      heap.bytes(address, 70)[0] = 0x12;
      heap.bytes(address, 70)[60] = 0x34;
      const moved = realloc(heap, address, 70, 0, 2 * pageSize + 50);
      assert.equal(heap.bytes(moved, 70)[0], 0x12);
      assert.equal(heap.bytes(moved, 70)[60], 0x34);
    });

    test("a large block shrinks to a smaller large one, twice in place", () => {
      const heap = openHeap(product);
      const length = 2 * pageSize + 50;
      const address = heap.alloc(length, 0);
      heap.bytes(address, length)[0] = 0x12;
      heap.bytes(address, length)[60] = 0x34;
      assert.ok(heap.resize(address, length, 0, 2 * pageSize + 1));
      assert.ok(heap.resize(address, 2 * pageSize + 1, 0, 2 * pageSize + 1));
      const last = realloc(heap, address, 2 * pageSize + 1, 0, 2 * pageSize);
      assert.equal(heap.bytes(last, length)[0], 0x12);
      assert.equal(heap.bytes(last, length)[60], 0x34);
    });

    test("a large block becomes a small one with its bytes", () => {
      const heap = openHeap(product);
      const length = 2 * pageSize + 50;
      const address = heap.alloc(length, 0);
      heap.bytes(address, length)[0] = 0x12;
      heap.bytes(address, length)[16] = 0x34;
      const small = realloc(heap, address, length, 0, 19);
      assert.equal(heap.bytes(small, 19)[0], 0x12);
      assert.equal(heap.bytes(small, 19)[16], 0x34);
    });

    test("objects of 1025 and 3000 bytes live side by side and are freed", () => {
      const heap = openHeap(product);
      const first = heap.alloc(1025, 0);
      const second = heap.alloc(3000, 0);
      heap.fill(first, 1025, 1);
      heap.fill(second, 3000, 2);
      assert.equal(heap.firstOther(first, 1025, 1), -1);
      heap.free(first, 1025, 0);
      assert.equal(heap.firstOther(second, 3000, 2), -1);
      heap.free(second, 3000, 0);
    });

    test("the first example works: 1025 bytes, 0x12 at 0 and 0x34 at 1024, read back and freed", () => {
      const heap = openHeap(product);
      const address = heap.alloc(1025, 0);
      const bytes = heap.bytes(address, 1025);
      bytes[0] = 0x12;
      bytes[1024] = 0x34;
      const all = heap.bytes(0, heap.byteLength);
      assert.deepEqual([all[address], all[address + 1024]], [0x12, 0x34]);
      heap.free(address, 1025, 0);
    });
  });
}
