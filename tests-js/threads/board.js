// What the threads of a run tell each other besides the heap: words in a SharedArrayBuffer of their own.
// Threads meet there, and pass blocks on.

const wordsOfEntry = 4;
/** The words in front of the entries. */
const words = { arrived: 0, published: 1, claimed: 2, done: 3 };
const headWords = 8;

export class Board {
  #words;

  /** @param {SharedArrayBuffer} buffer all zero when the run begins */
  constructor(buffer) {
    this.#words = new Int32Array(buffer);
  }

  /** A buffer with room for so many blocks. */
  static buffer(entries) {
    const bytes = 4 * (headWords + wordsOfEntry * entries);
    return new SharedArrayBuffer(bytes);
  }

  /** Waits until `count` threads are here; they go on together. */
  meet(count) {
    const arrived = Atomics.add(this.#words, words.arrived, 1) + 1;
    const all = Math.ceil(arrived / count) * count;
    if (arrived === all) Atomics.notify(this.#words, words.arrived);
    else this.#waitFor(words.arrived, all);
  }

  /** Does the same without sleeping, so that they go on at the same moment. */
  meetAwake(count) {
    const arrived = Atomics.add(this.#words, words.arrived, 1) + 1;
    const all = Math.ceil(arrived / count) * count;
    while (Atomics.load(this.#words, words.arrived) < all);
  }

  /** Puts a block where the thread that is next in turn finds it, or null for none. */
  put(index, block) {
    const { address, length, log2, value } = block ?? { address: 0, length: 0, log2: 0, value: 0 };
    const at = headWords + wordsOfEntry * index;
    this.#words.set([address, length, log2, value], at);
  }

  /** @returns {import("./thread-heap.js").Block | null} */
  get(index) {
    const at = headWords + wordsOfEntry * index;
    const [address, length, log2, value] = this.#words.subarray(at, at + wordsOfEntry);
    return address === 0 ? null : { address: address >>> 0, length, log2, value };
  }

  /** Passes a block on to whoever claims next. It waits while more than `most` are on the way. */
  publish(block, most) {
    const index = Atomics.load(this.#words, words.published);
    this.#waitFor(words.done, index - most);
    this.put(index, block);
    Atomics.store(this.#words, words.published, index + 1);
    Atomics.notify(this.#words, words.published);
  }

  /**
   * Waits for the next of `count` blocks.
   *
   * @returns {import("./thread-heap.js").Block | null} null: all are claimed
   */
  claim(count) {
    const index = Atomics.add(this.#words, words.claimed, 1);
    if (index >= count) return null;
    this.#waitFor(words.published, index + 1);
    return this.get(index);
  }

  /** Says that a claimed block is done with. */
  finish() {
    Atomics.add(this.#words, words.done, 1);
    Atomics.notify(this.#words, words.done);
  }

  #waitFor(word, least) {
    for (let seen; (seen = Atomics.load(this.#words, word)) < least;) {
      Atomics.wait(this.#words, word, seen);
    }
  }
}
