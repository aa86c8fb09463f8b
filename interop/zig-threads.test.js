// The package of zig/ over libgranary-threads.a: a program in every mode that Zig has, in two workers
// that share a heap. Zig compiles for a shared memory, but has no threads there: the host starts them.
// SEED=n replays one seed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { seeds } from "../tests-js/support/random.js";
import { inThreads, instantiateThread } from "../tests-js/support/thread-program.js";
import { compile, folder, modes, runZig } from "./zig/compiler.js";

const library = "dist/libgranary-threads.a";
const threads = 2;
const rounds = 5000;
const maximumPages = 1000;
// Functions of Debug take much of it.
const stack = 65_536;

const shared = [
  ...["-target", "wasm32-freestanding", "-mcpu=generic+atomics+bulk_memory"],
  ...["--import-memory", "--shared-memory", `--max-memory=${maximumPages * 65_536}`],
  ...["-fno-entry", "-rdynamic", "--export=__stack_pointer", "--export=granary_verify"],
  ...["--stack", `${(threads + 2) * stack}`],
];

/** Runs a program in all threads at once, and looks at the heap then. */
async function assertKeepsAll(path, seed) {
  const module = new WebAssembly.Module(readFileSync(path));
  assert.deepEqual(
    WebAssembly.Module.imports(module).map(({ kind, name }) => `${kind} ${name}`),
    ["memory memory"],
  );
  // More than the stack and the data of any mode.
  const memory = new WebAssembly.Memory({ initial: 40, maximum: maximumPages, shared: true });
  const program = { module, memory, stack };
  const main = instantiateThread(program, 0);
  const calls = Array.from({ length: threads }, (_, thread) => [seed * threads + thread, rounds]);
  const wrong = await inThreads(program, "run", calls);
  assert.deepEqual(wrong, Array(threads).fill(0), `SEED=${seed}`);
  assert.equal(main.emptyMailboxes(), 0, `SEED=${seed}`);
  assert.equal(main.granary_verify(), 0, `the heap is whole, SEED=${seed}`);
}

describe("with libgranary-threads.a threads of a Zig program", () => {
  for (const mode of modes) {
    test(`keep every byte of the blocks that they pass on, in ${mode}`, async () => {
      const options = ["build-exe", `-O${mode}`, ...shared];
      const path = compile(`threads-${mode}`, "interop/zig/threads/main.zig", options, library);
      for (const seed of seeds(1, 2)) await assertKeepsAll(path, seed);
    });
  }

  test("do so when build.zig names the library and the features", async () => {
    const options = ["--release=small", "--prefix", `${folder}/install`];
    const file = "interop/zig/threads/build.zig";
    const { status, stderr } = runZig("build", "--build-file", file, ...options);
    assert.equal(status, 0, stderr);
    for (const seed of seeds(1, 1))
      await assertKeepsAll(`${folder}/install/bin/threads.wasm`, seed);
  });
});
