// A handle of a block, which follows the block where it moves and ends it at the end of a `using`. It has no
// state of its own: the allocator says whether the block is live and does everything with it. Reading options may run
// the user's code, so they are read before the block is looked up: another block may have its pointer by then.

import { callerOptions, checkedOptions } from "./checks.js";
import { GranaryError } from "./errors.js";
import { dispose, engineOf, isLive } from "./face.js";
import { Figures } from "./figures.js";

export class Block extends Figures {
  #allocator;
  #block;

  /**
   * @param {import("./allocator.js").Allocator} allocator
   * @param {import("./live-blocks.js").LiveBlock} block one of its live blocks
   */
  constructor(allocator, block) {
    super("Block");
    this.#allocator = allocator;
    this.#block = block;
  }

  get isLive() {
    return this.#allocator[isLive](this.#block);
  }

  get pointer() {
    return this.#live("pointer").pointer;
  }

  get length() {
    return this.#live("length").length;
  }

  get alignment() {
    return 2 ** this.#live("alignment").log2;
  }

  get caller() {
    return this.#callerOf(this.#live("caller"));
  }

  bytes(length) {
    return this.#allocator.bytes(this.#live("bytes").pointer, length);
  }

  view(type, count) {
    return this.#allocator.view(type, this.#live("view").pointer, count);
  }

  readString(length) {
    return this.#allocator.readString(this.#live("readString").pointer, length);
  }

  realloc(newLength, options) {
    const { caller } = checkedOptions("realloc", options, callerOptions);
    this.#allocator.realloc(this.#live("realloc").pointer, newLength, { caller });
  }

  free(options) {
    const { caller } = checkedOptions("free", options, callerOptions);
    this.#allocator.free(this.#live("free").pointer, { caller });
  }

  dispose() {
    if (this.isLive) this.free();
  }

  [dispose]() {
    this.dispose();
  }

  toJSON() {
    const { pointer, length, log2 } = this.#block;
    const caller = this.#callerOf(this.#block);
    return { pointer, length, alignment: 2 ** log2, caller, isLive: this.isLive };
  }

  #callerOf({ caller }) {
    return this.#allocator[engineOf].callers.given(caller);
  }

  #live(call) {
    if (this.isLive) return this.#block;
    throw new GranaryError("ERR_POINTER", `${call}: the block of this handle has ended`);
  }
}
