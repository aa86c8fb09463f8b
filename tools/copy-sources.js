// A copy of what the products and their tests are built from, for whoever changes the sources and has to
// leave the working tree alone.

import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const copied = [
  "CHANGELOG.md",
  "LICENSE",
  "Makefile",
  "README.md",
  "SECURITY.md",
  "alloc",
  "bench",
  "docs",
  "examples/examples.mk",
  "include",
  "interop/interop.mk",
  "js",
  "linker",
  "map",
  "package.json",
  "runtime",
  "rust",
  "tests-js",
  "tests-native",
  "tools",
  "zig",
];

/** The new folder, with `others` (files that were built) at their places. */
export function copySources(others = []) {
  const folder = mkdtempSync(join(tmpdir(), "granary-copy-"));
  // What npm fetched for a page is no source.
  const filter = (path) => basename(path) !== "node_modules";
  for (const path of [...copied, ...others]) {
    cpSync(path, join(folder, path), { recursive: true, filter });
  }
  return folder;
}
