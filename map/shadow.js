// The picture of an engine that cannot be read: the live blocks as the program knows them, by address and
// length. Where no block lives the memory is free or the engine's own, and nobody outside can tell which.
//
// The memory is cut into granules of one size, which count the live bytes in them as blocks come and go. So a
// picture takes the same time however many blocks there are. A granule has the colour of the block that came
// to it last.

import { Items, Kind, noClass } from "./items.js";

const mostGranules = 32768;
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
  #granule = leastGranule;
  #live = new Int32Array(mostGranules);
  #classes = new Uint8Array(mostGranules).fill(noClass);

  add(address, length) {
    this.#reach(address + length);
    const sizeClass = classOfLength(length);
    this.#count(address, length, 1);
    const end = (address + length) / this.#granule;
    for (let at = Math.floor(address / this.#granule); at < end; at++) {
      this.#classes[at] = sizeClass;
    }
  }

  remove(address, length) {
    this.#count(address, length, -1);
  }

  /**
   * Returns the items of a memory.
   *
   * @param {number} memoryBytes
   * @returns {Items} the same object at every call
   */
  read(memoryBytes) {
    this.#reach(memoryBytes);
    const items = this.#items;
    items.clear();
    const count = Math.ceil(memoryBytes / this.#granule);
    for (let first = 0; first < count;) {
      const last = this.#endOfRun(first, count);
      const [live, sizeClass] = [this.#live[first], this.#classes[first]];
      const begin = first * this.#granule;
      const size = Math.min(last * this.#granule, memoryBytes) - begin;
      if (live === 0) items.push(Kind.unknown, begin, size);
      else {
        const kind = sizeClass === noClass ? Kind.block : Kind.span;
        items.push(kind, begin, size, live * (last - first), sizeClass);
      }
      first = last;
    }
    return items;
  }

  /** Granules side by side that look alike are one item. */
  #endOfRun(first, count) {
    const [live, sizeClass] = [this.#live[first], this.#classes[first]];
    let last = first + 1;
    while (
      last < count &&
      this.#live[last] === live &&
      (live === 0 || this.#classes[last] === sizeClass)
    ) {
      last++;
    }
    return last;
  }

  #count(address, length, sign) {
    const granule = this.#granule;
    const end = address + length;
    for (let at = Math.floor(address / granule); at * granule < end; at++) {
      const covered = Math.min(end, (at + 1) * granule) - Math.max(address, at * granule);
      this.#live[at] += sign * covered;
    }
  }

  /** Makes granules as large as they must be for a memory that goes so far. */
  #reach(end) {
    while (end > mostGranules * this.#granule) {
      this.#granule *= 2;
      for (let at = 0; at < mostGranules; at++) {
        const [one, other] = [2 * at, 2 * at + 1];
        const [lower, upper] = [this.#live[one] ?? 0, this.#live[other] ?? 0];
        this.#live[at] = lower + upper;
        this.#classes[at] = this.#classes[lower >= upper ? one : other] ?? noClass;
      }
    }
  }
}
