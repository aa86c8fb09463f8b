// The places where `granary` looks before its memory grows and before it refuses a block: every free
// slot, every free block, every idle span, and at last the slots of larger classes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InspectedHeap } from "./support/inspected-heap.js";
import { openHeap, pageSize, productNamed } from "./support/products.js";

const granary = productNamed("granary");

/** Allocates until the answer is 0. */
function fill(heap, length, alignment = 4) {
  const blocks = [];
  for (let address; (address = heap.alloc(length, alignment)) !== 0;) blocks.push(address);
  return blocks;
}

/** Returns those of the blocks that are slots. */
function slotsOf(heap, blocks) {
  const spans = [...heap.walk()].filter(({ kind }) => kind === "span");
  return blocks.filter((block) =>
    spans.some(({ address, size }) => address <= block && block < address + size),
  );
}

const inOrder = (addresses) => [...addresses].sort((a, b) => a - b);

describe("granary grows no memory", () => {
  test("while full spans have free slots, however few each has", () => {
    const heap = openHeap(granary);
    const blocks = Array.from({ length: 50_000 }, () => heap.alloc(64));
    const pages = heap.pages;
    const freed = blocks.filter((_, i) => i % 10 === 3);
    for (const address of freed) heap.free(address, 64);
    for (const _ of freed) assert.notEqual(heap.alloc(64), 0);
    assert.equal(heap.pages, pages);
  });

  test("while a block that fits lies in a bin, however many smaller ones come before it", () => {
    const heap = openHeap(granary);
    const alloc = (length) => {
      const address = heap.alloc(length);
      heap.alloc(3000);
      return { address, length };
    };
    const ofLength = (length) => Array.from({ length: 200 }, () => alloc(length));
    const [large, small] = [ofLength(102_000), ofLength(100_000)];
    for (const { address, length } of [...large, ...small]) heap.free(address, length);
    const pages = heap.pages;
    for (const length of [102_000, 100_000]) {
      for (let i = 0; i < 200; i++) assert.notEqual(heap.alloc(length), 0);
    }
    assert.equal(heap.pages, pages);
  });

  test("for a block whose only place is free, because no smaller block took that place", () => {
    const heap = openHeap(granary);
    const alloc = (length) => {
      const address = heap.alloc(length);
      heap.alloc(3000);
      return { address, length };
    };
    // All of these are in one bin; those freed last are looked at first, and are too small.
    const lengths = [102_000, 106_000, 99_000, 99_000, 99_000, 99_000];
    const blocks = lengths.map(alloc);
    while (heap.alloc(3000) < heap.byteLength - 5000);
    for (const { address, length } of blocks) heap.free(address, length);
    const pages = heap.pages;
    assert.equal(heap.alloc(102_000), blocks[0].address);
    assert.equal(heap.alloc(106_000), blocks[1].address);
    assert.equal(heap.pages, pages);
  });
});

describe("granary gives back", () => {
  test("a span without a block, also the current one once the last listed one goes", () => {
    const heap = InspectedHeap.open();
    const blocks = Array.from({ length: 20_000 }, () => heap.alloc(100));
    assert.ok(heap.stats().spanCount > 50);
    for (const address of blocks.reverse()) heap.free(address, 100);
    const { spanCount, freeBlockCount } = heap.stats();
    assert.deepEqual([spanCount, freeBlockCount], [0, 0]);
  });
});

