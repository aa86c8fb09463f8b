// Addresses and lengths of more than 32 bits as tests, in memories that are hardly touched: blocks on both
// sides of 4 GiB and of 8 GiB, and blocks that are longer than 4 GiB. They take any product with 64-bit
// addresses, and run in browsers too.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pageSize } from "./heap.js";

const gibibyte = 2 ** 30;
const shown = 4096;
const lengths = [1, 24, 100, 1000, 2500, 40_000, 200_000];

/** The first bytes of a block and its last ones, which it can be told by. */
class Marked {
  constructor(heap) {
    this.heap = heap;
    this.blocks = [];
  }

  alloc(length, alignment = 4) {
    const address = this.heap.alloc(length, alignment);
    if (address === 0) return undefined;
    assert.equal(address % 2 ** alignment, 0);
    const block = { address, length, alignment, value: 1 + (this.blocks.length % 255) };
    this.blocks.push(block);
    this.mark(block);
    return block;
  }

  mark({ address, length, value }) {
    const bytes = Math.min(length, shown);
    this.heap.fill(address, bytes, value);
    this.heap.fill(address + length - bytes, bytes, value);
  }

  check() {
    for (const { address, length, value } of this.blocks) {
      const bytes = Math.min(length, shown);
      for (const begin of [address, address + length - bytes]) {
        assert.equal(this.heap.firstOther(begin, bytes, value), -1, `${length} at ${address}`);
      }
    }
    const sorted = this.blocks.toSorted((a, b) => a.address - b.address);
    for (let i = 1; i < sorted.length; i++) {
      assert.ok(sorted[i - 1].address + sorted[i - 1].length <= sorted[i].address);
    }
  }

  free(isFreed = () => true) {
    this.check();
    for (const { address, length, alignment } of this.blocks.filter(isFreed)) {
      this.heap.free(address, length, alignment);
    }
    this.blocks = this.blocks.filter((block) => !isFreed(block));
  }
}

const mostBytes = 14 * gibibyte;

/** What the machine says when it does not grant the memory for these tests, or false. */
export function refusal(product, openHeap) {
  try {
    openHeap(product).growAsStranger(mostBytes / pageSize);
    return false;
  } catch (error) {
    return `this machine grants no memory of 14 GiB: ${error.message}`;
  }
}

/**
 * @param {import("./products.js").Product} product
 * @param {ReturnType<import("./heap.js").opener>} openHeap
 */
export function farAddresses(product, openHeap) {
  describe(`${product.name}`, () => {
    for (const border of [4 * gibibyte, 8 * gibibyte]) {
      test(`has blocks on both sides of ${border / gibibyte} GiB with every byte as it was`, () => {
        const heap = openHeap(product, { reusesAtOnce: true });
        const marked = new Marked(heap);
        for (const length of lengths) marked.alloc(length);
        // The module's own pages are far below; what follows lies around the border.
        const left = 60 * pageSize;
        heap.growAsStranger((border - left - heap.byteLength) / pageSize);
        const above = () => marked.blocks.filter(({ address }) => address >= border);
        for (let i = 0; above().length < 100; i++) marked.alloc(lengths[i % lengths.length], i % 8);
        const below = ({ address }) => address < border && address >= border - left;
        assert.ok(marked.blocks.filter(below).length > 20);
        assert.ok(marked.alloc(3 * pageSize));
        marked.free(({ length }) => length % 8 !== 0);
        marked.check();
        const pages = heap.pages;
        for (let i = 0; i < 3; i++) assert.ok(marked.alloc(2500));
        assert.equal(heap.pages, pages, "what was freed serves");
        for (const block of marked.blocks) {
          const address = heap.remap(
            block.address,
            block.length,
            block.alignment,
            2 * block.length,
          );
          if (address === 0) continue;
          assert.equal(heap.firstOther(address, Math.min(block.length, shown), block.value), -1);
          Object.assign(block, { address, length: 2 * block.length });
          marked.mark(block);
        }
        marked.free();
        if (heap.exports.verify) assert.equal(heap.exports.verify(), 0);
      });
    }

    test("has a block of 5 GiB, with others above it, and lets it become shorter", () => {
      const heap = openHeap(product, { reusesAtOnce: true });
      const marked = new Marked(heap);
      for (const length of lengths) marked.alloc(length);
      const block = marked.alloc(5 * gibibyte);
      assert.ok(block.address + block.length > 5 * gibibyte);
      for (let i = 0; i < 100; i++) assert.ok(marked.alloc(20_000));
      marked.check();
      const shorter = 4 * gibibyte + 1000;
      if (heap.resize(block.address, block.length, 4, shorter)) block.length = shorter;
      marked.mark(block);
      marked.check();
      marked.free(({ length }) => length !== block.length);
      marked.free();
      const again = marked.alloc(4 * gibibyte);
      assert.ok(again.address < gibibyte, "its memory is used again");
      marked.check();
    });
  });
}
