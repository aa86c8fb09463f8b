// The malloc family as the tests call it, with unsigned answers, for each product that has it.

import { instantiate, link } from "./link.js";
import { setMaximumPages } from "../../bench/memory-section.js";
import { Heap, readModule } from "./products.js";

export const family = [
  "malloc",
  "free",
  "calloc",
  "realloc",
  "reallocarray",
  "aligned_alloc",
  "memalign",
  "posix_memalign",
  "malloc_usable_size",
];

/** A heap whose calls of C have their own names here, beside what `Heap` knows of its memory. */
export class Malloc extends Heap {
  /** @param {WebAssembly.Exports} exports any of the family */
  constructor(exports) {
    super(exports, { addressBits: 32 });
    for (const name of family) this[name] = (...values) => exports[name](...values) >>> 0;
  }

  /** The word at an address, as the result of posix_memalign is one. */
  word32(address) {
    return new DataView(this.exports.memory.buffer).getUint32(address, true);
  }
}

/**
 * Each product: its name, and how to open a fresh one, by default in a memory without a maximum.
 *
 * @type {{name: string, open: (maximumPages?: number) => Malloc}[]}
 */
export const mallocFaces = [
  { name: "granary-malloc.wasm", bytes: readModule("dist/granary-malloc.wasm") },
  { name: "libgranary.a", bytes: link([], { exports: family }) },
].map(({ name, bytes }) => ({
  name,
  open: (maximumPages) =>
    new Malloc(instantiate(maximumPages ? setMaximumPages(bytes, maximumPages) : bytes)),
}));
