// Prints by how many bytes a bare C program grows that calls the library: the table of docs/embedding.md. Each
// program exports what it calls and does nothing else; the one that calls nothing is taken off.
//
// usage: node bench/library-cost.js     after `make`

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputOfSync } from "../tools/run.js";
import { compiler, linker } from "../tools/toolchain.js";

const family =
  "malloc free calloc realloc reallocarray aligned_alloc memalign posix_memalign malloc_usable_size";
const rows = {
  "`granary_alloc`, `granary_free`": "granary_alloc granary_free",
  "and `granary_resize`, `granary_remap`":
    "granary_alloc granary_free granary_resize granary_remap",
  "`malloc`, `free`": "malloc free",
  "and `calloc`, `realloc`": "malloc free calloc realloc",
  "the whole malloc family": family,
  "`new`, `new[]`, `delete`, `delete[]`": "_Znwm _Znam _ZdlPv _ZdaPv",
  "nothing; the host calls `cabi_realloc`": "cabi_realloc",
  "`granary_arena_new`, `_alloc`, `_reset`, `_destroy`":
    "granary_arena_new granary_arena_alloc granary_arena_reset granary_arena_destroy",
};

const folder = mkdtempSync(join(tmpdir(), "granary-cost-"));
const object = join(folder, "program.o");
const linked = join(folder, "program.wasm");
const optimised = join(folder, "optimised.wasm");
outputOfSync([
  compiler,
  ...["-x", "c", "--target=wasm32", "-Oz", "-ffreestanding", "-nostdlib"],
  ...["-c", "tests-js/library/no-calls.c", "-o", object],
]);

/** The bytes of a program that exports these names: as linked, and after wasm-opt. */
function bytesOf(names) {
  const exports = names.map((name) => `--export=${name}`);
  const options = ["--no-entry", "--strip-all", "--stack-first", ...exports];
  outputOfSync([linker, ...options, object, "dist/libgranary.a", "-o", linked]);
  outputOfSync(["wasm-opt", "-Oz", "--enable-bulk-memory", linked, "-o", optimised]);
  return [linked, optimised].map((path) => statSync(path).size);
}

const without = bytesOf([]);
console.log("| what it calls | as linked | after wasm-opt |\n| --- | --- | --- |");
for (const [shown, names] of Object.entries(rows)) {
  const kilobytes = bytesOf(names.split(" ")).map((bytes, index) =>
    ((bytes - without[index]) / 1000).toFixed(1),
  );
  console.log(`| ${shown} | ${kilobytes.join(" | ")} |`);
}
rmSync(folder, { recursive: true });
