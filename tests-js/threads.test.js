// granary-threads.wasm under many threads: workers over one memory, each with an instance of its own, and
// the contents of every block checked by whoever touches it (threads/scenarios.js). The same runs happen in
// the newest Node, bun and browsers in interop/threads.test.js.
//
// Each run is a process of its own with a time limit, because threads that wait for each other for ever do
// not fail by themselves.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { outputOfSync } from "../tools/run.js";
import { seeds } from "./support/random.js";
import { expected } from "./threads/expected.js";
import { resultOfRun } from "./threads/process.js";
import { scenarios } from "./threads/scenarios.js";

const runtime = process.execPath;
const module = inRepository("dist/granary-threads.wasm");

const folder = mkdtempSync(join(tmpdir(), "granary-threads-"));
after(() => rmSync(folder, { recursive: true }));

const shippedText = outputOfSync(["wasm2wat", "--enable-threads", module]);

/** Returns the path of the module of a text. */
function assemble(name, text) {
  assert.notEqual(text, shippedText, "nothing was changed");
  const path = join(folder, name);
  writeFileSync(`${path}.wat`, text);
  outputOfSync(["wat2wasm", "--enable-threads", `${path}.wat`, "-o", path]);
  return path;
}

/** The module for a main thread that must not wait: it traps where it would. */
const mainModule = assemble(
  "never-waiting.wasm",
  shippedText.replaceAll("memory.atomic.wait32", "unreachable"),
);

test("every run has its expected facts, and these name no other", () => {
  assert.deepEqual(Object.keys(expected), Object.keys(scenarios));
});

describe("threads over one memory, with a main thread that never waits,", () => {
  for (const name of Object.keys(scenarios)) {
    for (const seed of seeds(1, 1)) {
      test(`${name} (SEED=${seed})`, async () => {
        expected[name](await resultOfRun(name, seed, { runtime, module, mainModule }));
      });
    }
  }
});

describe("a run of threads fails in a sentence", () => {
  /** A module of other code with the exports that a run calls. */
  const pretending = (name, alloc) =>
    assemble(
      name,
      `(module
        (import "env" "memory" (memory 1 65536 shared))
        (global (export "vtable") (mut i32) (i32.const 0))
        (func (export "alloc") (param i32 i32 i32 i32) (result i32) ${alloc})
        (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
        (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
        (func (export "free") (param i32 i32 i32 i32 i32))
        (func (export "thread_flush"))
        (func (export "thread_may_wait") (param i32)))`,
    );

  test("when two blocks lie at the same place", async () => {
    const same = pretending("same.wasm", "(i32.const 1024)");
    const run = resultOfRun("private work", 1, { runtime, module: same });
    await assert.rejects(run, /^Error: private work \(SEED=1\) failed with 1: .*byte \d+ of the/s);
  });

  test("when a call does not come back", async () => {
    const endless = pretending("endless.wasm", "(loop (br 0)) (unreachable)");
    const run = resultOfRun("exhaustion", 1, { runtime, module, mainModule: endless, limit: 3000 });
    await assert.rejects(run, /^Error: exhaustion \(SEED=1\) did not end in 3 s: /);
  });
});
