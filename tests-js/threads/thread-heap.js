// A thread's heap: an instance of granary-threads.wasm over the memory that threads share, and blocks whose
// bytes are checked whenever they are touched. It uses nothing but the language and WebAssembly, because
// it runs in browsers as well.
//
// Invariant: all bytes of a live block have the block's value, whichever thread looks.

/**
 * @typedef {object} Block
 * @property {number} address
 * @property {number} length
 * @property {number} log2 of its alignment
 * @property {number} value of each of its bytes, 1 to 255
 */

/** The lengths that fill a slot of each size class. */
export const smallLengths = [];
for (
  let length = 8;
  length <= 2048;
  length += Math.max(8, 2 ** Math.floor(Math.log2(length) - 3))
) {
  smallLengths.push(length);
}

/** Lengths of blocks that fill a memory: a slot serves a shorter block where there is no other. */
const fillingLengths = [24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12].map(
  (log2) => 2 ** log2,
);
fillingLengths.push(...smallLengths.toReversed());

/** Of a long block these bytes are looked at: so many at both ends, and every so many between. */
const ends = 256;
const stride = 61;

export class ThreadHeap {
  #bytes;

  /**
   * @param {WebAssembly.Module} module
   * @param {WebAssembly.Memory} memory
   * @param {boolean} mayWait whether the thread may be put to sleep while another has the lock
   */
  constructor(module, memory, mayWait) {
    this.exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
    this.memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    if (mayWait) this.exports.thread_may_wait(1);
  }

  get pages() {
    return this.memory.buffer.byteLength / 65536;
  }

  /** @returns {Block | null} filled with its value; null: no memory */
  alloc(length, log2, value) {
    const address = this.exports.alloc(0, length, log2, 0) >>> 0;
    if (address === 0) return null;
    if (address % 2 ** log2 !== 0) throw new Error(`${address} is not aligned to 2^${log2}`);
    const block = { address, length, log2, value };
    this.#fill(block, 0);
    return block;
  }

  /** Does the same where there must be memory. */
  place(length, log2, value) {
    const block = this.alloc(length, log2, value);
    if (block === null) throw new Error(`no memory for ${length} bytes, with ${this.pages} pages`);
    return block;
  }

  /** Gives the block a new length, its bytes kept, in place or moved by the module or here. */
  realloc(block, newLength) {
    const { address, length, log2, value } = block;
    this.check(block);
    if (this.exports.resize(0, address, length, log2, newLength, 0) === 1) {
      block.length = newLength;
    } else {
      const moved = this.exports.remap(0, address, length, log2, newLength, 0) >>> 0;
      if (moved === 0) {
        const fresh = this.alloc(newLength, log2, value);
        if (fresh === null) return;
        this.free(block);
        Object.assign(block, fresh);
        return;
      }
      Object.assign(block, { address: moved, length: newLength });
    }
    this.check({ ...block, length: Math.min(length, newLength) });
    this.#fill(block, Math.min(length, newLength));
  }

  /** @param {Block} block that any thread allocated */
  free(block) {
    this.check(block);
    // What is written here shows in a block that somebody else has at the same place.
    this.#view(block).fill(0);
    this.exports.free(0, block.address, block.length, block.log2, 0);
  }

  check(block) {
    const bytes = this.#view(block);
    const { address, length, value } = block;
    const wrong = (at) => {
      const found = `byte ${at} of the block of ${length} bytes at ${address} is ${bytes[at]}`;
      throw new Error(`${found}, not ${value}`);
    };
    const short = length <= 2 * ends;
    for (let at = 0; at < (short ? length : ends); at++) if (bytes[at] !== value) wrong(at);
    if (short) return;
    for (let at = ends; at < length; at += stride) if (bytes[at] !== value) wrong(at);
    for (let at = length - ends; at < length; at++) if (bytes[at] !== value) wrong(at);
  }

  flush() {
    this.exports.thread_flush();
  }

  /**
   * Fills all free memory with blocks, the longest first, and frees them.
   *
   * @returns {number} how many bytes the blocks had
   */
  capacity() {
    const blocks = [];
    let bytes = 0;
    for (const length of fillingLengths) {
      for (;;) {
        const address = this.exports.alloc(0, length, 3, 0) >>> 0;
        if (address === 0) break;
        blocks.push({ address, length });
        bytes += length;
      }
    }
    for (const { address, length } of blocks) this.exports.free(0, address, length, 3, 0);
    this.flush();
    return bytes;
  }

  #fill(block, from) {
    this.#view(block).fill(block.value, from);
  }

  #view({ address, length }) {
    // Another thread may have made the memory grow.
    if (address + length > this.#bytes.length) this.#bytes = new Uint8Array(this.memory.buffer);
    return this.#bytes.subarray(address, address + length);
  }
}
