// The place of `granary`'s span table: it lies at the end of the heap while that is small, and stays in
// pages of its own once the heap reaches over 256 MiB. Only a part of so large a heap is read here.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InspectedHeap } from "./support/inspected-heap.js";
import { total } from "./support/inspected-shadow.js";
import { openHeap, pageSize, productNamed } from "./support/products.js";
import { isWide } from "./support/width.js";

const mebibyte = 2 ** 20;
const shown = 4096;
/** A record of 16 bytes for each 16 KiB of 4 GiB, which is all that there is, or of 16 GiB. */
const tableBytes = (isWide ? 16 : 4) * mebibyte;

/** Blocks of which the first and last bytes are written and looked at. */
class Marked {
  constructor(heap) {
    this.heap = heap;
    this.blocks = [];
  }

  alloc(length) {
    const address = this.heap.alloc(length);
    assert.notEqual(address, 0);
    this.blocks.push({ address, length, value: 1 + (this.blocks.length % 255) });
    this.#ends(this.blocks.at(-1), (where, bytes, value) => this.heap.fill(where, bytes, value));
  }

  check() {
    for (const block of this.blocks) {
      this.#ends(block, (where, bytes, value) =>
        assert.equal(this.heap.firstOther(where, bytes, value), -1, `${block.address}`),
      );
    }
  }

  free(isFreed) {
    this.check();
    for (const { address, length } of this.blocks.filter(isFreed)) this.heap.free(address, length);
    this.blocks = this.blocks.filter((block) => !isFreed(block));
  }

  #ends({ address, length, value }, use) {
    const bytes = Math.min(length, shown / 2);
    use(address, bytes, value);
    use(address + length - bytes, bytes, value);
  }
}

/** A heap whose table has its own pages, with blocks of all kinds on both sides of them. */
function openLarge() {
  const heap = InspectedHeap.open();
  const marked = new Marked(heap);
  const lengths = [24, 100, 1000, 5000, 20_000];
  for (let i = 0; i < 12; i++) {
    for (let j = 0; j < 1000; j++) marked.alloc(lengths[j % lengths.length]);
    marked.alloc(30 * mebibyte);
  }
  return { heap, marked };
}

function checkSums(heap) {
  const stats = heap.stats();
  const { heapBytes, liveBytes, freeBytes, overheadBytes, recordBytes, liveBlockCount } = stats;
  assert.equal(heapBytes, liveBytes + freeBytes + overheadBytes + recordBytes);
  assert.equal(liveBlockCount, stats.largeBlockCount + total(stats.classes, "liveSlots"));
  assert.equal(stats.grownPageCount, heap.pages - 1, "the first page was there");
  assert.equal(stats.pageCount, heap.pages);
  const items = [...heap.walk()];
  const own = items.filter(({ kind }) => kind !== "gap");
  const table = items.at(-1).kind === "records" ? 0 : recordBytes;
  assert.equal(total(own, "size") + table, heapBytes, "or the table lies in a gap");
  assert.equal(items.length - own.length, stats.regionCount - 1);
  assert.equal(heap.verify(), 0);
  return stats;
}

describe("granary's span table, when the heap reaches over 256 MiB,", () => {
  test("moves for the last time, with the heap whole before and after and every block as it was", () => {
    const { heap, marked } = openLarge();
    const stats = checkSums(heap);
    assert.equal(stats.recordBytes, tableBytes);
    assert.equal(stats.regionCount, 2);
    assert.equal(stats.liveBlockCount, marked.blocks.length);
    marked.check();
    marked.free(({ length }) => length === 1000 || length === 24);
    checkSums(heap);
    const { pages } = heap;
    for (let i = 0; i < 2000; i++) marked.alloc(900);
    assert.equal(heap.pages, pages, "what was freed on both sides serves");
    marked.free(() => true);
    heap.trim();
    const empty = checkSums(heap);
    assert.equal(empty.liveBlockCount, 0);
    assert.equal(empty.spanCount, 0);
    assert.equal(empty.freeBlockCount + 1, empty.regionCount, "each region is one free block");
  });

  test("takes no further page from then on", () => {
    const { heap, marked } = openLarge();
    const before = checkSums(heap);
    for (let i = 0; i < 4; i++) marked.alloc(40 * mebibyte);
    const after = checkSums(heap);
    assert.equal(after.recordBytes, before.recordBytes);
    assert.equal(after.regionCount, before.regionCount);
    assert.equal(
      after.heapBytes - before.heapBytes,
      (after.pageCount - before.pageCount) * pageSize,
    );
    marked.check();
  });

  test("stays where it is when the heap is reset", () => {
    const { heap } = openLarge();
    const before = checkSums(heap);
    heap.reset();
    const after = checkSums(heap);
    assert.equal(after.heapBytes, before.heapBytes);
    assert.equal(after.recordBytes, tableBytes);
    assert.equal(after.freeBytes + after.recordBytes, after.heapBytes);
    const marked = new Marked(heap);
    for (let i = 0; i < 9; i++) marked.alloc(30 * mebibyte);
    for (let i = 0; i < 5000; i++) marked.alloc(100);
    assert.equal(heap.pages, before.pageCount);
    marked.check();
    assert.equal(checkSums(heap).liveBlockCount, marked.blocks.length);
  });

  test("stays at the end of the heap when there are no pages for it", () => {
    const heap = InspectedHeap.open({ maximumPages: 4150 });
    const marked = new Marked(heap);
    marked.alloc(250 * mebibyte);
    while (heap.pages < 4150) marked.alloc(pageSize);
    const stats = checkSums(heap);
    assert.equal(stats.regionCount, 1);
    assert.ok(stats.recordBytes < tableBytes);
    marked.check();
  });
});

describe("granary, above 50,000 pages of a stranger,", () => {
  test("takes pages for its table once, and then one at a time for small blocks", () => {
    const heap = openHeap(productNamed("granary"));
    heap.growAsStranger(50_000);
    const growths = [];
    while (growths.length < 6) {
      const before = heap.pages;
      const address = heap.alloc(40_000);
      heap.fill(address, 40_000, 0x11);
      if (heap.pages !== before) growths.push(heap.pages - before);
    }
    // The records of 50,000 pages, and then of all that there can be.
    assert.ok(growths[0] < tableBytes / pageSize + 56, `${growths[0]} pages`);
    assert.deepEqual(growths.slice(1), [1, 1, 1, 1, 1]);
  });
});
