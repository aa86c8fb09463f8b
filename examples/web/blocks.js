// The program whose memory is drawn: it allocates and frees blocks of random lengths in a memory of a few pages.

import { Heap } from "granary";

export const pageSize = 65536;
export const maximumPages = 16;

/** @typedef {{pointer: number, length: number}} Block */

export class Blocks {
  /** @type {Block[]} in no order */
  live = [];
  /** How many allocations found no memory. */
  refused = 0;
  #heap;

  static async create() {
    const blocks = new Blocks();
    blocks.#heap = await Heap.create({ maximumPages });
    return blocks;
  }

  get pages() {
    return this.#heap.memory.buffer.byteLength / pageSize;
  }

  get bytes() {
    return this.live.reduce((sum, { length }) => sum + length, 0);
  }

  allocate(count) {
    for (let i = 0; i < count; i++) {
      const length = randomLength();
      const pointer = this.#heap.tryAlloc(length);
      if (pointer === null) this.refused++;
      else this.live.push({ pointer, length });
    }
  }

  freeRandom(count) {
    for (let i = 0; i < count; i++) {
      const index = Math.floor(Math.random() * this.live.length);
      const [{ pointer }] = this.live.splice(index, 1);
      this.#heap.free(pointer);
    }
  }

  /** A moment of a program that frees about as much as it allocates. */
  step() {
    this.allocate(20);
    this.freeRandom(Math.floor(this.live.length / 30));
  }

  /** @returns {Block[]} from the lowest address to the highest */
  inOrder() {
    return this.live.toSorted((one, other) => one.pointer - other.pointer);
  }
}

/** Returns 8 bytes to 32 KiB; each doubling is rarer than the one before. */
function randomLength() {
  return Math.floor(8 * 2 ** (12 * Math.random() ** 2));
}

/**
 * Yields the parts of a block, one for each page that it touches, with offsets in the page.
 *
 * @param {Block} block
 */
export function* partsOf({ pointer, length }) {
  const end = pointer + length;
  for (let from = pointer; from < end;) {
    const page = Math.floor(from / pageSize);
    const to = Math.min(end, (page + 1) * pageSize);
    yield { page, from: from - page * pageSize, to: to - page * pageSize };
    from = to;
  }
}
