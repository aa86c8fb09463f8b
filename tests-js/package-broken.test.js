// A heap whose own words were overwritten: every call of every class that meets this says so, with the
// runtime's exception as the cause, and where to look.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CheckedHeap,
  Heap,
  InspectedHeap,
  assemble,
  assertThrows,
} from "./support/package-staged.js";

const overwritten = /: the heap's own words were overwritten, as through a stale view or past the /;

/** Each call on a heap with a live block, after the module was broken. */
const calls = {
  alloc: (heap) => heap.alloc(10),
  tryAlloc: (heap) => heap.tryAlloc(10),
  allocBytes: (heap) => heap.allocBytes(new Uint8Array(10)),
  allocString: (heap) => heap.allocString("0123456789"),
  resize: (heap, pointer) => heap.resize(pointer, 20),
  remap: (heap, pointer) => heap.remap(pointer, 20),
  realloc: (heap, pointer) => heap.realloc(pointer, 20),
  free: (heap, pointer) => heap.free(pointer),
};
const inspectCalls = Object.fromEntries(
  ["stats", "walk", "verify", "trim", "reset"].map((name) => [name, (heap) => heap[name]()]),
);
const checkedCalls = {
  check: (heap) => heap.check(),
  leaks: (heap) => heap.leaks(),
  setLimits: (heap) => heap.setLimits({ quarantine: 0, fill: 0 }),
};

const classes = [
  [Heap, calls, /; a CheckedHeap, which has the same calls, finds wrong writes$/],
  [InspectedHeap, { ...calls, ...inspectCalls }, /; `verify` names .* a CheckedHeap, .* writes$/],
  [
    CheckedHeap,
    { ...calls, ...inspectCalls, ...checkedCalls },
    /; `verify` names the rule that does not hold, and `check`/,
  ],
];

for (const [Class, all, advice] of classes) {
  describe(`a trap in the module of a ${Class.name} becomes ERR_BROKEN, with the trap as its cause, in`, () => {
    for (const [name, call] of Object.entries(all)) {
      test(name, async () => {
        const heap = Class.createSync({ module: breakable });
        const pointer = heap.alloc(16);
        heap.exports.answer.value = -1;
        const failure = await assertThrows("ERR_BROKEN", overwritten, () => call(heap, pointer));
        assert.ok(failure.message.startsWith(`${name}: the module trapped (`), failure.message);
        assert.match(failure.message, advice);
        assert.ok(failure.cause instanceof WebAssembly.RuntimeError);
        if (name !== "reset") assert.equal(heap.lengthOf(pointer), 16, "the block is as it was");
      });
    }
  });
}

describe("an answer that no whole heap gives becomes ERR_BROKEN:", () => {
  const answered = (address) => new RegExp(`: the module answered with ${address}\\b.*overwritten`);
  const cases = {
    "a block past the end of the memory": [65_536, answered(65_536)],
    "a block that ends past it": [65_536 - 16, answered(65_520)],
    "a block that is not aligned": [1000, answered(1000)],
    "an address in the upper half": [-16, answered(2 ** 32 - 16)],
  };
  for (const [name, [answer, sentence]] of Object.entries(cases)) {
    test(name, async () => {
      const heap = Heap.createSync({ module: breakable });
      const pointer = heap.alloc(16);
      heap.exports.answer.value = answer;
      await assertThrows("ERR_BROKEN", sentence, () => heap.alloc(100));
      await assertThrows("ERR_BROKEN", sentence, () => heap.remap(pointer, 100));
      assert.equal(heap.lengthOf(pointer), 16);
    });
  }

  test("the address of a live block", async () => {
    const heap = Heap.createSync({ module: breakable });
    const [first, second] = [heap.alloc(16), heap.alloc(16)];
    heap.exports.answer.value = first;
    const sentence = answered(`${first}, where a live block is`);
    await assertThrows("ERR_BROKEN", sentence, () => heap.alloc(100));
    await assertThrows("ERR_BROKEN", sentence, () => heap.remap(second, 100));
    assert.equal(heap.lengthOf(first), 16);
    assert.equal(heap.lengthOf(second), 16);
  });

  test("a block that is resized to end outside the memory", async () => {
    const heap = Heap.createSync({ module: breakable });
    const pointer = heap.alloc(16);
    heap.exports.answer.value = 1;
    const sentence = answered(`${pointer} for 100000 bytes`);
    await assertThrows("ERR_BROKEN", sentence, () => heap.resize(pointer, 100_000));
    assert.equal(heap.lengthOf(pointer), 16);
  });

  test("figures, items or leaks outside of the memory", async () => {
    for (const [Class, name, call] of [
      [InspectedHeap, "stats", (heap) => heap.stats()],
      [InspectedHeap, "walk", (heap) => heap.walk()],
      [CheckedHeap, "leaks", (heap) => heap.leaks()],
    ]) {
      for (const answer of [65_536 - 4, 2, 2 ** 31]) {
        const heap = Class.createSync({ module: breakable });
        heap.exports.answer.value = answer;
        const sentence = new RegExp(`^${name}: the module answered with ${answer} for .* words`);
        await assertThrows("ERR_BROKEN", sentence, call.bind(null, heap));
      }
    }
  });

  test("the number of a rule that there is not", async () => {
    const heap = InspectedHeap.createSync({ module: breakable });
    heap.exports.answer.value = 99;
    await assertThrows("ERR_BROKEN", /rule 99 /, () => heap.verify());
  });
});

