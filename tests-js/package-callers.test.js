// Who calls: names and stacks as callers, and what faults, reports of leaks and handles say of them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import {
  CheckedHeap,
  Heap,
  assertThrows,
  folder,
  rawCalls,
  stageElsewhere,
} from "./support/package-staged.js";

const { framesOf, partsOf } = await import(pathToFileURL(join(folder, "stack-frames.js")));

/** Returns what a CheckedHeap throws when it frees a block that was written past its end. */
async function faultOf(heap, pointer, free = () => heap.free(pointer)) {
  const end = pointer + heap.lengthOf(pointer);
  const zone = new Uint8Array(heap.memory.buffer, end, 1);
  zone[0] ^= 1;
  const fault = await assertThrows("ERR_FAULT", /past the end/, free);
  zone[0] ^= 1;
  return fault;
}

describe("a name as the caller", () => {
  test("stands in a fault for who allocated, and for who calls", async () => {
    const heap = await CheckedHeap.create();
    const pointer = heap.alloc(96, { caller: "loadTexture" });
    const { message } = await faultOf(heap, pointer, () =>
      heap.free(pointer, { caller: "unload" }),
    );
    assert.match(message, /^free\(\d+, 96 bytes\) by unload: .*; allocated by loadTexture$/);
    heap.free(pointer, { caller: "unload" });
    const { free } = rawCalls(heap.exports);
    const twice = () => heap.guard(() => free(0, pointer, 96, 4, 3));
    const again = await assertThrows("ERR_FAULT", /was freed before/, twice);
    assert.match(again.message, / by 3: .*; allocated by loadTexture, freed by unload$/);
    assert.equal(heap.callSite(again.block.freedBy).name, "unload");
  });

  test("is that of a group of leaks, beside numbers, most bytes first", async () => {
    const heap = await CheckedHeap.create();
    for (let i = 0; i < 3; i++) heap.alloc(100, { caller: "log" });
    heap.alloc(500, { caller: 7 });
    heap.alloc(1000, { caller: "loadTexture" });
    heap.alloc(1);
    const { groups } = heap.leaks();
    assert.deepEqual(
      groups.map(({ allocatedBy, name, bytes }) => name ?? [allocatedBy, bytes]),
      ["loadTexture", [7, 500], "log", [0, 1]],
    );
    assert.equal(
      heap.describeLeaks(),
      "6 blocks of 1801 bytes are live\n" +
        "  1000 bytes in 1 block by loadTexture\n" +
        "  500 bytes in 1 block by 7\n" +
        "  300 bytes in 3 blocks by log\n" +
        "  1 byte in 1 block by nobody who was named",
    );
  });

  test("is what a handle says, in every class of heaps", async () => {
    for (const Class of [Heap, CheckedHeap]) {
      const heap = await Class.create();
      const block = heap.block(heap.allocString("text", { caller: "names" }));
      assert.equal(block.caller, "names");
      block.realloc(1000, { caller: "others" });
      assert.equal(block.toJSON().caller, "names");
      assert.equal(heap.block(heap.alloc(1, { caller: 7 })).caller, 7);
    }
  });

  test("has one number in a heap, from 0xf0000000 on", async () => {
    const heap = await CheckedHeap.create();
    for (const caller of ["one", "two", "one"]) heap.alloc(10, { caller });
    const numbers = heap.leaks().groups.map(({ allocatedBy }) => allocatedBy);
    assert.deepEqual(numbers.sort(), [0xf0000000, 0xf0000001]);
    assert.deepEqual(heap.callSite(0xf0000001), { name: "two", frames: [] });
    assert.equal(heap.callSite(7), null);
  });
});

test("assertNoLeaks throws the report of what is live, and nothing when nothing is", async () => {
  const heap = await CheckedHeap.create();
  const pointer = heap.alloc(10, { caller: "forgotten" });
  const sentence =
    /^assertNoLeaks: 1 block of 10 bytes is live\n {2}10 bytes in 1 block by forgotten$/;
  await assertThrows("ERR_LEAK", sentence, () => heap.assertNoLeaks());
  heap.free(pointer);
  heap.assertNoLeaks();
});

