// Runs the kits of tests-js/ over products in a page. What they take of Node has stand-ins in node/, to
// which the page's import map leads.

import "./node/globals.js";
import { runTests } from "./node/test.js";
import { conformance } from "../../tests-js/support/conformance-kit.js";
import { farAddresses, refusal } from "../../tests-js/support/far-kit.js";
import { opener } from "../../tests-js/support/heap.js";

/** A memory without a maximum moves whenever Firefox grows it, and then a growth takes its time. */
const usualPages = 2 ** 14;
const farPages = 240_000;

/**
 * @param {import("../../tests-js/support/products.js").Product[]} products
 * @returns {Promise<{tests: [string, string | null][], skipped: string[]}>} each test with what went wrong,
 *   and why tests did not run
 */
window.run = async function (products) {
  const bytes = {};
  for (const { path } of products) {
    bytes[path] = new Uint8Array(await (await fetch(`../../${path}`)).arrayBuffer());
    if (!WebAssembly.validate(bytes[path])) return { tests: [], skipped: ["no memory64"] };
  }
  const open = opener((path) => bytes[path]);
  const openWith = (maximumPages) => (product, options) =>
    open(product, { maximumPages, ...options });
  for (const product of products) conformance(product, openWith(usualPages));
  const refused = refusal(products[0], openWith(farPages));
  if (!refused) for (const product of products) farAddresses(product, openWith(farPages));
  return { tests: await runTests(), skipped: refused ? [refused] : [] };
};
