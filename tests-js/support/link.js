// Makes bare wasm programs of C and C++ sources, most of them with libgranary.a, without a C library or a
// start function. They lie in a folder that is removed when the process ends.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { readUnsigned } from "../../bench/memory-section.js";
import { rows } from "../../tools/products.js";
import { outputOfSync, runSync } from "../../tools/run.js";
import { compiler, linker } from "../../tools/toolchain.js";
import { unsignedCalls } from "./unsigned-calls.js";
import { isWide, ofWidth, target } from "./width.js";

/** For files that a test makes. */
export const folder = mkdtempSync(join(tmpdir(), "granary-programs-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/**
 * The path of an object made of one source.
 *
 * @param {string} source C when its name ends in .c, else C++
 * @param {string[]} [options] more for the compiler
 */
export function compile(source, options = []) {
  const object = join(folder, `${basename(source)}.o`);
  const language = source.endsWith(".c") ? ["-x", "c", "-std=c11"] : ["-std=c++17"];
  const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
  const bare = [target, "-ffreestanding", "-nostdlib", "-Oz"];
  // Without a library there is no memset to call: bulk memory is one instruction.
  const without = ["-fno-exceptions", "-fno-rtti", "-mbulk-memory"];
  const all = [...language, ...strict, ...bare, ...without, "-Iinclude", ...options];
  outputOfSync([compiler, ...all, "-c", source, "-o", object]);
  return object;
}

/**
 * The bytes of a program.
 *
 * @param {string | string[]} sources none for the library alone
 * @param {object} [how]
 * @param {string[]} [how.exports] names beside those that the sources export
 * @param {boolean} [how.names] whether functions keep their names
 * @param {boolean} [how.library] whether libgranary.a is linked
 * @param {string[]} [how.compilerOptions]
 * @param {string[]} [how.linkerOptions]
 */
export function link(sources, how = {}) {
  outputOfSync([linker, ...linking(sources, how)]);
  return readFileSync(program);
}

/** What the linker says of a program that it has to refuse; the same parameters. */
export function refusal(sources, how = {}) {
  const { status, stderr } = runSync([linker, ...linking(sources, how)]);
  assert.equal(status, 1, stderr);
  return stderr;
}

const program = join(folder, "program.wasm");

/** The linker's command line, all sources compiled. */
function linking(sources, how) {
  const { exports = [], names = false, library = true } = how;
  const objects = [sources].flat().map((source) => compile(source, how.compilerOptions));
  return [
    "--no-entry",
    ...(isWide ? ["-mwasm64"] : []),
    ...(names ? [] : ["--strip-all"]),
    "--stack-first",
    "-zstack-size=4096",
    ...exports.map((name) => `--export=${name}`),
    ...(how.linkerOptions ?? []),
    ...objects,
    ...(library ? [`dist/${ofWidth("libgranary")}.a`] : []),
    "-o",
    program,
  ];
}

/** Those of the libraries, by their names, that there are for the width of the run. */
export const libraries = ["libgranary", "libgranary-checked"]
  .map(ofWidth)
  .filter((name) => rows.some((row) => row.name === name))
  .map((name) => `${name}.a`);

/** The functions of a program that must import nothing, as `unsignedCalls` has them. */
export const callsOf = (bytes) => unsignedCalls(bytes, instantiate(bytes));

/** The exports of a program that must import nothing. */
export function instantiate(bytes) {
  const module = new WebAssembly.Module(bytes);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  return new WebAssembly.Instance(module).exports;
}

/** The names of all functions of a program that was linked with names, as C++ writes them. */
export function functionNames(bytes) {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), "name");
  const names = new Uint8Array(section);
  let offset = 0;
  const unsigned = () => {
    const { value, next } = readUnsigned(names, offset);
    offset = next;
    return value;
  };
  while (offset < names.length) {
    const id = names[offset++];
    const end = unsigned() + offset;
    if (id === subsectionOfFunctions) {
      return Array.from({ length: unsigned() }, () => {
        unsigned();
        const length = unsigned();
        offset += length;
        return Buffer.from(names.subarray(offset - length, offset)).toString();
      });
    }
    offset = end;
  }
  return [];
}

/** Of the section "name" in the core specification's appendix. */
const subsectionOfFunctions = 1;
