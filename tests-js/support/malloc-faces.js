// The malloc family as the tests call it, for each product that has it.

import { instantiate, link } from "./link.js";
import { setMaximumPages } from "../../bench/memory-section.js";
import { Heap, modules, readModule } from "./products.js";
import { unsignedCalls } from "./unsigned-calls.js";
import { addressBits, ofWidth, unsigned, Words } from "./width.js";

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

/**
 * A heap with the functions that its program exports, as `unsignedCalls` has them, beside what `Heap` knows
 * of its memory.
 */
export class Malloc extends Heap {
  /**
   * @param {Uint8Array} bytes of a program that exports any of the family
   * @param {WebAssembly.Exports} [exports] of an instance
   */
  constructor(bytes, exports = instantiate(bytes)) {
    super(exports, { addressBits });
    Object.assign(this, unsignedCalls(bytes, exports));
  }

  /** What a pointer or a length at an address is, as the result of posix_memalign is one. */
  wordAt(address) {
    return unsigned(new Words(this.exports.memory.buffer, address, 1)[0]);
  }
}

/** The module whose exports are the family, which there is for 32-bit addresses. */
export const mallocModules = modules
  .filter((module) => module.faces.includes("malloc") && module.addressBits === addressBits)
  .map(({ name, path }) => ({ name: `${name}.wasm`, bytes: readModule(path) }));

/**
 * Each product: its name, and how to open a fresh one, by default in a memory without a maximum.
 *
 * @type {{name: string, open: (maximumPages?: number) => Malloc}[]}
 */
export const mallocFaces = [
  ...mallocModules,
  { name: `${ofWidth("libgranary")}.a`, bytes: link([], { exports: family }) },
].map(({ name, bytes }) => ({
  name,
  open: (maximumPages) => new Malloc(maximumPages ? setMaximumPages(bytes, maximumPages) : bytes),
}));
