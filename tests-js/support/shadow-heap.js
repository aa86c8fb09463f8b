// A heap with a shadow: every call goes to the product and to a model that knows every live byte.
// The model holds an interval for each live block, its alignment, and the value that all of its bytes
// have; it throws as soon as the product breaks the contract.
//
// Invariant: intervals never overlap, and the starts are sorted.

import assert from "node:assert/strict";
import { pageSize } from "./heap.js";

const longestCheck = 1 << 16;
const patterns = Array.from({ length: 256 }, (_, value) => Buffer.alloc(longestCheck, value));

/**
 * @typedef {object} LiveBlock
 * @property {number} address
 * @property {number} length bytes
 * @property {number} alignment log2
 * @property {number} value what every byte of the block holds
 */

export class ShadowHeap {
  #starts = new Float64Array(1024);
  /** @type {LiveBlock[]} by address, as #starts */
  #blocks = [];
  #nextValue = 1;
  #bytes;

  /** @param {import("./heap.js").Heap} heap */
  constructor(heap) {
    this.heap = heap;
    this.liveBytes = 0;
    /** Memory that a stranger grew. */
    this.strangers = [];
  }

  get count() {
    return this.#blocks.length;
  }

  /** The n-th live block in address order. */
  at(index) {
    return this.#blocks[index];
  }

  /** Whether there was memory. */
  alloc(length, alignment) {
    const pages = this.heap.pages;
    const address = this.heap.alloc(length, alignment);
    if (address === 0) {
      assert.equal(this.heap.pages, pages, "an alloc that answers 0 grows nothing");
      return false;
    }
    this.#enter({ address, length, alignment, value: this.#freshValue() });
    return true;
  }

  /** Whether the block changed its length. */
  resize(block, newLength) {
    this.check(block);
    const resized = this.heap.resize(block.address, block.length, block.alignment, newLength);
    if (resized) this.#change(block, block.address, newLength);
    else this.check(block);
    return resized;
  }

  /** Whether the block changed its length, moved or not. */
  remap(block, newLength) {
    this.check(block);
    const address = this.heap.remap(block.address, block.length, block.alignment, newLength);
    if (address === 0) this.check(block);
    else this.#change(block, address, newLength);
    return address !== 0;
  }

  free(block) {
    this.check(block);
    this.#leave(block);
    this.heap.free(block.address, block.length, block.alignment);
  }

  /** Grows pages as a stranger: the product must never touch them. */
  growAsStranger(pages) {
    let address;
    try {
      address = this.heap.growAsStranger(pages);
    } catch (error) {
      if (error instanceof RangeError) return; // the memory is at its maximum
      throw error;
    }
    const block = { address, length: pages * pageSize, alignment: 16, value: this.#freshValue() };
    this.#enter(block);
    this.#leave(block);
    this.strangers.push(block);
  }

  /** Every byte of the block is what was last written there. */
  check({ address, length, value }) {
    const bytes = this.#view(address + length);
    for (let done = 0; done < length; done += longestCheck) {
      const part = Math.min(longestCheck, length - done);
      const start = address + done;
      if (bytes.compare(patterns[value], 0, part, start, start + part) !== 0) {
        const at = start + this.heap.firstOther(start, part, value);
        assert.fail(
          `byte ${at - address} of the block of ${length} bytes at ${address} holds ` +
            `${bytes[at]}, not ${value}`,
        );
      }
    }
  }

  checkAll() {
    for (const block of this.#blocks) this.check(block);
    for (const block of this.strangers) this.check(block);
  }

  freeAll() {
    while (this.count > 0) this.free(this.#blocks.at(-1));
  }

  #change(block, address, newLength) {
    const kept = { ...block, address, length: Math.min(block.length, newLength) };
    this.check(kept);
    this.#leave(block);
    block.address = address;
    block.length = newLength;
    this.#enter(block);
  }

  #enter(block) {
    const { address, length, alignment } = block;
    const what = `the block of ${length} bytes at ${address}`;
    assert.ok(address % 2 ** alignment === 0, `${what} is not aligned to 2^${alignment}`);
    const bytes = this.#view(address + length);
    assert.ok(address + length <= bytes.length, `${what} ends outside the memory`);
    const index = this.#indexFrom(address);
    const before = this.#blocks[index - 1];
    const after = this.#blocks[index];
    for (const other of [before, after]) {
      const apart =
        other === undefined ||
        other.address + other.length <= address ||
        address + length <= other.address;
      if (!apart) assert.fail(`${what} overlaps that of ${other.length} at ${other.address}`);
    }
    bytes.fill(block.value, address, address + length);
    this.#insert(index, block);
    this.liveBytes += length;
  }

  #leave(block) {
    const index = this.#indexFrom(block.address);
    this.#blocks.splice(index, 1);
    this.#starts.copyWithin(index, index + 1, this.#blocks.length + 1);
    this.liveBytes -= block.length;
  }

  #insert(index, block) {
    if (this.#blocks.length + 1 > this.#starts.length) {
      const larger = new Float64Array(this.#starts.length * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts.copyWithin(index + 1, index, this.#blocks.length);
    this.#starts[index] = block.address;
    this.#blocks.splice(index, 0, block);
  }

  /** The number of blocks that start below `address`. */
  #indexFrom(address) {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle] < address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #freshValue() {
    this.#nextValue = (this.#nextValue % 251) + 1;
    return this.#nextValue;
  }

  /** Growing detaches the view, which has length 0 from then on. */
  #view(end = 1) {
    if (this.#bytes === undefined || this.#bytes.length < end) {
      this.#bytes = Buffer.from(this.heap.exports.memory.buffer);
    }
    return this.#bytes;
  }
}
