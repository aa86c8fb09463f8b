// The npm package as it is published, in a temporary folder: js/ and the modules of dist/. The tests
// import it from there, never from js/.
//
// With ADDRESS_BITS=64 in the environment (width.js) the heaps that a test makes without a module or a memory
// of its own have 64-bit addresses: memory64.test.js runs the tests of the package in this way once more.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stage } from "../../js/stage.js";
import { outputOfSync } from "../../tools/run.js";
import { isWide, unsigned, word } from "./width.js";

/** A new folder that is gone when the process ends. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `granary-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const folder = stage(temporaryFolder("package"));

const granary = await import(pathToFileURL(join(folder, "index.js")));

export const {
  ArenaHeap,
  CheckedArenaHeap,
  CheckedHeap,
  GranaryError,
  GranaryFault,
  Heap,
  InspectedHeap,
  SharedHeap,
  guard,
} = granary;

/** The largest length that a call of the package takes. */
export const largest = isWide ? Number.MAX_SAFE_INTEGER : 2 ** 32 - 1;

/** The raw exports of a module under test, with four calls that take and answer with numbers. */
export function rawCalls(exports) {
  const { alloc, resize, remap, free } = exports;
  const ofBlock = (context, pointer, length, log2, ...rest) =>
    [word(context), word(pointer), word(length), log2].concat(rest.map(word));
  return {
    ...exports,
    alloc: (context, length, log2, caller) =>
      unsigned(alloc(word(context), word(length), log2, word(caller))),
    resize: (...operands) => resize(...ofBlock(...operands)),
    remap: (...operands) => unsigned(remap(...ofBlock(...operands))),
    free: (...operands) => free(...ofBlock(...operands)),
  };
}

if (isWide) {
  const { create } = granary.Heap;
  granary.Heap.create = function (options = {}) {
    const isObject = typeof options === "object" && options !== null;
    const itsOwn = !isObject || "module" in options || "memory" in options || "width" in options;
    return create.call(this, itsOwn ? options : { ...options, width: 64 });
  };
}

/** Another copy of the package, with its sources as `change` makes them of what they are. */
export function stageElsewhere(name, change) {
  const own = stage(temporaryFolder(name));
  for (const file of readdirSync(own).filter((file) => file.endsWith(".js"))) {
    const path = join(own, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  }
  return own;
}

/** @param {string} name a module of the package */
export const moduleBytes = (name) => readFileSync(join(folder, name));

/** The bytes of a module that a test writes in WebAssembly's text format. */
export function assemble(text) {
  const path = join(folder, "assembled.wat");
  writeFileSync(path, text);
  const command = ["wat2wasm", path, "--enable-memory64", "--enable-threads", "--output=-"];
  return outputOfSync(command, { encoding: "buffer" });
}

/** Asserts that `call` throws, or its promise is rejected with, a GranaryError of this kind. */
export async function assertThrows(code, sentence, call, Class = GranaryError) {
  let thrown;
  try {
    await call();
  } catch (failure) {
    thrown = failure;
  }
  assert.ok(thrown instanceof Class, `a GranaryError, not ${thrown?.stack}`);
  assert.equal(thrown.code, code, thrown.message);
  assert.match(thrown.message, sentence);
  return thrown;
}
