// The picture of an engine that cannot be read: the live blocks as the program knows them, by address and
// length. Where no block lives the memory is free or the engine's own, and nobody outside can tell which.
//
// The memory is cut into granules of one size, so that a picture costs time in proportion to the memory and to
// the blocks, without sorting them. A granule has the colour of the block that has most of it.

import { Items, Kind, noClass } from "./items.js";

const mostGranules = 131072;
const leastGranule = 64;
const largestSmall = 2048;

/** The size class, in the ladder of alloc/granary/size_classes.h, that a length would have there. */
export function classOfLength(length) {
  if (length > largestSmall) return noClass;
  if (length <= 64) return Math.ceil(length / 8) - 1;
  const doubling = Math.floor(Math.log2(length - 1)) - 6;
  const step = 8 << doubling;
  return 8 * (doubling + 1) + Math.ceil((length - (64 << doubling)) / step) - 1;
}

export class Shadow {
  #items = new Items();
  #live = new Float32Array(0);
  #most = new Float32Array(0);
  #classes = new Uint8Array(0);

  /**
   * @param {Uint32Array} addresses of blocks
   * @param {Uint32Array} sizes of them; 0 for none
   * @param {number} memoryBytes
   */
  read(addresses, sizes, memoryBytes) {
    let granule = leastGranule;
    while (memoryBytes / granule > mostGranules) granule *= 2;
    const count = Math.ceil(memoryBytes / granule);
    this.#clear(count);
    for (let index = 0; index < sizes.length; index++) {
      if (sizes[index] !== 0) this.#cover(addresses[index], sizes[index], granule);
    }
    this.#collect(count, granule, memoryBytes);
    return { items: this.#items, memoryBytes };
  }

  #clear(count) {
    if (this.#live.length < count) {
      this.#live = new Float32Array(count);
      this.#most = new Float32Array(count);
      this.#classes = new Uint8Array(count);
    }
    this.#live.fill(0, 0, count);
    this.#most.fill(0, 0, count);
  }

  #cover(address, size, granule) {
    const end = address + size;
    const sizeClass = classOfLength(size);
    for (let at = Math.floor(address / granule); at * granule < end; at++) {
      const covered = Math.min(end, (at + 1) * granule) - Math.max(address, at * granule);
      this.#live[at] += covered;
      if (covered <= this.#most[at]) continue;
      this.#most[at] = covered;
      this.#classes[at] = sizeClass;
    }
  }

  /** Makes one item of granules side by side that look alike. */
  #collect(count, granule, memoryBytes) {
    const items = this.#items;
    items.clear();
    for (let first = 0; first < count;) {
      const [live, sizeClass] = [this.#live[first], this.#classes[first]];
      let last = first + 1;
      while (
        last < count &&
        this.#live[last] === live &&
        (live === 0 || this.#classes[last] === sizeClass)
      ) {
        last++;
      }
      const kind = live === 0 ? Kind.unknown : sizeClass === noClass ? Kind.block : Kind.span;
      const [begin, end] = [first * granule, Math.min(last * granule, memoryBytes)];
      items.push(kind, begin, end - begin, live * (last - first), live === 0 ? noClass : sizeClass);
      first = last;
    }
  }
}
