// The examples of js/README.md work as they stand there: the code is taken from the text and run.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { readTrace } from "../bench/trace.js";
import { outputOfSync } from "../tools/run.js";
import * as granary from "./support/package-staged.js";
import {
  assemble,
  assertThrows,
  folder,
  moduleBytes,
  temporaryFolder,
} from "./support/package-staged.js";
import { isWide } from "./support/width.js";

const recording = await import(pathToFileURL(join(folder, "recorder.js")));
const readme = readFileSync(join(folder, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
const AsyncFunction = (async () => {}).constructor;

/** Runs the one block of code with `words` in it, and answers with the variables that are named. */
function run(words, { given = {}, answers = [] }) {
  const found = blocks.filter((code) => code.includes(words));
  assert.equal(found.length, 1, words);
  const code = found[0].replace(/^import .* from "granary(?:\/recorder)?";$/gm, "");
  const { CheckedHeap, Heap } = granary;
  const names = { CheckedHeap, Heap, ...given };
  const body = `${code}\nreturn { ${answers.join(", ")} };`;
  return new AsyncFunction(...Object.keys(names), body)(...Object.values(names));
}

test("a block is allocated, filled and freed", async () => {
  const { heap, pointer } = await run("heap.alloc(1025)", { answers: ["heap", "pointer"] });
  assert.equal(heap.has(pointer), false);
});

test("a program's text and table are read where it keeps them", async (t) => {
  const program = new WebAssembly.Module(
    assemble(`(module
      (import "env" "memory" (memory 1))
      (data (i32.const 512) "hello, grain\\00")
      (data (i32.const 1024) "\\07\\00\\00\\00\\08\\00\\00\\00\\09\\00\\00\\00")
      (func (export "greet") (param i32 i32 i32) (result i32) (i32.const 512))
      (func (export "results") (result i32) (i32.const 1024)))`),
  );
  const memory = new WebAssembly.Memory({ initial: 1 });
  const heap = await granary.Heap.create({ memory });
  const logged = t.mock.method(console, "log", () => {});
  const given = { heap, program: new WebAssembly.Instance(program, { env: { memory } }) };
  await run("heap.readCString(", { given });
  const [text, results] = logged.mock.calls.map((call) => call.arguments[0]);
  assert.equal(text, "hello, grain");
  assert.deepEqual(results, Int32Array.of(7, 8, 9));
});

const hasUsing = () => {
  try {
    return new AsyncFunction("{ using nothing = null; }") !== undefined;
  } catch {
    return false;
  }
};

test(
  "a block ends with its scope, and the heap shows what is left",
  { skip: !hasUsing() },
  async (t) => {
    const heap = await granary.Heap.create();
    const logged = t.mock.method(console, "log", () => {});
    const { kept } = await run("using block", { given: { heap }, answers: ["kept"] });
    const [block, shown] = logged.mock.calls.map((call) => inspect(call.arguments[0]));
    assert.match(block, /^Block \{ pointer: \d+, length: 100, /);
    assert.equal(shown, "Heap { liveBlocks: 1, liveBytes: 100, pageCount: 1 }");
    assert.equal(heap.has(kept), true);
  },
);

test("a heap of granary/inline is made at once", async () => {
  const [code] = blocks.filter((code) => code.includes('"granary/inline"'));
  const path = join(temporaryFolder("readme-inline"), "program.mjs");
  const address = JSON.stringify(pathToFileURL(join(folder, "inline.js")));
  writeFileSync(path, `${code.replace('"granary/inline"', address)}export { heap };`);
  const { heap } = await import(pathToFileURL(path));
  assert.notEqual(heap.alloc(1), 0);
});

// The heaps with arenas have 32-bit addresses.
test("arenas end with their scope, or are reset for each request", { skip: isWide }, async () => {
  const { heap, length, arena } = await run("heap.scope(", {
    given: { ArenaHeap: granary.ArenaHeap },
    answers: ["heap", "length", "arena"],
  });
  assert.equal(length, "one request".length);
  assert.ok(heap instanceof granary.ArenaHeap);
  await assertThrows("ERR_ENDED", /^alloc: this arena was destroyed$/, () => arena.alloc(1));
});

test("a heap with 64-bit addresses has a block of 5 GiB where there is memory64", async () => {
  const words = "Heap.create({ width: 64 })";
  const shown = () => run(words, { answers: ["heap", "pointer"] });
  if (!WebAssembly.validate(moduleBytes("granary64.wasm"))) {
    return assertThrows("ERR_ENGINE", /no memories with 64-bit addresses/, shown);
  }
  const { heap, pointer } = await shown();
  assert.equal(heap.width, 64);
  assert.equal(heap.lengthOf(pointer), 5 * 2 ** 30);
  assert.ok(
    heap
      .bytes(pointer)
      .subarray(2 ** 32, 2 ** 32 + 100)
      .every((byte) => byte === 0x12),
  );
});

test("a checked heap says of an overrun what the README says", async () => {
  const words = "heap.alloc(96, { caller: 7 })";
  const [code] = blocks.filter((code) => code.includes(words));
  const comment = code.match(/^\/\/ .*\n/gm).map((line) => line.slice(3).trim());
  const failure = await assertThrows("ERR_FAULT", /./, () => run(words, {}));
  const withoutAddress = (sentence) => sentence.replace(/(free\(|at )\d+/g, "$1ADDRESS");
  assert.equal(withoutAddress(String(failure)), withoutAddress(comment.join(" ")));
});

test("a checked heap with stacks reports the leaks that the README shows", () => {
  const [code] = blocks.filter((code) => code.includes("heap.describeLeaks()"));
  const comment = code.match(/^\/\/ .*\n/gm).map((line) => line.slice(3));
  const path = join(temporaryFolder("readme-stacks"), "program.mjs");
  const address = JSON.stringify(pathToFileURL(join(folder, "index.js")));
  // In one line with the first one, so that the lines of the report are those of the text.
  writeFileSync(path, `import { CheckedHeap } from ${address}; ${code}`);
  const report = outputOfSync([process.execPath, path]);
  assert.equal(
    report.replaceAll(String(pathToFileURL(path)), "file:///program.js"),
    comment.join(""),
  );
});

test("a worker reads a block of the main thread's", () => {
  const project = temporaryFolder("readme-threads");
  const address = JSON.stringify(pathToFileURL(join(folder, "index.js")));
  for (const [name, words] of [
    ["main.mjs", "new Worker("],
    ["worker.js", "// worker.js\n"],
  ]) {
    const [code] = blocks.filter((code) => code.includes(words));
    writeFileSync(join(project, name), code.replace('"granary"', address));
  }
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
  const limits = { cwd: project, timeout: 60_000 };
  assert.equal(outputOfSync([process.execPath, "main.mjs"], limits), "from the main thread\n");
});

test("a heap is recorded, and its trace is one", async () => {
  const { trace, operationCount, peakLiveBytes } = await run("blobSink()", {
    given: recording,
    answers: ["trace", "operationCount", "peakLiveBytes"],
  });
  const bytes = new Uint8Array(await trace.arrayBuffer());
  const read = readTrace(bytes, "readme.trace");
  assert.deepEqual([read.operationCount, read.peakLiveBytes], [operationCount, peakLiveBytes]);
});

describe("a program beside a checked heap", () => {
  const ownBytes = 2 * 65536;
  const value = "Z".charCodeAt(0);

  /** All of the program's pages are its data. It takes two blocks by 7, writes, and frees by 8. */
  const programOf = (last) =>
    assemble(`(module
      (import "env" "memory" (memory 2))
      (import "env" "alloc" (func $alloc (param i32 i32 i32 i32) (result i32)))
      (import "env" "free" (func $free (param i32 i32 i32 i32 i32)))
      (data (i32.const 0) "${"Z".repeat(ownBytes)}")
      (func (export "run")
        (local $block i32) (local $kept i32)
        (local.set $block (call $alloc (i32.const 0) (i32.const 24) (i32.const 4) (i32.const 7)))
        (local.set $kept (call $alloc (i32.const 0) (i32.const 100000) (i32.const 4) (i32.const 7)))
        (i64.store offset=16 (local.get $block) (i64.const -1))
        (i64.store (local.get $kept) (i64.const -1))
        (call $free (i32.const 0) (local.get $block) (i32.const 24) (i32.const 4) (i32.const 8))
        ${last}))`);

  /** The code of the text with a program, in a memory that is noticed when it is made. */
  async function runBeside(program, t) {
    const made = t.mock.method(WebAssembly, "Memory");
    const given = { bytes: program, WebAssembly };
    const failure = await run("CheckedHeap.create({ memory })", { given }).catch((cause) => cause);
    assert.equal(made.mock.callCount(), 1);
    return { failure, memory: made.mock.calls[0].result ?? made.mock.calls[0].this };
  }

  test("runs, and neither writes over the other", async () => {
    const answers = ["heap", "memory"];
    const words = "CheckedHeap.create({ memory })";
    const given = { bytes: programOf("") };
    const { heap, memory } = await run(words, { given, answers });
    assert.equal(heap.memory, memory);
    assert.ok(new Uint8Array(memory.buffer, 0, ownBytes).every((byte) => byte === value));
    heap.verify();
    heap.check();
    const groups = [{ allocatedBy: 7, blockCount: 1, bytes: 100_000 }];
    assert.deepEqual(heap.leaks(), { blockCount: 1, bytes: 100_000, groups });
  });

  test("is caught when it frees a block twice, and its data is as it was", async (t) => {
    const twice = `(call $free (i32.const 0) (local.get $block) (i32.const 24) (i32.const 4)
      (i32.const 9))`;
    const { failure, memory } = await runBeside(programOf(twice), t);
    assert.ok(failure instanceof granary.GranaryFault, failure?.stack);
    assert.equal(failure.kind, "freed-block");
    assert.deepEqual([failure.block.allocatedBy, failure.block.freedBy], [7, 8]);
    assert.equal(failure.caller, 9);
    assert.ok(new Uint8Array(memory.buffer, 0, ownBytes).every((byte) => byte === value));
  });
});
