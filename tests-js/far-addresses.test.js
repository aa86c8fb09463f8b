// Runs the tests of far addresses over every product with 64-bit addresses: memory64.test.js runs this file
// with them.

import { describe } from "node:test";
import { farAddresses, refusal } from "./support/far-kit.js";
import { openHeap, products } from "./support/products.js";
import { isWide } from "./support/width.js";

const skip = isWide ? refusal(products[0], openHeap) : "for 64-bit addresses: see memory64.test.js";

describe("far from 0,", { skip }, () => {
  for (const product of products) farAddresses(product, openHeap);
});
