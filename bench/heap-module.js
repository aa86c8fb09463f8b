// A module that is an allocator, over a memory of so many pages at most: whether it has the four
// calls or malloc and free, brings its memory or takes the host's, or is linked for each size of
// the memory anew.

import { readFileSync } from "node:fs";
import { pageSize } from "./games.js";
import { setMaximumPages } from "./memory-section.js";

const alignmentLog2 = 4;
const placeOfPages = "{pages}";

/** Opens fresh heaps of one module. */
export class HeapModule {
  #path;
  #modules = new Map();
  #largest = new Map();

  /**
   * @param {string} name
   * @param {string} path of a module; with `{pages}` in it, of one for each number of pages, of
   *   which that is the initial memory and the maximum
   */
  constructor(name, path) {
    this.name = name;
    this.#path = path;
  }

  /**
   * A fresh heap in a memory that never has more than `pages` pages, of which `withheld` bytes are
   * taken once and for all.
   *
   * @returns {import("./games.js").Heap}
   */
  open(pages, withheld = 0) {
    const { module, importsMemory } = this.#moduleFor(pages);
    const memory = importsMemory ? new WebAssembly.Memory({ initial: 0, maximum: pages }) : null;
    const heap = heapOf(new WebAssembly.Instance(module, { env: { memory } }).exports);
    if (withheld > 0 && heap.alloc(withheld) === 0) throw new Error(`${this.name}: too small`);
    return heap;
  }

  /** The length of the largest block that a fresh heap has: what an allocator begins with. */
  largestBlock(pages) {
    if (!this.#largest.has(pages)) {
      let fits = 0;
      for (let fails = pages * pageSize; fails - fits > 1;) {
        const length = Math.floor((fits + fails) / 2);
        if (this.open(pages).alloc(length) !== 0) fits = length;
        else fails = length;
      }
      this.#largest.set(pages, fits);
    }
    return this.#largest.get(pages);
  }

  /** As `open`, with no more bytes than a fresh heap of the other one has. */
  openLike(other, pages) {
    return this.open(pages, Math.max(0, this.largestBlock(pages) - other.largestBlock(pages)));
  }

  #moduleFor(pages) {
    if (!this.#modules.has(pages)) {
      const linkedForPages = this.#path.includes(placeOfPages);
      const bytes = readFileSync(this.#path.replace(placeOfPages, String(pages)));
      const asLinked = new WebAssembly.Module(bytes);
      const importsMemory = WebAssembly.Module.imports(asLinked).some(
        ({ kind }) => kind === "memory",
      );
      const limited = linkedForPages || importsMemory;
      const module = limited ? asLinked : new WebAssembly.Module(setMaximumPages(bytes, pages));
      this.#modules.set(pages, { module, importsMemory });
    }
    return this.#modules.get(pages);
  }
}

function heapOf({ alloc, malloc, free }) {
  if (malloc) return { alloc: (length) => malloc(length) >>> 0, free: (address) => free(address) };
  return {
    alloc: (length) => alloc(0, length, alignmentLog2, 0) >>> 0,
    free: (address, length) => free(0, address, length, alignmentLog2, 0),
  };
}
