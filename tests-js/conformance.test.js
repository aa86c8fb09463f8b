// Runs the conformance kit over every product.

import { conformance } from "./support/conformance-kit.js";
import { openHeap, products } from "./support/products.js";

for (const product of products) conformance(product, openHeap);
