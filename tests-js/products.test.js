// A new product is a header and a row, as CONTRIBUTING says. This test follows that recipe in a copy of
// the sources, where the default engine gets another name.

import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { copySources } from "../tools/copy-sources.js";
import { rows } from "../tools/products.js";
import { outputOfSync } from "../tools/run.js";
import { makeWords } from "../tools/toolchain.js";

const table = "alloc/products/products.json";
describe("a product that is added as one header and one row", () => {
  const tree = copySources();
  const read = (path) => readFileSync(join(tree, path));
  const run = (...command) => outputOfSync(command, { cwd: tree, timeout: 300_000 });
  const make = (...words) =>
    run(
      ...["make", "--no-print-directory", "--old-file=node_modules/.package-lock.json"],
      ...[...makeWords, ...words],
    );
  let saidByMake;

  before(() => {
    symlinkSync(resolve("node_modules"), join(tree, "node_modules"));
    cpSync("alloc/products/granary.h", join(tree, "alloc/products/pretended.h"));
    const { file, path, header, addressBits, kind, ...row } = rows.find(
      ({ name }) => name === "granary",
    );
    assert.deepEqual(
      [file, path, header, addressBits, kind],
      ["granary.wasm", "dist/granary.wasm", "granary", 32, "module"],
    );
    const withRow = [...JSON.parse(read(table)), { ...row, name: "pretended", what: "pretended" }];
    writeFileSync(join(tree, table), JSON.stringify(withRow));
    saidByMake = make("V=", "all");
    run(process.execPath, "tools/update-golden.js");
  });
  after(() => rmSync(tree, { recursive: true }));

  test("is built by `make`, like the product whose engine it has", () => {
    assert.deepEqual(read("dist/pretended.wasm"), read("dist/granary.wasm"));
  });

  test("is named by `make` as every product is, without a command; V=1 shows the commands", () => {
    const names = [...rows.map(({ path }) => path), "dist/pretended.wasm"];
    const lines = saidByMake.trimEnd().split("\n");
    assert.deepEqual(lines.sort(), names.map((path) => `building ${path}`).sort());
    const commands = make("V=1", "--what-if=alloc/abi/calls.cc", "build/pretended/calls.o");
    assert.match(commands, /^\S*clang\S* -std=c\+\+20 .* -o build\/pretended\/calls\.o$/m);
  });

  test("changes no other product", () => {
    for (const { path, kind } of rows) {
      if (kind === "module") assert.deepEqual(read(path), readFileSync(path), path);
    }
  });

  test("has a golden file, a size and a row in README after `make update-golden`", () => {
    assert.deepEqual(read("linker/pretended.golden"), read("linker/granary.golden"));
    const sizes = JSON.parse(read("linker/sizes.json"));
    assert.deepEqual(sizes.pretended, sizes.granary);
    const size = sizes.granary.raw.toLocaleString("en");
    assert.match(
      read("README.md").toString(),
      new RegExp(`\\| \`pretended\\.wasm\` +\\| pretended +\\| ${size} `),
    );
  });

  test("is in the npm package, which exports it", () => {
    run(process.execPath, "js/stage.js");
    assert.deepEqual(read("build/package/pretended.wasm"), read("dist/pretended.wasm"));
    const { exports } = JSON.parse(read("build/package/package.json"));
    assert.equal(exports["./pretended.wasm"], "./pretended.wasm");
  });
});
