// What has arenas, as the tests of arenas call it: the modules, and a C program with each library, which
// exports the same. All of them have 32-bit addresses; answers are unsigned numbers here.

import { setMaximumPages } from "../../bench/memory-section.js";
import { instantiate, link } from "./link.js";
import { hostPages, openHeap, products } from "./products.js";

const addresses = ["alloc", "remap", "arena_new", "arena_over", "c_alloc"];

/** Returns the exports with unsigned addresses. */
const unsigned = (exports) => ({
  ...exports,
  ...Object.fromEntries(
    addresses
      .filter((name) => name in exports)
      .map((name) => [name, (...operands) => exports[name](...operands) >>> 0]),
  ),
});

const modules = products
  .filter(({ faces }) => faces.includes("arenas"))
  .map((product) => ({
    name: product.file,
    checked: product.checked,
    open: (maximumPages) => unsigned(openHeap(product, { maximumPages }).exports),
    // The pages that are not the heap's own.
    pagesBefore: product.imported ? hostPages : 0,
  }));

const programs = ["libgranary", "libgranary-checked"].map((library) => {
  const checked = library.endsWith("checked");
  const bytes = link("tests-js/library/arenas.c", {
    library: false,
    linkerOptions: [`dist/${library}.a`],
    exports: checked ? ["granary_fault", "__stack_pointer"] : [],
  });
  return {
    name: `a C program with ${library}.a`,
    checked,
    open(maximumPages) {
      const limited = maximumPages === undefined ? bytes : setMaximumPages(bytes, maximumPages);
      const exports = instantiate(limited);
      return unsigned({ ...exports, fault: exports.granary_fault });
    },
    pagesBefore: 0,
  };
});

/** @type {{name: string, checked: boolean, open: Function, pagesBefore: number}[]} */
export const arenaPrograms = [...modules, ...programs];
