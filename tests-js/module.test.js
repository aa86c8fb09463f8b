// Each product as a file: what it imports and exports, how large it is, that it is valid, and that
// it needs nothing but a runtime.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { sectionsOf } from "../bench/memory-section.js";
import { readGolden, readSizes, sizesOf, surfaceOf } from "../tools/golden.js";
import { tableInReadme, tableOfProducts } from "../tools/products-table.js";
import { runSync } from "../tools/run.js";
import { modules, oracles, readModule } from "./support/products.js";

const startSectionId = 8;

/** What says of a module for each width whether it is valid with these features and no others. */
const validators = {
  32: [
    "wasm-validate",
    "--disable-multi-value",
    "--disable-reference-types",
    "--disable-simd",
    "--disable-saturating-float-to-int",
  ],
  // wasm-validate cannot read tables with 64-bit indices.
  64: [
    process.execPath,
    "node_modules/binaryen/bin/wasm-opt",
    "--mvp-features",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-bulk-memory",
    "--enable-memory64",
    "--quiet",
  ],
};

for (const { name, path, imported, threads, addressBits } of modules) {
  describe(`${name}.wasm`, () => {
    test("imports and exports what its golden file says", () => {
      assert.equal(surfaceOf(path), readGolden(name), "if this is meant: make update-golden");
    });

    test("is no larger than its budget, raw and with gzip", () => {
      const budget = readSizes()[name];
      const { raw, gzip } = sizesOf(path);
      assert.ok(raw <= budget.raw, `${raw} bytes, budget ${budget.raw}`);
      assert.ok(gzip <= budget.gzip, `${gzip} bytes with gzip, budget ${budget.gzip}`);
    });

    const wanted = imported ? "a memory" : "nothing";
    test(`imports ${wanted}, and ${imported ? "" : "does not "}run when instantiated`, () => {
      const lines = surfaceOf(path).split("\n");
      const imports = lines.filter((line) => line.startsWith("import"));
      const memory = `${threads ? "shared " : ""}i${addressBits}`;
      assert.deepEqual(imports, imported ? [`import memory env.memory: ${memory}`] : []);
      const starts = [...sectionsOf(readModule(path))].some(({ id }) => id === startSectionId);
      assert.equal(starts, imported, "a start section");
    });

    test("says what it needs of a runtime, so wasm-opt takes it without further options", () => {
      const newest = [process.execPath, "node_modules/binaryen/bin/wasm-opt"];
      // Debian's cannot read tables with 64-bit indices.
      const tools = addressBits === 64 ? [newest] : [["wasm-opt"], newest];
      for (const tool of tools) {
        const { status, stderr } = runSync([...tool, "-Oz", path, "-o", "/dev/null"]);
        assert.equal(status, 0, stderr);
      }
    });

    const more = `${addressBits === 64 ? ", and memory64" : ""}${threads ? ", and threads" : ""}`;
    test(`is valid with the features that every runtime has had since 2021${more}`, () => {
      const enabled = threads ? ["--enable-threads"] : [];
      const result = runSync([...validators[addressBits], ...enabled, path]);
      assert.equal(result.stderr, "");
      assert.equal(result.status, 0);
    });
  });
}

for (const [name, limit] of Object.entries({
  granary: 4608,
  granary64: 5376,
  "granary-threads": 7168,
  "granary-arenas": 5632,
})) {
  test(`${name}.wasm is at most ${limit} bytes, however its budget is updated`, () => {
    const { raw } = sizesOf(modules.find((module) => module.name === name).path);
    assert.ok(raw <= limit, `${raw} bytes`);
  });
}

test("a module for wasm64 exports what the one for wasm32 does", () => {
  const names = (path) => surfaceOf(path).replaceAll(/: .*/g, "");
  for (const wide of modules.filter(({ addressBits }) => addressBits === 64)) {
    const narrow = modules.find(({ name }) => `${name}64` === wide.name);
    assert.equal(names(wide.path), names(narrow.path), wide.name);
  }
});

test("README's table of products has every product with its size", () => {
  assert.deepEqual(tableInReadme(), tableOfProducts(), "if this is meant: make update-golden");
});

for (const { name, path, addressBits } of modules.filter(({ header }) => header === "classic")) {
  test(`${name}.wasm has the same exports as Zig's own module, and is no larger at ReleaseSmall`, () => {
    const oracle = oracles[addressBits].path;
    assert.equal(surfaceOf(path), surfaceOf(oracle));
    const [ours, zigs] = [path, oracle].map((module) => sizesOf(module).raw);
    assert.ok(ours <= zigs, `${ours} bytes, Zig's ${zigs}`);
  });
}