describe("with stacks", () => {
  const here = "package-callers.test.js";
  const placeOf = (frame) => frame.split(here).length - 1;

  function loadTexture(heap, options) {
    return heap.alloc(1000, options);
  }

  test("a leak names the function that called the heap, and those that called it", async () => {
    const heap = await CheckedHeap.create({ stacks: true });
    function main() {
      for (let i = 0; i < 2; i++) loadTexture(heap);
    }
    main();
    const [group, ...others] = heap.leaks().groups;
    assert.deepEqual(others, []);
    assert.deepEqual([group.blockCount, group.bytes], [2, 2000]);
    const names = group.frames.map((frame) => partsOf(frame).name);
    assert.deepEqual(names.slice(0, 2), ["loadTexture", "main"]);
    assert.ok(group.frames.slice(0, 2).every(placeOf), "with file, line and column");
    assert.equal(group.name, group.frames[0]);
    const lines = heap.describeLeaks().split("\n");
    assert.equal(lines[1], `  2000 bytes in 2 blocks by ${group.frames[0]}`);
    assert.deepEqual(
      lines.slice(2),
      group.frames.map((frame) => `    at ${frame}`),
    );
  });

  test("two calls of one function are two call sites", async () => {
    const heap = await CheckedHeap.create({ stacks: true });
    loadTexture(heap);
    loadTexture(heap);
    assert.equal(heap.leaks().groups.length, 2);
  });

  test("no frame is one of the package's, whatever call allocates", async () => {
    const heap = await CheckedHeap.create({ stacks: true });
    const calls = [
      function alloc() {
        return heap.alloc(10);
      },
      function tryAlloc() {
        return heap.tryAlloc(10);
      },
      function bytes() {
        return heap.allocBytes(new Uint8Array(10));
      },
      function string() {
        return heap.allocCString("text");
      },
      function array() {
        return heap.allocArray(Int32Array, 5);
      },
    ];
    const check = () => {
      for (const call of calls) {
        const pointer = call();
        const [{ frames }] = heap.leaks().groups;
        assert.equal(partsOf(frames[0]).name, call.name);
        heap.free(pointer);
      }
    };
    check();
    // Stands in for a runtime that does not tell who called a function.
    const { captureStackTrace } = Error;
    Error.captureStackTrace = undefined;
    try {
      check();
    } finally {
      Error.captureStackTrace = captureStackTrace;
    }
  });

  test("a fault names the functions that allocated and freed the block", async () => {
    const heap = await CheckedHeap.create({ stacks: true });
    const pointer = loadTexture(heap);
    (function unload() {
      heap.free(pointer);
    })();
    new Uint8Array(heap.memory.buffer)[pointer] ^= 1;
    const { message } = await assertThrows("ERR_FAULT", /after it was freed/, () => heap.check());
    assert.match(message, /; allocated by loadTexture \(.*\), freed by unload \(.*\)$/);
  });

  test("a name has a stack too, and a number of the user's own has none", async () => {
    const heap = await CheckedHeap.create({ stacks: true });
    loadTexture(heap, { caller: "textures" });
    loadTexture(heap, { caller: 7 });
    const [named, numbered] = heap.leaks().groups.sort((a) => (a.name === undefined ? 1 : -1));
    assert.equal(named.name, "textures");
    assert.equal(partsOf(named.frames[0]).name, "loadTexture");
    assert.deepEqual(numbered, { allocatedBy: 7, blockCount: 1, bytes: 1000 });
  });

  test("of samples, about every so many bytes have a call site, and each run has the same", async () => {
    const run = async () => {
      const heap = await CheckedHeap.create({ stacks: { samplingInterval: 10_000 } });
      for (let i = 0; i < 4000; i++) heap.alloc(100);
      const groups = heap.leaks().groups.filter(({ allocatedBy }) => allocatedBy !== 0);
      assert.equal(groups.length, 1, "one place allocates");
      return groups[0].blockCount;
    };
    const sampled = await run();
    assert.ok(sampled > 20 && sampled < 60, `${sampled} of 400,000 bytes by 10,000`);
    assert.equal(await run(), sampled);
  });

  test("other options are refused in one sentence", async () => {
    for (const stacks of [5, "yes", null]) {
      await assertThrows("ERR_OPTION", /^CheckedHeap\.create: stacks: options are an object/, () =>
        CheckedHeap.create({ stacks }),
      );
    }
    for (const samplingInterval of [0, -1, 1.5, "8", undefined]) {
      const sentence =
        /^CheckedHeap\.create: stacks is true, or \{ samplingInterval \} with a whole number/;
      await assertThrows("ERR_OPTION", sentence, () =>
        CheckedHeap.create({ stacks: { samplingInterval } }),
      );
    }
    await assertThrows("ERR_OPTION", /no option "stacks"/, () => Heap.create({ stacks: true }));
  });

  test("a bundle, where no file is known to be the package's, loses none of the user's frames", async () => {
    const bundled = stageElsewhere("bundled", (text) =>
      text.replaceAll("import.meta.url", '"bundle.js"'),
    );
    const { CheckedHeap: Bundled } = await import(pathToFileURL(join(bundled, "index.js")));
    const { createSync } = Bundled;
    const { readFileSync } = await import("node:fs");
    const module = readFileSync(join(folder, "granary-checked.wasm"));
    const heap = createSync.call(Bundled, { module, stacks: true });
    loadTexture(heap);
    const [{ frames }] = heap.leaks().groups;
    assert.equal(partsOf(frames[0]).name, "loadTexture");
  });
});

describe("stacks are read", () => {
  test("in the form of V8", () => {
    const stack = `Error: two
    at draw (file:///page.js:12:5)
    at https://example.org/@scope/page.js:3:7
    at async Scene.load [as run] (<anonymous>)
    at mesh.build (wasm://wasm/mesh-1234:wasm-function[7]:0x1a2b)`;
    assert.deepEqual(framesOf(stack).map(partsOf), [
      { name: "draw", url: "file:///page.js", line: 12, column: 5 },
      { name: "", url: "https://example.org/@scope/page.js", line: 3, column: 7 },
      { name: "async Scene.load [as run]", url: "<anonymous>", line: 0, column: 0 },
      {
        name: "mesh.build",
        url: "wasm://wasm/mesh-1234:wasm-function[7]:0x1a2b",
        line: 0,
        column: 0,
      },
    ]);
  });

  test("in the form of Firefox and Safari", () => {
    const stack = "draw@https://example.org/@scope/page.js:12:5\n@file:///page.js:3:7\n";
    assert.deepEqual(framesOf(stack).map(partsOf), [
      { name: "draw", url: "https://example.org/@scope/page.js", line: 12, column: 5 },
      { name: "", url: "file:///page.js", line: 3, column: 7 },
    ]);
  });
});
