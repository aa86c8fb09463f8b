// Reads the table of products, alloc/products/products.json. The Makefile, the tests, the golden files,
// the npm package and README take the products from here.
//
// A row has these fields:
//   name              the name of the product, and of its file without the suffix
//   what              README's words
//   kind              "module" (by default) or "library"
//   header            alloc/products/HEADER.h (by default of the product's name)
//   faces             files of alloc/abi/; a file of linker/faces/ lists the exports of each, if any. "library" stands
//                     for those that every library has
//   flags             options of the compiler
//   addressBits       32 by default
//   features          what the code needs of a runtime, beyond the first release of WebAssembly and what its kind of
//                     memory needs, in the words of wasm-opt: bulk-memory by default
//   largestAlignment  log2 of the largest that the four calls honour; missing where there are none
//   package           whether the npm package has the product
//   demo              what `make demo` says of the product; missing where it does not replay traces on it
//
// usage: node tools/products.js     prints the Makefile's rules

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const table = "alloc/products/products.json";

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} what
 * @property {"module" | "library"} kind
 * @property {string} header
 * @property {string[]} faces
 * @property {string} flags
 * @property {32 | 64} addressBits
 * @property {string[]} features
 * @property {number} [largestAlignment]
 * @property {boolean} [package]
 * @property {string} [demo]
 * @property {boolean} threads whether it is compiled with atomics, for memories that threads share
 * @property {string} file its name with the suffix
 * @property {string} path relative to the repository
 */

/** In the order in which they stand in the archives. */
const facesOfLibraries = [
  ...["library_calls", "library_vtable", "library_growth", "library_version", "library_inspect"],
  ...["library_arenas", "library_arena_vtable", "malloc", "new", "component"],
];

/** @type {Row[]} */
export const rows = JSON.parse(readFileSync(new URL(table, root), "utf8")).map((row) => {
  const kind = row.kind ?? "module";
  const file = `${row.name}.${kind === "library" ? "a" : "wasm"}`;
  const threads = row.flags.includes("-matomics");
  return {
    header: row.name,
    addressBits: 32,
    features: ["bulk-memory"],
    ...row,
    faces: row.faces.flatMap((face) => (face === "library" ? facesOfLibraries : face)),
    kind,
    threads,
    file,
    path: `dist/${file}`,
  };
});

/** The products that are modules. */
export const shippedModules = rows.filter(({ kind }) => kind === "module");

/** Returns the files of options that tell the linker what to export for these faces. */
export function exportsOf(faces) {
  return faces
    .map((face) => `linker/faces/${face}.rsp`)
    .filter((file) => existsSync(new URL(file, root)));
}

/** Whether one of these files names a start function. */
const haveStart = (files) =>
  files.some((file) => /^--export=start$/m.test(readFileSync(new URL(file, root), "utf8")));

function rulesOf({ name, kind, header, faces, flags, addressBits, features, threads, demo, path }) {
  const target = `--target=wasm${addressBits}-unknown-unknown`;
  const product = `-DGRANARY_PRODUCT='"alloc/products/${header}.h"'`;
  const objects = faces.map((face) => `build/${name}/${face}.o`).join(" ");
  const exported = exportsOf(faces);
  const list = { module: "SHIPPED_MODULES", library: "SHIPPED_LIBRARIES" }[kind];
  const lines = [
    `${list} += ${path}`,
    `OBJECTS_OF_${name} := ${objects}`,
    `FLAGS_OF_${name} := ${target} ${flags} ${product}`,
    `$(eval $(call objects_of,${name}))`,
    `${path}: ${objects}`,
  ];
  if (kind !== "library") {
    lines.push(`${path}: linker/module.rsp ${exported.join(" ")}`);
    if (addressBits === 64) lines.push(`WIDE_MODULES += ${path}`);
    if (threads) lines.push(`THREADED_MODULES += ${path}`);
    const needed = [...features];
    if (addressBits === 64) needed.push("memory64");
    if (threads) needed.push("threads");
    if (haveStart(exported)) {
      lines.push(`WITH_START += ${path}`);
      // The start function writes the exported globals.
      needed.push("mutable-globals");
    }
    lines.push(`${path}: FEATURES := ${needed.join(" ")}`);
    lines.push(`${path}: EXPORTED := ${exported.map((file) => `@${file}`).join(" ")}`);
  }
  if (demo) lines.push(`DEMO_MODULES += ${path}`);
  return [...lines, ""].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`# By tools/products.js from ${table}.\n`);
  for (const row of rows) console.log(rulesOf(row));
}
