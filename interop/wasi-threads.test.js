// A program of wasi-threads, linked with libgranary-threads.a and run. Debian's wasi-libc is not built for
// threads, so the program has no C library: its own entry point does what that of wasi-libc does.
// SEED=n replays one seed.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { seeds } from "../tests-js/support/random.js";
import { runSync } from "../tools/run.js";
import { callInThread } from "./wasi-threads/host.js";

const folder = "build/interop/wasi-threads";
const maximumPages = 1000;

function build(name, library) {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}/${name}.wasm`;
  const target = ["--target=wasm32-wasi-threads", "-std=c11", "-O2", "-pthread"];
  const bare = ["-ffreestanding", "-nostdlib", "-Iinclude"];
  const linking = ["--no-entry", "--import-memory", "--export-memory", "--shared-memory"];
  const all = [...linking, `--max-memory=${maximumPages * 65_536}`].map((word) => `-Wl,${word}`);
  const inputs = ["interop/wasi-threads/main.c", library];
  const result = runSync(["clang-19", ...target, ...bare, ...inputs, ...all, "-o", path]);
  return { ...result, path };
}

describe("a program of wasi-threads", () => {
  test("keeps every byte of the blocks that its threads pass on with libgranary-threads.a", async () => {
    const { status, stderr, path } = build("threads", "dist/libgranary-threads.a");
    assert.equal(status, 0, stderr);
    const module = new WebAssembly.Module(readFileSync(path));
    assert.deepEqual(
      WebAssembly.Module.imports(module)
        .map(({ module: from, name }) => `${from}.${name}`)
        .sort(),
      ["env.memory", "wasi.thread-spawn"],
    );
    for (const seed of seeds(1, 2)) {
      const memory = new WebAssembly.Memory({ initial: 4, maximum: maximumPages, shared: true });
      assert.equal(await callInThread(module, memory, "run", seed), 0, `SEED=${seed}`);
    }
  });

  test("is refused with libgranary.a in a sentence that names the right library", () => {
    const { status, stderr } = build("refused", "dist/libgranary.a");
    assert.notEqual(status, 0);
    assert.match(
      stderr,
      /--shared-memory is disallowed by granary_is_single_threaded_link_libgranary-threads\.o/,
    );
  });
});
