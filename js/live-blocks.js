// The live blocks of a heap by their pointers: a Map, and more of them when it is full. V8's Maps hold
// 2^24 entries and throw then.
//
// Invariant: a pointer is in one Map at most.

const mostEntries = 2 ** 23;

/**
 * @typedef {object} LiveBlock
 * @property {number} length what the user knows
 * @property {number} held what the engine knows: more where a block shrank and the engine had no place
 *   for the smaller one
 * @property {number} log2 its alignment, as the exports take it
 * @property {number} caller who allocated it
 */

export class LiveBlocks {
  #first = new Map();
  /** Empty but for heaps of millions of blocks. */
  #others = [];
  #most;

  /** @param {number} [most] how many blocks a Map is given */
  constructor(most = mostEntries) {
    this.#most = most;
  }

  /** @returns {LiveBlock | undefined} */
  get(pointer) {
    const block = this.#first.get(pointer);
    if (block !== undefined || this.#others.length === 0) return block;
    return this.#others.find((map) => map.has(pointer))?.get(pointer);
  }

  has(pointer) {
    return this.get(pointer) !== undefined;
  }

  /** Of a pointer that is not in here. */
  add(pointer, block) {
    const map = this.#first.size < this.#most ? this.#first : this.#roomyOther();
    map.set(pointer, block);
  }

  delete(pointer) {
    if (this.#first.delete(pointer)) return;
    this.#others.some((map) => map.delete(pointer));
  }

  clear() {
    this.#first.clear();
    this.#others = [];
  }

  #roomyOther() {
    let map = this.#others.find(({ size }) => size < this.#most);
    if (map === undefined) {
      map = new Map();
      this.#others.push(map);
    }
    return map;
  }
}
