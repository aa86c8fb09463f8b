// Each product as a file: what it imports and exports, how large it is, that it is valid, and that
// it needs nothing but a runtime.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { sectionsOf } from "../bench/memory-section.js";
import { readGolden, readSizes, sizesOf, surfaceOf } from "../tools/golden.js";
import { tableInReadme, tableOfProducts } from "../tools/products-table.js";
import { runSync } from "../tools/run.js";
import { modules, oracles, products, readModule } from "./support/products.js";

const startSectionId = 8;

for (const { name, path, imported } of modules) {
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
      const bytes = readModule(path);
      const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
      const memory = { module: "env", name: "memory", kind: "memory" };
      assert.deepEqual(imports, imported ? [memory] : []);
      const starts = [...sectionsOf(bytes)].some(({ id }) => id === startSectionId);
      assert.equal(starts, imported, "a start section");
    });

    test("passes wasm-validate with the features that every runtime has had since 2021", () => {
      const newer = [
        "--disable-multi-value",
        "--disable-reference-types",
        "--disable-simd",
        "--disable-saturating-float-to-int",
      ];
      const result = runSync(["wasm-validate", ...newer, path]);
      assert.equal(result.stderr, "");
      assert.equal(result.status, 0);
    });
  });
}

test("granary.wasm is at most 4,608 bytes, however its budget is updated", () => {
  const { path } = products.find((product) => product.name === "granary");
  const { raw } = sizesOf(path);
  assert.ok(raw <= 4608, `${raw} bytes`);
});

test("README's table of products has every product with its size", () => {
  assert.deepEqual(tableInReadme(), tableOfProducts(), "if this is meant: make update-golden");
});

describe("classic.wasm beside Zig's own module", () => {
  test("has the same exports, and is no larger than Zig's module at ReleaseSmall", () => {
    const { path } = products.find((product) => product.name === "classic");
    assert.equal(surfaceOf(path), surfaceOf(oracles[32].path));
    const ours = sizesOf(path).raw;
    const zigs = sizesOf(oracles[32].path).raw;
    assert.ok(ours <= zigs, `${ours} bytes, Zig's ${zigs}`);
  });
});
