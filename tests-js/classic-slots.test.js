// The bytes that `classic` writes into memory: a slot has the layout that docs/design.md draws.

import assert from "node:assert/strict";
import { test } from "node:test";
import { openHeap, pageSize, productNamed } from "./support/products.js";

const classic = productNamed("classic");
const word = classic.addressBits / 8;

// The length of a block, and the slot that it lives in.
const slots = [
  [20, 32],
  [1000, 1024],
  [60_000, pageSize],
  [100_000, 2 * pageSize],
];

for (const [length, slot] of slots) {
  test(`free writes the last word of a slot of ${slot} bytes and nothing else`, () => {
    const heap = openHeap(classic);
    const first = heap.alloc(length, 0);
    const second = heap.alloc(length, 0);
    for (const address of [first, second]) heap.fill(address, slot - word, 0xab);
    heap.free(first, length, 0);
    heap.free(second, length, 0);
    for (const address of [first, second]) {
      assert.equal(heap.firstOther(address, slot - word, 0xab), -1);
    }
    const link = new DataView(heap.exports.memory.buffer).getUint32(second + slot - word, true);
    assert.equal(link, first, "the latest free slot links the one before it");
  });
}

test("alloc writes nothing into a block that it hands out again", () => {
  const heap = openHeap(classic);
  const address = heap.alloc(100, 0);
  heap.fill(address, 128 - word, 0xcd);
  heap.free(address, 100, 0);
  assert.equal(heap.alloc(100, 0), address);
  assert.equal(heap.firstOther(address, 128 - word, 0xcd), -1);
});