describe("after a write through a stale view", () => {
  for (const [name, options] of [
    ["granary.wasm", {}],
    ["granary-import.wasm", { maximumPages: 30 }],
  ]) {
    test(`whatever alloc, realloc and free of ${name} throw is a GranaryError`, async () => {
      let broken = 0;
      for (let length = 24; length < 60_000; length = Math.ceil(length * 1.7)) {
        const heap = await Heap.create(options);
        const pointers = Array.from({ length: 40 }, () => heap.alloc(length));
        const views = pointers.map((pointer) => heap.bytes(pointer));
        for (let i = 0; i < 40; i += 2) heap.free(pointers[i]);
        for (const view of views) view.fill(0xf9);
        const { buffer } = heap.memory;
        // The bytes above each block are written too, as by an index that is too large.
        for (const pointer of pointers) new Uint8Array(buffer, pointer + length, 8).fill(0xf9);
        const steps = [
          ...pointers.filter((_, i) => i % 2).map((pointer) => () => heap.free(pointer)),
          ...Array.from({ length: 100 }, () => () => heap.tryAlloc(length)),
        ];
        for (const step of steps) {
          try {
            step();
          } catch (failure) {
            assert.equal(failure.name, "GranaryError", failure.stack);
            assert.equal(failure.code, "ERR_BROKEN");
            broken++;
          }
        }
      }
      assert.ok(broken > 0);
    });
  }
});

/**
 * Stands in for every module: with `answer` 0 alloc gives 16 bytes after 16 bytes; with -1 all traps;
 * with another number all answer with that.
 */
const breakable = assemble(`(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 0))
  (global $answer (export "answer") (mut i32) (i32.const 0))
  (global (export "fault") (mut i32) (i32.const 1024))
  (func $say (result i32)
    (if (i32.eq (global.get $answer) (i32.const -1)) (then unreachable))
    (global.get $answer))
  (func (export "alloc") (param i32 i32 i32 i32) (result i32)
    (if (call $say) (then (return (global.get $answer))))
    (global.set $next (i32.add (global.get $next) (i32.const 16)))
    (global.get $next))
  (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32)
    (i32.eq (call $say) (i32.const 1)))
  (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32) (call $say))
  (func (export "free") (param i32 i32 i32 i32 i32) (drop (call $say)))
  (func (export "stats") (result i32) (call $say))
  (func (export "walk") (param i32) (result i32) (call $say))
  (func (export "verify") (result i32) (call $say))
  (func (export "trim") (result i32) (call $say))
  (func (export "reset") (drop (call $say)))
  (func (export "leaks") (result i32) (call $say))
  (func (export "check") (drop (call $say)))
  (func (export "set_limits") (param i32 i32) (drop (call $say))))`);
