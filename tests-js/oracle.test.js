// `classic` is compared with the real allocator of Zig 0.16: the same calls must give the same addresses,
// answers and growth. There are 20 seeds of 110,000 calls; SEED=n replays one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compareWithOracle } from "./support/oracle-kit.js";
import { oracle, productNamed } from "./support/products.js";
import { seeds } from "./support/random.js";

const classic = productNamed("classic");

// The last seeds run in a memory of 2.5 MiB, which is full most of the time.
const smallMaximum = { from: 15, pages: 40 };

describe("classic and Zig's allocator give the same addresses, answers and growth", () => {
  for (const seed of seeds(1, 20)) {
    const maximumPages = seed >= smallMaximum.from ? smallMaximum.pages : undefined;
    const where = maximumPages ? `in ${maximumPages} pages` : "in a memory without a limit";
    test(`for random calls ${where} (SEED=${seed})`, () => {
      const counts = compareWithOracle(classic, oracle, {
        seed,
        calls: 110_000,
        maximumPages,
      });
      assert.ok(counts.resized > 1000, "the calls reached resize and remap both ways");
      if (maximumPages) assert.ok(counts.refused > 1000, "the calls reached exhaustion");
    });
  }
});
