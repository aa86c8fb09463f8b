// The four calls of a running module, and the memory under it as it is now. Nothing in a whole heap
// traps or answers with what lies outside of the memory: where it does, its own words were overwritten,
// and that is what is thrown. A fault that a CheckedHeap finds passes.

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

  /** The memory's. Growth detaches the one before, whose length then reads 0. */
  get buffer() {
    if (this.#buffer.byteLength === 0) this.#buffer = this.#memory.buffer;
    return this.#buffer;
  }

  // `call` is what the user called, for sentences.

  /** @returns {number} the pointer; 0: no memory */
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

  /** @returns {number} the pointer; 0: nothing changed */
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
   * What `run` answers, which calls other exports of the module. It is passed a function for the words
   * that they leave in the memory, from the address that they answer with and their number; the next
   * call overwrites them.
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
   * @param {string} what the module did that it does with no whole heap
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
    // The buffer may be one of before a growth.
    this.#buffer = this.#memory.buffer;
    if (aligned && pointer + length <= this.#buffer.byteLength) return;
    throw this.broken(call, `answered with ${pointer} for ${length} bytes`);
  }

  #meaningOf(call, thrown) {
    if (!(thrown instanceof WebAssembly.RuntimeError)) return thrown;
    return this.broken(call, `trapped (${thrown.message})`, thrown);
  }
}
