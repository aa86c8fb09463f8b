// The columns of the tables: which replay module stands for which allocator. The first column is
// always the floor.

import { existsSync, readFileSync } from "node:fs";

import { surfaceOfModule } from "../tools/module-surface.js";
import { inRepository } from "../tools/paths.js";
import { UsageError } from "./usage-error.js";

const builtAllocators = ["granary", "classic", "zig", "dlmalloc"];

/** Columns for wasm64, which only stand beside others when they are asked for. */
const wideColumns = ["granary64", "floor64"];

// A column has two modules: one with calls out of line and one with the allocator inlined. Where the
// second does not exist, because the allocator comes as machine code, the first serves for both.
function columnAt(name, path) {
  const inlinedPath = path.replace(/(\.wasm)?$/, "-lto.wasm");
  return { name, path, inlinedPath: existsSync(inlinedPath) ? inlinedPath : path };
}

function builtPath(name) {
  return inRepository(`build/bench/${name}.wasm`);
}

function builtColumn(name) {
  const path = builtPath(name);
  if (existsSync(path)) return columnAt(name, path);
  if (wideColumns.includes(name)) throw new UsageError(`${path} is not built: run make bench-wide`);
  if (builtAllocators.includes(name) || name === "floor") {
    throw new UsageError(`${path} is not built: run make bench-modules`);
  }
  const known = builtAllocators.join(", ");
  throw new UsageError(`no such allocator: ${name} (there are ${known}, or give NAME=FILE.wasm)`);
}

function givenColumn(item) {
  const [, name, path] = /^([^=]*)=(.*)$/.exec(item);
  if (name === "" || name === "floor") throw new UsageError(`"${item}" needs a name of its own`);
  if (!existsSync(path)) throw new UsageError(`no such module: ${path}`);
  return columnAt(name, path);
}

/** Whether the file begins as a module does; whether it is valid, only its runtime can say. */
const isModule = (bytes) => bytes.subarray(0, 4).toString("latin1") === "\0asm";

function checkModule({ path, inlinedPath }) {
  for (const file of new Set([path, inlinedPath])) {
    const bytes = readFileSync(file);
    if (!isModule(bytes)) throw new UsageError(`${file} is not a wasm module`);
    if (!surfaceOfModule(bytes).includes("export function replay16:")) {
      throw new UsageError(`${file} is not a replay module: see make bench-module`);
    }
  }
}

// Where `items` is null, the columns are all allocators that are built.
export function columnsOf(items) {
  const chosen = items ?? builtAllocators.filter((name) => existsSync(builtPath(name)));
  const columns = chosen
    .filter((item) => item !== "floor")
    .map((item) => (item.includes("=") ? givenColumn(item) : builtColumn(item)));
  if (columns.length === 0) throw new UsageError("no allocator is built: run make bench-modules");
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`two allocators have the name ${twice}`);
  const all = [builtColumn("floor"), ...columns];
  all.forEach(checkModule);
  return all;
}
