// The npm package as it is published, in a temporary folder: js/ and the modules of dist/. The tests
// import it from there, never from js/.

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

export const { CheckedHeap, GranaryError, GranaryFault, Heap, InspectedHeap, guard } = await import(
  pathToFileURL(join(folder, "index.js"))
);

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
  return outputOfSync(["wat2wasm", path, "--output=-"], { encoding: "buffer" });
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
