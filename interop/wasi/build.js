// Compiles a program once and links it three times: with wasi-libc's own malloc, and with Granary's
// library, plain or checked, before wasi-libc. The linker takes a name from the first library that has
// it, so a program does nothing else to use Granary.
//
// Objects are kept, under a key made of all that they depend on.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { inRepository } from "../../tools/paths.js";
import { inParallel, outputOf } from "../../tools/run.js";
import { sourceFolder } from "./fetch.js";
import { built, own } from "./folders.js";

// Debian's libraries for wasm32-wasi belong to its clang 19; any other would not find them.
export const compilers = { c: "clang-19", "c++": "clang++-19" };
const compilersAtOnce = 2;
const target = ["--target=wasm32-wasi"];
// The stack has 1 MiB for deep recursion. It lies below the data, so that a program that overflows it
// traps and does not write over what the allocator keeps.
const linking = ["-Wl,--stack-first,-z,stack-size=1048576"];

/** The library that stands before wasi-libc on the linker's command line. */
const libraries = {
  "wasi-libc": [],
  granary: [inRepository("dist/libgranary.a")],
  "granary-checked": [inRepository("dist/libgranary-checked.a")],
};

/** @typedef {keyof typeof libraries} Variant */

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {import("./fetch.js").Archive} archive
 * @property {(folder: string) => string[]} sources given the folder of the unpacked archive
 * @property {(folder: string) => string[]} options of the compiler, given the same
 * @property {(folder: string) => void} [prepare] what has to be written before compiling
 * @property {string[]} [link] options of the linker
 */

/** The folder in which one variant of a program is linked and run. */
export function variantFolder(program, variant) {
  return join(built, program.name, variant);
}

/**
 * The modules of a program and the linker's map of each.
 *
 * @param {Program} program
 * @returns {Promise<Record<Variant, {module: string, map: string}>>}
 */
export async function build(program) {
  const objects = await compile(program);
  const linked = {};
  for (const variant of Object.keys(libraries)) {
    linked[variant] = await link(program, objects, variant);
  }
  return linked;
}

const compilerOf = (path) => compilers[/\.c(\.o)?$/.test(path) ? "c" : "c++"];

async function compile(program) {
  const archiveFolder = sourceFolder(program.archive);
  const options = [...target, "-w", ...program.options(archiveFolder)];
  const folder = join(built, program.name, "objects");
  await emptyUnlessKey(folder, await keyOf(program, options));
  program.prepare?.(archiveFolder);
  const objects = [];
  const jobs = [];
  for (const source of program.sources(archiveFolder)) {
    const object = join(folder, `${basename(source)}.o`);
    objects.push(object);
    if (existsSync(object)) continue;
    jobs.push(() => outputOf([compilerOf(source), ...options, "-c", source, "-o", object]));
  }
  await inParallel(jobs, (job) => job(), compilersAtOnce);
  return objects;
}

async function link(program, objects, variant) {
  const folder = variantFolder(program, variant);
  mkdirSync(folder, { recursive: true });
  const module = join(folder, `${program.name}.wasm`);
  const map = join(folder, `${program.name}.map`);
  // The driver of C++ adds the libraries of C++.
  const driver = objects.map(compilerOf).find((name) => name !== compilers.c) ?? compilers.c;
  const inputs = [...objects, ...libraries[variant], ...(program.link ?? [])];
  const outputs = ["-o", module, `-Wl,-Map=${map}`];
  await outputOf([driver, ...target, ...linking, ...inputs, ...outputs]);
  return { module, map };
}

/** All that an object depends on: the compiler, the archive, the options and our own files. */
async function keyOf(program, options) {
  const facts = [await outputOf([compilers.c, "--version"]), program.archive.sha256, ...options];
  const hash = createHash("sha256").update(JSON.stringify(facts));
  const folder = join(own, program.name);
  for (const name of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}

async function emptyUnlessKey(folder, key) {
  const keyFile = join(folder, "key");
  if (existsSync(keyFile) && readFileSync(keyFile, "utf8") === key) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(keyFile, key);
}
