// The golden files in linker/ hold what a product looks like from outside: its imports and exports, and
// its size. The tests compare products with them, and `make update-golden` rewrites them.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { surfaceOfModule } from "./module-surface.js";

const root = new URL("../", import.meta.url);
export const sizesFile = "linker/sizes.json";

export const goldenFile = (name) => `linker/${name}.golden`;
export const fileUrl = (path) => new URL(path, root);

const readBytes = (path) => readFileSync(fileURLToPath(fileUrl(path)));

/** Returns a sorted line for each import and export: "export memory memory: i32". */
export const surfaceOf = (path) => surfaceOfModule(readBytes(path));

/** Returns the size in bytes, as linked and as a server would send it. */
export function sizesOf(path) {
  const bytes = readBytes(path);
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

export const readGolden = (name) => readBytes(goldenFile(name)).toString();
export const readSizes = () => JSON.parse(readBytes(sizesFile).toString());

export function writeGolden(path, text) {
  writeFileSync(fileURLToPath(fileUrl(path)), text);
}
