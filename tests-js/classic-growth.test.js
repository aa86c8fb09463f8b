// The growth of `classic` as the host sees it: `memory.buffer.byteLength` before and after each call.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openHeap, pageSize, productNamed } from "./support/products.js";

const classic = productNamed("classic");
const word = classic.addressBits / 8;
// The smallest class has room for a link and as many bytes.
const smallestLog2 = Math.log2(word) + 1;
const slotLog2s = Array.from({ length: 16 - smallestLog2 }, (_, i) => smallestLog2 + i);

/** The longest block that a slot of this size holds: its last word links the free list. */
const longestIn = (slotLog2) => 2 ** slotLog2 - word;

describe("classic", () => {
  for (const slotLog2 of slotLog2s) {
    const slots = pageSize / 2 ** slotLog2;

    test(`grows one page for the first slot of ${2 ** slotLog2} bytes and none for the other ${slots - 1}`, () => {
      const heap = openHeap(classic);
      const before = heap.pages;
      const first = heap.alloc(longestIn(slotLog2), 0);
      assert.equal(heap.pages, before + 1);
      assert.equal(first, before * pageSize, "the first slot begins the page");
      for (let i = 1; i < slots; i++) {
        assert.equal(heap.alloc(longestIn(slotLog2), 0), first + i * 2 ** slotLog2, `slot ${i}`);
      }
      assert.equal(heap.pages, before + 1);
      heap.alloc(longestIn(slotLog2), 0);
      assert.equal(heap.pages, before + 2, "the slot after the last one takes a new page");
    });

    test(`goes from slots of ${2 ** slotLog2} to ${2 ** (slotLog2 + 1)} bytes at the length where the link no longer fits`, () => {
      const heap = openHeap(classic);
      const fits = heap.alloc(longestIn(slotLog2), 0);
      const pages = heap.pages;
      heap.alloc(longestIn(slotLog2) + 1, 0);
      assert.equal(heap.pages, pages + 1, "one byte more is another class, which has no page yet");
      heap.free(fits, longestIn(slotLog2), 0);
      assert.equal(heap.alloc(2 ** (slotLog2 - 1), 0), fits, "the shortest block of the class");
    });
  }

  test("grows the power of two of pages that a large block needs", () => {
    // Lengths around each power of two: the last that fits, the first that does not.
    for (const slotPages of [1, 2, 4, 8, 16, 32]) {
      const heap = openHeap(classic);
      const before = heap.pages;
      const longest = slotPages * pageSize - 2 * word;
      const address = heap.alloc(longest, 0);
      assert.equal(heap.pages, before + slotPages, `${longest} bytes`);
      assert.equal(address, before * pageSize);
      heap.alloc(longest + 1, 0);
      assert.equal(heap.pages, before + 3 * slotPages, `${longest + 1} bytes`);
    }
  });

  test("grows nothing when slots of the same class are free, and takes the latest freed one first", () => {
    for (const length of [1, 100, 5_000, 30_000, 60_000, 200_000, 3_000_000]) {
      const heap = openHeap(classic);
      const addresses = [heap.alloc(length), heap.alloc(length), heap.alloc(length)];
      const pages = heap.pages;
      for (const address of addresses) heap.free(address, length);
      for (const address of addresses.reverse()) assert.equal(heap.alloc(length), address);
      assert.equal(heap.pages, pages);
    }
  });

  test("grows nothing for a small class that can cut a free slot of one page", () => {
    const heap = openHeap(classic);
    const big = heap.alloc(60_000);
    heap.free(big, 60_000);
    const pages = heap.pages;
    assert.equal(heap.alloc(10), big);
    assert.equal(heap.pages, pages);
  });

  test("grows whole pages for an alignment of 64 KiB", () => {
    const heap = openHeap(classic);
    const before = heap.pages;
    assert.equal(heap.alloc(1, 16), before * pageSize);
    assert.equal(heap.pages, before + 2, "Zig's rule: the link no longer fits one page");
  });
});

describe("classic, when its memory cannot grow,", () => {
  test("answers 0 for every length and leaves the memory as it was", () => {
    const initialPages = openHeap(classic).pages;
    const heap = openHeap(classic, { maximumPages: initialPages });
    const image = heap.bytes(0, heap.byteLength).slice();
    for (const length of [0, 1, 100, 60_000, 65_536, 10_000_000, 2 ** 31, 2 ** 32 - 1]) {
      assert.equal(heap.alloc(length), 0, `length ${length}`);
    }
    assert.equal(heap.pages, initialPages);
    assert.deepEqual(heap.bytes(0, heap.byteLength), image);
  });

  test("still fills the page that a class has, and reuses what is freed", () => {
    const initialPages = openHeap(classic).pages;
    const heap = openHeap(classic, { maximumPages: initialPages + 1 });
    const slots = pageSize / 1024;
    const addresses = Array.from({ length: slots }, () => heap.alloc(1000));
    assert.ok(addresses.every((address) => address !== 0));
    assert.equal(heap.alloc(1000), 0);
    assert.equal(heap.alloc(1), 0, "another class has no page");
    heap.free(addresses[5], 1000);
    assert.equal(heap.alloc(1000), addresses[5]);
    assert.equal(heap.alloc(1000), 0);
  });

  test("refuses a block that is too large and then serves a smaller one", () => {
    const heap = openHeap(classic, { maximumPages: openHeap(classic).pages + 4 });
    assert.equal(heap.alloc(5 * pageSize), 0);
    assert.notEqual(heap.alloc(3 * pageSize), 0);
  });
});

describe("classic, when a stranger grows the memory,", () => {
  test("takes the pages that its own next growth returns, above the stranger's", () => {
    const heap = openHeap(classic);
    heap.alloc(1000);
    const strangers = heap.growAsStranger(3);
    const address = heap.alloc(100_000);
    assert.equal(address, strangers + 3 * pageSize);
  });

  test("goes on cutting slots from the page that a class already has", () => {
    const heap = openHeap(classic);
    const first = heap.alloc(1000);
    heap.growAsStranger(1);
    assert.equal(heap.alloc(1000), first + 1024);
  });
});
