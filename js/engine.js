// The engine of a heap as JavaScript reaches it: the four calls of a running module, and its memory as it
// is now. A whole heap never traps and never answers with an address outside the memory. Where a module
// does, the heap's own words were overwritten, and an exception says so. A fault that a CheckedHeap finds
// passes.

import { GranaryError } from "./errors.js";

/** @typedef {import("./live-blocks.js").LiveBlock} LiveBlock */

export class Engine {
  #calls;
  #memory;
  #buffer;
  #whenBroken;

  /**
   * @param {{exports: object, memory: WebAssembly.Memory}} running
   * @param {{calls: Function, whenBroken: string}} face
   */
  constructor(running, { calls, whenBroken }) {
    this.#calls = calls(running);
    this.#memory = running.memory;
    this.#buffer = running.memory.buffer;
    this.#whenBroken = whenBroken;
  }

  /** The buffer of the memory. Growth detaches the old one, whose length then reads 0. */
  get buffer() {
    if (this.#buffer.byteLength === 0) this.#buffer = this.#memory.buffer;
    return this.#buffer;
  }

  // `call` is the call that the user made, for sentences.

  /** @returns {number} the pointer; 0: there is no memory */
  alloc(call, { length, log2, caller }) {
    let pointer;
    try {
      pointer = this.#calls.alloc(0, length, log2, caller) >>> 0;
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
    if (pointer !== 0) this.#checkAnswer(call, pointer, length, log2);
    return pointer;
  }

  resize(call, pointer, { held, log2 }, newLength) {
    let kept;
    try {
      kept = this.#calls.resize(0, pointer, held, log2, newLength, 0) !== 0;
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
    if (kept) this.#checkAnswer(call, pointer, newLength, log2);
    return kept;
  }

  /** @returns {number} the pointer; 0: nothing has changed */
  remap(call, pointer, { held, log2 }, newLength) {
    let moved;
    try {
      moved = this.#calls.remap(0, pointer, held, log2, newLength, 0) >>> 0;
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
    if (moved !== 0) this.#checkAnswer(call, moved, newLength, log2);
    return moved;
  }

  free(call, pointer, { held, log2 }, caller) {
    try {
      this.#calls.free(0, pointer, held, log2, caller);
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
  }

  /**
   * Runs a function that calls other exports of the module, and returns its answer. The function is
   * passed another one, which reads the words that an export left in the memory: it takes the address that
   * the export answered with, and the number of words. The next call overwrites them.
   *
   * @template Answer
   * @param {string} call
   * @param {(wordsAt: (address: number, count: number) => Uint32Array) => Answer} run
   * @returns {Answer}
   */
  attempt(call, run) {
    try {
      return run((address, count) => {
        this.#checkAnswer(call, address >>> 0, 4 * count, 2);
        return new Uint32Array(this.buffer, address >>> 0, count);
      });
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
  }

  /**
   * @param {string} call
   * @param {string} what the module did that it does not do with a whole heap
   * @param {unknown} [cause]
   */
  broken(call, what, cause) {
    return new GranaryError(
      "ERR_BROKEN",
      `${call}: the module ${what}: the heap's own words were overwritten, as through a stale view or ` +
        `past the end of a block; ${this.#whenBroken}`,
      { cause },
    );
  }

  #checkAnswer(call, pointer, length, log2) {
    const aligned = (pointer & ((1 << log2) - 1)) === 0;
    if (aligned && pointer + length <= this.#buffer.byteLength) return;
    // The buffer may be from before a growth.
    this.#buffer = this.#memory.buffer;
    if (aligned && pointer + length <= this.#buffer.byteLength) return;
    throw this.broken(call, `answered with ${pointer} for ${length} bytes`);
  }

  #meaningOf(call, thrown) {
    if (!(thrown instanceof WebAssembly.RuntimeError)) return thrown;
    return this.broken(call, `trapped (${thrown.message})`, thrown);
  }
}
