// The npm package as it is published, in a temporary folder: js/ and the modules of dist/. The tests
// import it from there, never from js/.
//
// With GRANARY_WIDTH=64 in the environment the heaps that a test makes without a module or a memory of its
// own have 64-bit addresses: package-wide.test.js runs the tests of the package in this way once more.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stage } from "../../js/stage.js";
import { outputOfSync } from "../../tools/run.js";

/** A new folder that is gone when the process ends. */
export function temporaryFolder(name) {
  const folder = mkdtempSync(join(tmpdir(), `granary-${name}-`));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const folder = stage(temporaryFolder("package"));

const granary = await import(pathToFileURL(join(folder, "index.js")));

export const { CheckedHeap, GranaryError, GranaryFault, Heap, InspectedHeap, guard } = granary;

/** The bits of an address in the heaps under test, and what follows from them. */
export const width = process.env.GRANARY_WIDTH === "64" ? 64 : 32;
export const largest = width === 64 ? Number.MAX_SAFE_INTEGER : 2 ** 32 - 1;
export const wordType = `i${width}`;
export const Words = width === 64 ? BigUint64Array : Uint32Array;
export const wordBytes = Words.BYTES_PER_ELEMENT;

/** A number as raw calls and memories take it. */
export const word = width === 64 ? BigInt : (number) => number;

/** The raw exports of a module under test, with four calls that take and answer with numbers. */
export function rawCalls(exports) {
  const { alloc, resize, remap, free } = exports;
  const number = (answer) => Number(width === 64 ? BigInt.asUintN(64, answer) : answer >>> 0);
  const ofBlock = (context, pointer, length, log2, ...rest) =>
    [word(context), word(pointer), word(length), log2].concat(rest.map(word));
  return {
    ...exports,
    alloc: (context, length, log2, caller) =>
      number(alloc(word(context), word(length), log2, word(caller))),
    resize: (...operands) => resize(...ofBlock(...operands)),
    remap: (...operands) => number(remap(...ofBlock(...operands))),
    free: (...operands) => free(...ofBlock(...operands)),
  };
}

if (width === 64) {
  const { create } = granary.Heap;
  granary.Heap.create = function (options = {}) {
    const isObject = typeof options === "object" && options !== null;
    const itsOwn = !isObject || "module" in options || "memory" in options || "width" in options;
    return create.call(this, itsOwn ? options : { ...options, width });
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
  const command = ["wat2wasm", path, "--enable-memory64", "--output=-"];
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
