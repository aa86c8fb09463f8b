// The modules for wasm64 in Chromium and Firefox: the conformance kit and the tests of far addresses that
// Node runs, from the same files (memory64/page.js). SEED=n replays one seed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { serve } from "../examples/web/server.js";
import { modules } from "../tests-js/support/products.js";
import { root } from "../tools/paths.js";
import { browse } from "./package/browser.js";

const products = modules.filter(
  ({ addressBits, faces }) => addressBits === 64 && faces.includes("calls"),
);

describe("the modules for wasm64 keep the contract, also far from the address 0, in", () => {
  let server;
  before(async () => {
    server = await serve(root);
  });
  after(() => server?.close());

  for (const browser of ["chromium", "firefox"]) {
    test(browser, async (context) => {
      const page = `${server.address}interop/memory64/?SEED=${process.env.SEED ?? ""}`;
      const { value, problems } = await browse(browser, page, `run(${JSON.stringify(products)})`);
      const { tests, skipped } = value;
      for (const reason of skipped) context.diagnostic(`${browser}: ${reason}`);
      if (tests.length === 0) return context.skip(`this ${browser}: ${skipped}`);
      assert.deepEqual(
        tests.filter(([, failure]) => failure !== null),
        [],
      );
      for (const { name } of products) {
        const ran = tests.filter(([test]) => test.startsWith(`${name} `));
        assert.ok(ran.length > 10, `${name}: ${ran.length} tests`);
      }
      assert.deepEqual(
        problems.filter((problem) => !problem.includes("favicon")),
        [],
      );
    });
  }
});
