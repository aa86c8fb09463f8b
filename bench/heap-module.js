// The heap of an allocator's module, in a memory of a given number of pages at most. The module may
// have the four calls or malloc and free; its memory may be its own or an imported one; and it may be
// linked anew for each size of the memory. Pages that the module's own data fills are not counted: of
// its initial pages only the last one is, in which the heap begins.

import { readFileSync } from "node:fs";
import { pageSize } from "./games.js";
import { initialPages, setMaximumPages } from "./memory-section.js";

const alignmentLog2 = 4;
const placeOfPages = "{pages}";

/** Opens fresh heaps of one module. */
export class HeapModule {
  #path;
  #like;
  #modules = new Map();
  #largest = new Map();

  /**
   * @param {string} name
   * @param {string} path of a module; with `{pages}` in it, of one module for each number of pages,
   *   which is its initial memory and its maximum
   * @param {HeapModule} [like] a module whose fresh heaps have fewer bytes: the difference is withheld
   */
  constructor(name, path, like) {
    this.name = name;
    this.#path = path;
    this.#like = like;
  }

  /**
   * A fresh heap in a memory that never has more than `pages` pages.
   *
   * @returns {import("./games.js").Heap}
   */
  open(pages) {
    const heap = this.#instantiate(pages);
    const more = this.#like ? this.largestBlock(pages) - this.#like.largestBlock(pages) : 0;
    if (more > 0 && heap.alloc(more) === 0) throw new Error(`${this.name}: ${more} bytes too few`);
    return heap;
  }

  /** The length of the largest block that there is, with nothing withheld. */
  largestBlock(pages) {
    if (!this.#largest.has(pages)) {
      let fits = 0;
      for (let fails = pages * pageSize; fails - fits > 1;) {
        const length = Math.floor((fits + fails) / 2);
        if (this.#instantiate(pages).alloc(length) !== 0) fits = length;
        else fails = length;
      }
      this.#largest.set(pages, fits);
    }
    return this.#largest.get(pages);
  }

  #instantiate(pages) {
    const { module, importsMemory } = this.#moduleFor(pages);
    const memory = importsMemory ? new WebAssembly.Memory({ initial: 0, maximum: pages }) : null;
    return heapOf(new WebAssembly.Instance(module, { env: { memory } }).exports);
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
      const module = limited
        ? asLinked
        : new WebAssembly.Module(setMaximumPages(bytes, initialPages(bytes) - 1 + pages));
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