describe("granary, in a memory that cannot grow,", () => {
  test("gives as large a block as a fresh heap does, once blocks of all sizes were freed", () => {
    const open = () => openHeap(granary, { maximumPages: 40 });
    const largest = (heap) => {
      let [fits, fails] = [0, 41 * pageSize];
      while (fails - fits > 1) {
        const length = (fits + fails) >> 1;
        const address = heap.alloc(length);
        if (address === 0) fails = length;
        else heap.free(address, length);
        if (address !== 0) fits = length;
      }
      return fits;
    };
    const heap = open();
    const blocks = [];
    for (const length of [2000, 1000, 500, 200, 100, 64, 48, 24, 16, 8]) {
      for (let bytes = 0; bytes < 200_000; bytes += length) {
        blocks.push({ address: heap.alloc(length), length });
      }
    }
    for (const { address, length } of blocks) heap.free(address, length);
    assert.ok(largest(heap) >= 0.99 * largest(open()));
  });

  test("gives spans to every class in turn", () => {
    const heap = InspectedHeap.open({ maximumPages: 16 });
    for (const length of [24, 40, 56, 72, 88, 104, 120, 200, 300, 500, 1000]) {
      const blocks = fill(heap, length);
      assert.ok(slotsOf(heap, blocks).length > blocks.length / 2, `blocks of ${length}`);
      for (const address of blocks) heap.free(address, length);
      heap.trim();
    }
  });

  test("gives a class no span while the heap is too small for one of each class", () => {
    for (const [classes, pages] of Object.entries([0, 3, 6, 9])) {
      const heap = InspectedHeap.open({ maximumPages: pages + 1 });
      heap.free(heap.alloc(pages * pageSize), pages * pageSize);
      const lengths = [32, 112, 224, 448];
      for (let i = 0; i < 600; i++) for (const length of lengths) heap.alloc(length);
      const used = heap.stats().classes.filter(({ spans }) => spans > 0);
      assert.ok(used.length <= Number(classes) + 1, `${used.length} classes in ${pages} pages`);
    }
  });

  test("serves a small request from free slots of a larger class before it is refused", () => {
    const heap = InspectedHeap.open({ maximumPages: 16 });
    const slots = slotsOf(heap, fill(heap, 112));
    fill(heap, 8, 0);
    const freed = inOrder(slots.filter((_, i) => i % 100 === 17));
    assert.ok(freed.length > 10);
    for (const address of freed) heap.free(address, 112);
    assert.deepEqual(inOrder(fill(heap, 20)), freed);
    assert.equal(heap.verify(), 0);
    for (const address of freed) heap.free(address, 20);
    assert.deepEqual(inOrder(fill(heap, 112)), freed, "as slots of their own class again");
    assert.equal(heap.verify(), 0);
  });

  test("serves a small request from larger slots only if they have its alignment", () => {
    const heap = InspectedHeap.open({ maximumPages: 16 });
    const slots = slotsOf(heap, fill(heap, 112));
    fill(heap, 8, 0);
    const freed = inOrder(slots.filter((_, i) => i % 100 === 17));
    for (const address of freed) heap.free(address, 112);
    assert.equal(heap.alloc(20, 5), 0, "slots of 112 bytes are not aligned to 32");
    assert.equal(heap.alloc(20, 6), 0);
    assert.deepEqual(inOrder(fill(heap, 20, 4)), freed);
  });

  test("uses every slot that is freed after a refusal, whatever span it is in", () => {
    const heap = openHeap(granary, { maximumPages: 16 });
    const blocks = fill(heap, 64);
    for (const step of [1000, 400, 100]) {
      const freed = inOrder(blocks.filter((_, i) => i % step === 37));
      for (const address of freed) heap.free(address, 64);
      assert.deepEqual(inOrder(fill(heap, 64)), freed);
    }
  });

  test("uses a block that is freed after one of its size was refused", () => {
    const heap = openHeap(granary, { maximumPages: 16 });
    const blocks = fill(heap, 60_000);
    assert.equal(heap.alloc(50_000), 0);
    heap.free(blocks[3], 60_000);
    assert.equal(heap.alloc(50_000), blocks[3]);
    assert.equal(heap.alloc(50_000), 0);
    heap.free(blocks[3], 50_000);
    assert.equal(heap.alloc(60_000), blocks[3], "with what was left of it");
  });

  test("uses a free block although one of its size was refused at a larger alignment", () => {
    const heap = openHeap(granary, { maximumPages: 16 });
    const blocks = fill(heap, 60_000);
    heap.free(blocks[3], 60_000);
    assert.equal(heap.alloc(50_000, 17), 0);
    assert.equal(heap.alloc(50_000, 4), blocks[3]);
  });

  test("keeps a block where it is when it shrinks and there is no smaller place", () => {
    const heap = InspectedHeap.open({ maximumPages: 16 });
    const blocks = fill(heap, 1000);
    const [slot] = slotsOf(heap, blocks).slice(-5);
    for (const length of [100, 20, 4]) fill(heap, length, 0);
    heap.fill(slot, 1000, 0x5c);
    assert.equal(heap.resize(slot, 1000, 4, 100), false);
    assert.equal(heap.remap(slot, 1000, 4, 100), slot);
    assert.equal(heap.firstOther(slot, 100, 0x5c), -1);
    assert.equal(heap.remap(slot, 100, 4, 1000), slot, "and it still has its room");
    assert.equal(heap.verify(), 0);
  });
});
