// The modules for wasm64 in Chromium and Firefox: the contract in short, below and above 4 GiB
// (memory64/contract.js).

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setMaximumPages } from "../bench/memory-section.js";
import { serve } from "../examples/web/server.js";
import { rows } from "../tools/products.js";
import { browse } from "./package/browser.js";

describe("the modules for wasm64 keep the contract in", () => {
  const folder = mkdtempSync(join(tmpdir(), "granary-memory64-"));
  let server;
  before(async () => {
    cpSync("interop/memory64", folder, { recursive: true });
    const offered = ({ addressBits, kind, faces }) =>
      addressBits === 64 && kind === "module" && !faces.includes("import");
    for (const { file, path } of rows.filter(offered)) {
      // A memory without a maximum moves whenever Firefox grows it; 4 GiB take their time.
      writeFileSync(join(folder, file), setMaximumPages(readFileSync(path), 70_000));
    }
    server = await serve(folder);
  });
  after(() => {
    server?.close();
    rmSync(folder, { recursive: true });
  });

  for (const browser of ["chromium", "firefox"]) {
    test(browser, async (context) => {
      const { value, problems } = await browse(browser, server.address, "answer");
      const answers = Object.values(value);
      if (answers.every((answer) => answer === "no memory64")) {
        return context.skip(`this ${browser} has no memory64`);
      }
      assert.equal(answers.length, 4);
      for (const [name, answer] of Object.entries(value)) assert.equal(answer, "kept", name);
      assert.deepEqual(
        problems.filter((problem) => !problem.includes("favicon")),
        [],
      );
    });
  }
});
