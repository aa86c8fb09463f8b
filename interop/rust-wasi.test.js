// The crate of rust/ in a program for WASI, built with Debian's rustc: std and the C library below it
// allocate from one heap, also over the checked library, which finds no fault.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { runSync } from "../tools/run.js";
import { buildWasi } from "./rust/cargo.js";
import { objectsByName } from "./wasi/map.js";

const runner = inRepository("examples/wasi/run.js");
const folder = inRepository("build/interop/rust/wasi-files");

for (const library of ["granary", "granary-checked"]) {
  describe(`with the crate over lib${library}.a a Rust program for WASI`, () => {
    let built;
    before(() => {
      built = buildWasi(library);
    });

    test("keeps every byte that std and the C library allocate beside each other", () => {
      mkdirSync(folder, { recursive: true });
      const command = [process.execPath, runner, inRepository(built.module), "one", "two"];
      const { status, stdout, stderr } = runSync(command, { cwd: folder, timeout: 60_000 });
      assert.equal(status, 0, stderr);
      assert.deepEqual(stdout.trim().split("\n"), [
        "right texts: 33333 of 33333",
        'arguments: ["one", "two"]',
        "same file: true",
        "entries: 2",
        "wrong bytes of C: 0",
        "broken rules: 0",
      ]);
    });

    test("has no allocator but Granary's", () => {
      const objects = objectsByName(readFileSync(built.map, "utf8"));
      for (const name of ["malloc", "free", "granary_alloc"]) {
        assert.match(objects.get(name) ?? "", /libgranary/, name);
      }
      const theirs = [...objects.values()].filter((object) => /dlmalloc/.test(object));
      assert.deepEqual(theirs, []);
    });
  });
}
