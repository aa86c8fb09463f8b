// The modules under test, as the table of products has them and `make` built them. A test opens any of
// them with `openHeap` (heap.js).

import { readFileSync } from "node:fs";
import { inRepository } from "../../tools/paths.js";
import { shippedModules } from "../../tools/products.js";
import { opener } from "./heap.js";
import { addressBits, ofWidth } from "./width.js";

export { Heap, hostPages, pageSize } from "./heap.js";

/**
 * A row of the table of products, with
 *
 * @typedef {import("../../tools/products.js").Row & {
 *   checked: boolean,
 *   imported: boolean,
 * }} Product
 */

const faced = (row) => ({
  ...row,
  /** Whether it traps when it is misused. */
  checked: row.faces.includes("checked"),
  /** Whether it works in an imported memory. */
  imported: row.faces.includes("import") || row.faces.includes("threads"),
});

/** @type {Product[]} Every module that is shipped: those with the four calls, and those with other names. */
export const modules = shippedModules.map(faced);

const withFourCalls = modules.filter(({ largestAlignment }) => largestAlignment !== undefined);

/** Those with the four calls, for the width that the run is about. */
export const products = withFourCalls.filter((product) => product.addressBits === addressBits);

/** The product for this width, by the name of the one for wasm32. */
export const productNamed = (name) => products.find((product) => product.name === ofWidth(name));

/** The oracle, with which `classic` is compared: Zig's own allocator, compiled by Zig. */
export const oracles = {
  32: { name: "zig32", path: "build/zig32.wasm", addressBits: 32, largestAlignment: 16 },
  64: { name: "zig64", path: "build/zig64.wasm", addressBits: 64, largestAlignment: 16 },
};
export const oracle = oracles[addressBits];

/** @param {string} path relative to the repository */
export function readModule(path) {
  return readFileSync(inRepository(path));
}

export const openHeap = opener(readModule);
