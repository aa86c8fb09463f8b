// The table of products, alloc/products/products.json, for whoever needs it: the Makefile, the tests,
// the golden files, the npm package and README.
//
// A row:
//   name              what it is called, and its file
//   what              README's words
//   kind              "module" (when it is missing) or "library"
//   header            alloc/products/HEADER.h; its name when it is missing
//   faces             files of alloc/abi/, each with what it exports in linker/faces/, if anything
//   flags             for the compiler
//   addressBits       32 when it is missing
//   largestAlignment  log2 of the largest that the four calls honour; missing where there are none
//   package           whether the npm package has it
//   demo              whether `make demo` replays traces on it
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
 * @property {number} [largestAlignment]
 * @property {boolean} [package]
 * @property {boolean} [demo]
 * @property {string} file its name with the suffix
 * @property {string} path relative to the repository
 */

/** @type {Row[]} */
export const rows = JSON.parse(readFileSync(new URL(table, root), "utf8")).map((row) => {
  const kind = row.kind ?? "module";
  const file = `${row.name}.${kind === "library" ? "a" : "wasm"}`;
  return { header: row.name, addressBits: 32, ...row, kind, file, path: `dist/${file}` };
});

/** Those that are modules. */
export const shippedModules = rows.filter(({ kind }) => kind === "module");

/** What the linker is to export for these faces: files of options. */
export function exportsOf(faces) {
  return faces
    .map((face) => `linker/faces/${face}.rsp`)
    .filter((file) => existsSync(new URL(file, root)));
}

function rulesOf({ name, kind, header, faces, flags, addressBits, demo, path }) {
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
    lines.push(`${path}: EXPORTED := ${exported.map((file) => `@${file}`).join(" ")}`);
  }
  if (demo) lines.push(`DEMO_MODULES += ${path}`);
  if (faces.includes("import")) lines.push(`WITH_START += ${path}`);
  return [...lines, ""].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(`# By tools/products.js from ${table}.\n`);
  for (const row of rows) console.log(rulesOf(row));
}
