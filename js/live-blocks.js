// The live blocks of a heap by their pointers: one Map, and further ones when it is full, because a Map of
// V8 throws when it has more than 2^24 entries.
//
// Invariant: a pointer is in one Map at most, and its block says that pointer.

const mostEntries = 2 ** 23;

/**
 * @typedef {object} LiveBlock
 * @property {number} pointer where it is; one that moves stays the same object
 * @property {number} length the length that the user knows
 * @property {number} held the length that the engine knows: it is more where a block shrank and the engine
 *   had no memory for a smaller one
 * @property {number} log2 its alignment, as the exports take it
 * @property {number} caller the number of the caller that allocated it
 */

export class LiveBlocks {
  #first = new Map();
  /** Only a heap of millions of blocks has others. */
  #others = [];
  #most;

  /** @param {number} [most] the number of blocks that one Map holds at most */
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

  get size() {
    return this.#others.reduce((sum, { size }) => sum + size, this.#first.size);
  }

  /** Returns those that are live now. */
  all() {
    return [this.#first, ...this.#others].flatMap((map) => [...map.values()]);
  }

  /** Adds a block at a pointer that is not in here. */
  add(pointer, block) {
    block.pointer = pointer;
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
