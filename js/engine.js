// The engine of a heap as JavaScript reaches it: the four calls of a running module, and its memory as it
// is now. A whole heap never traps and never answers with an address outside the memory. Where a module
// does, the heap's own words were overwritten, and an exception says so. A fault that a CheckedHeap finds
// passes.
//
// Invariant: every block that the module answered with lies within #buffer, or #buffer is detached. A
// memory that threads share detaches no buffer when it grows: the old one then ends below the new pages.

import { GranaryError } from "./errors.js";
import { unsigned } from "./width.js";

/** @typedef {import("./live-blocks.js").LiveBlock} LiveBlock */

export class Engine {
  #running;
  #face;
  #context;
  #calls;
  #memory;
  #buffer;

  /**
   * @param {import("./instantiate.js").Running} running
   * @param {{calls: Function, whenBroken: string}} face
   * @param {number} [context] the `ctx` of every call
   */
  constructor(running, face, context = 0) {
    this.#running = running;
    this.#face = face;
    this.#context = context;
    this.#calls = running.width.takingNumbers(face.calls(running));
    this.#memory = running.memory;
    this.#buffer = running.memory.buffer;
  }

  /** Returns the same engine with another `ctx`. */
  withContext(context) {
    return new Engine(this.#running, this.#face, context);
  }

  /** @returns {import("./callers.js").Callers} */
  get callers() {
    return this.#running.callers;
  }

  /** A buffer that reaches every block. Growth detaches the old one, whose length then reads 0. */
  get buffer() {
    return this.#buffer.byteLength === 0 ? this.wholeBuffer : this.#buffer;
  }

  /** The buffer of the whole memory, to which another thread may have added pages. */
  get wholeBuffer() {
    this.#buffer = this.#memory.buffer;
    return this.#buffer;
  }

  // `call` is the call that the user made, for sentences.

  /** @returns {number} the pointer; 0: there is no memory */
  alloc(call, { length, log2, caller }) {
    let pointer;
    try {
      pointer = unsigned(this.#calls.alloc(this.#context, length, log2, caller));
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
    if (pointer !== 0) this.#checkAnswer(call, pointer, length, log2);
    return pointer;
  }

  resize(call, { pointer, held, log2 }, newLength, caller) {
    let kept;
    try {
      kept = this.#calls.resize(this.#context, pointer, held, log2, newLength, caller) !== 0;
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
    if (kept) this.#checkAnswer(call, pointer, newLength, log2);
    return kept;
  }

  /** @returns {number} the pointer; 0: nothing has changed */
  remap(call, { pointer, held, log2 }, newLength, caller) {
    let moved;
    try {
      moved = unsigned(this.#calls.remap(this.#context, pointer, held, log2, newLength, caller));
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
    if (moved !== 0) this.#checkAnswer(call, moved, newLength, log2);
    return moved;
  }

  free(call, { pointer, held, log2 }, caller) {
    try {
      this.#calls.free(this.#context, pointer, held, log2, caller);
    } catch (thrown) {
      throw this.#meaningOf(call, thrown);
    }
  }

  /**
   * Runs a function that calls other exports of the module, and returns its answer. The function is passed
   * another one, which takes the address and the length of what an export left in the memory and returns the
   * buffer that it lies in.
   *
   * @template Answer
   * @param {string} call
   * @param {(reach: (address: number, length: number) => ArrayBuffer) => Answer} run
   * @returns {Answer}
   */
  attempt(call, run) {
    const reach = (address, length) => {
      this.#checkAnswer(call, address, length, 2);
      return this.#buffer;
    };
    try {
      return run(reach);
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
        `past the end of a block; ${this.#face.whenBroken}`,
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
