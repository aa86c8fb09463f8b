// Every product is compared with the shadow model: each random operation is checked against everything
// that is known of the heap. There are 5 million operations by default; OPERATIONS=n asks for another
// number in all, SEED=n replays one seed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openHeap, products } from "./support/products.js";
import { seeds } from "./support/random.js";
import { shadowRun } from "./support/shadow-run.js";

const asked = process.env.OPERATIONS || "5000000";
if (!/^[1-9]\d*$/.test(asked)) throw new Error(`OPERATIONS is a number from 1 on, not "${asked}"`);
const seedCount = 10;
const operations = Math.ceil(Number(asked) / seedCount / products.length);

// One seed in three runs in a memory that is full most of the time.
const maximumPagesOf = (seed) => (seed % 3 === 0 ? 24 : undefined);

for (const product of products) {
  describe(`${product.name} never overlaps, loses or moves a byte`, () => {
    for (const seed of seeds(1, seedCount)) {
      const maximumPages = maximumPagesOf(seed);
      const where = maximumPages ? ` in ${maximumPages} pages` : "";
      test(`in ${operations} random operations${where} (SEED=${seed})`, () => {
        const heap = openHeap(product, { maximumPages });
        const isLimited = maximumPages !== undefined;
        const counts = shadowRun(heap, { seed, operations, isLimited });
        if (operations < 50_000) return;
        for (const [what, count] of Object.entries(counts)) {
          const canHappen =
            (what !== "refused" || maximumPages) && (what !== "moved" || product.remapMoves);
          if (canHappen) assert.ok(count > 0, `${what} was reached`);
        }
      });
    }
  });
}
