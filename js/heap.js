// One heap in one WebAssembly memory: an allocator (allocator.js) that is made of a module.

import { Allocator } from "./allocator.js";
import { Engine } from "./engine.js";
import { GranaryError } from "./errors.js";
import { extentNow, face, fourCalls, widthOf } from "./face.js";
import { instantiate, instantiateSync } from "./instantiate.js";
import { mostPagesOf } from "./limits.js";
import { isShared } from "./views.js";

const constructionKey = Symbol("granary");

export class Heap extends Allocator {
  // Bundlers find the URLs only when they are written out like this; they then copy the files.
  static [face] = {
    className: "Heap",
    module: "granary",
    files: {
      "granary.wasm": () => new URL("./granary.wasm", import.meta.url),
      "granary-import.wasm": () => new URL("./granary-import.wasm", import.meta.url),
      "granary64.wasm": () => new URL("./granary64.wasm", import.meta.url),
      "granary-import64.wasm": () => new URL("./granary-import64.wasm", import.meta.url),
    },
    exports: fourCalls,
    calls: ({ exports }) => exports,
    whenBroken: "a CheckedHeap, which has the same calls, finds wrong writes",
  };

  #exports;
  #memory;
  #mostPages;

  /** Makes a heap over the given or the shipped module; index.d.ts has the options. */
  static async create(options = {}) {
    return new this(constructionKey, await instantiate(this[face], options));
  }

  /** Makes one at once, from bytes or a compiled module. */
  static createSync(options) {
    return new this(constructionKey, instantiateSync(this[face], options));
  }

  constructor(key, running) {
    if (key !== constructionKey) {
      throw new GranaryError(
        "ERR_OPTION",
        "a heap is made by Heap.create or Heap.createSync, not new",
      );
    }
    const own = new.target[face];
    super(new Engine(running, own), running.width, own.className, "heap", own.elsewhere ?? "");
    this.#exports = running.exports;
    this.#memory = running.memory;
  }

  get exports() {
    return this.#exports;
  }

  get memory() {
    return this.#memory;
  }

  get width() {
    return this[widthOf].bits;
  }

  [extentNow]() {
    const { buffer } = this.#memory;
    this.#mostPages ??= mostPagesOf(this.#memory, this[widthOf], isShared(buffer));
    return `the memory has ${buffer.byteLength / 65536} of at most ${this.#mostPages} pages`;
  }
}
