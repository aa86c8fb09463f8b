// Heaps that catch misuses: what their own calls find, what they say of leaks, and their limits.
// package-faults.test.js has every kind of misuse, and package-guard.test.js programs in their memory.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setMaximumPages } from "../bench/memory-section.js";
import {
  CheckedHeap,
  Heap,
  assertThrows,
  largest,
  moduleBytes,
  rawCalls,
} from "./support/package-staged.js";

const zone = 0xb7;
const wholeMemory = ({ memory }) => new Uint8Array(memory.buffer);

describe("a checked heap", () => {
  test("finds in free, resize, remap and realloc what a view wrote past the end", async () => {
    const heap = await CheckedHeap.create();
    const pointer = heap.alloc(1000, { caller: 3 });
    wholeMemory(heap)[pointer + 1000] = 1;
    const calls = {
      free: () => heap.free(pointer, { caller: 4 }),
      resize: () => heap.resize(pointer, 10),
      remap: () => heap.remap(pointer, 10),
      realloc: () => heap.realloc(pointer, 2000),
    };
    for (const [name, call] of Object.entries(calls)) {
      const sentence =
        /past the end of the block of 1000 bytes at \d+ were written to; allocated by 3$/;
      const { call: named } = await assertThrows("ERR_FAULT", sentence, call);
      assert.equal(named, name.replace("realloc", "resize"));
    }
  });

  test("changes nothing when it finds a fault: the block is live as before", async () => {
    const heap = await CheckedHeap.create();
    const pointer = heap.alloc(1000);
    wholeMemory(heap)[pointer + 1000] = 1;
    await assertThrows("ERR_FAULT", /written to/, () => heap.free(pointer));
    assert.equal(heap.lengthOf(pointer), 1000);
    wholeMemory(heap)[pointer + 1000] = zone;
    heap.free(pointer);
    assert.equal(heap.has(pointer), false);
  });

  test("finds with check what was written to freed blocks and beside live ones", async () => {
    const heap = await CheckedHeap.create();
    const pointer = heap.alloc(100);
    const freed = heap.alloc(100);
    const stale = heap.bytes(freed);
    heap.free(freed, { caller: 9 });
    assert.equal(heap.check(), undefined);
    stale[0] ^= 1;
    await assertThrows("ERR_FAULT", /^check: .* after it was freed; freed by 9$/, () =>
      heap.check(),
    );
    stale[0] ^= 1;
    assert.equal(heap.check(), undefined);
    wholeMemory(heap)[pointer - 1] = 0;
    await assertThrows("ERR_FAULT", /^check: the bytes below the block/, () => heap.check());
  });

  test("finds in alloc what was written after free, when it needs the room", async () => {
    const module = setMaximumPages(moduleBytes("granary-checked.wasm"), 4);
    const heap = CheckedHeap.createSync({ module });
    const freed = heap.alloc(100, { caller: 3 });
    heap.free(freed);
    wholeMemory(heap)[freed] = 0;
    const fill = () => {
      while (heap.tryAlloc(10_000) !== null);
    };
    await assertThrows(
      "ERR_FAULT",
      /^alloc\(10000 bytes\): the block of 100 .* after it was freed; .* 3$/,
      fill,
    );
  });

  test("finds a write after free once: the call that met it changed nothing, and works when made again", async () => {
    const heap = await CheckedHeap.create();
    const keptBack = (length) => heap.free(heap.alloc(length));
    const written = () => {
      heap.setLimits({ quarantine: 1000, fill: 64 });
      const freed = heap.alloc(100);
      heap.free(freed);
      wholeMemory(heap)[freed] = 0;
      keptBack(800);
    };
    written();
    const pointer = heap.alloc(200, { caller: 5 });
    await assertThrows("ERR_FAULT", /^free.* block of 100 bytes/, () => heap.free(pointer));
    assert.equal(heap.lengthOf(pointer), 200);
    heap.free(pointer);
    assert.equal(heap.leaks().blockCount, 0);

    written();
    const other = heap.alloc(200);
    heap.bytes(other).fill(7);
    heap.alloc(10);
    const call = () => heap.realloc(other, 600);
    await assertThrows("ERR_FAULT", /^free.* block of 100 bytes/, call);
    assert.equal(heap.lengthOf(other), 200);
    assert.equal(heap.leaks().blockCount, 2);
    assert.ok(heap.bytes(heap.realloc(other, 600), 200).every((byte) => byte === 7));
  });

  test("finds that a block which was taken over has another length or alignment", async () => {
    const heap = await CheckedHeap.create();
    const pointer = rawCalls(heap.exports).alloc(0, 100, 4, 0);
    heap.adopt(pointer, 99);
    await assertThrows("ERR_FAULT", /has 100 bytes, not 99$/, () => heap.free(pointer));
    const other = heap.alloc(100);
    heap.disown(other);
    heap.adopt(other, 100, { alignment: 4 });
    const sentence = /has the alignment 16, not 4$/;
    await assertThrows("ERR_FAULT", sentence, () => heap.realloc(other, 5));
  });

  test("keeps the checks of the class: a wrong pointer never reaches the module", async () => {
    const heap = await CheckedHeap.create();
    const pointer = heap.alloc(100);
    heap.free(pointer);
    await assertThrows("ERR_POINTER", /^free: /, () => heap.free(pointer));
    assert.equal(new Uint32Array(heap.memory.buffer, Number(heap.exports.fault.value), 1)[0], 0);
  });

  test("does its work like any other heap", async () => {
    const heap = await CheckedHeap.create();
    const text = heap.allocString("granary");
    const pointer = heap.realloc(heap.allocBytes(new Uint8Array(3000).fill(5)), 100_000);
    assert.ok(heap.bytes(pointer, 3000).every((byte) => byte === 5));
    assert.equal(heap.readString(text), "granary");
    assert.equal(heap.tryAlloc(largest), null);
    heap.verify();
    assert.equal(heap.walk().at(-1).kind, "records");
  });
});

describe("the callers of a heap", () => {
  test("are taken by all calls that allocate and by free, and kept by realloc and remap", async () => {
    const heap = await CheckedHeap.create();
    const pointers = [
      heap.alloc(10, { caller: 1 }),
      heap.tryAlloc(20, { caller: 2 }),
      heap.allocBytes(new Uint8Array(30), { caller: 3 }),
      heap.allocString("4".repeat(40), { caller: 4, alignment: 64 }),
      heap.alloc(50, { caller: undefined }),
    ];
    const inPlace = heap.alloc(70, { caller: 7 });
    assert.equal(heap.remap(inPlace, 60), inPlace);
    const first = heap.alloc(600_000, { caller: largest });
    heap.alloc(50);
    const moved = heap.realloc(first, 700_000);
    assert.notEqual(moved, first);
    const { groups } = heap.leaks();
    assert.deepEqual(
      groups.map(({ allocatedBy, bytes }) => [allocatedBy, bytes]),
      [
        [largest, 700_000],
        [0, 100],
        [7, 60],
        [4, 40],
        [3, 30],
        [2, 20],
        [1, 10],
      ],
    );
    heap.free(pointers[0], { caller: largest });
    const call = () => heap.guard(() => rawCalls(heap.exports).free(0, pointers[0], 10, 4, 0));
    const ending = new RegExp(`allocated by 1, freed by ${largest}$`);
    const failure = await assertThrows("ERR_FAULT", ending, call);
    assert.equal(failure.block.freedBy, largest);
  });

  test("are kept from remap to realloc when both move the block", async () => {
    const heap = await CheckedHeap.create();
    heap.setLimits({ quarantine: 0, fill: 0 });
    const before = heap.alloc(50_000);
    const pointer = heap.alloc(50_000, { caller: 9 });
    heap.alloc(16);
    heap.free(before);
    assert.equal(heap.remap(pointer, 80_000), before);
    assert.notEqual(heap.realloc(before, 500_000), before);
    assert.deepEqual(heap.leaks().groups[0], { allocatedBy: 9, blockCount: 1, bytes: 500_000 });
  });

  test("are taken by a heap that does not check, and change nothing", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(10, { caller: 1 });
    heap.free(pointer, { caller: 2 });
    assert.equal(heap.alloc(10), pointer);
  });
});

describe("the leaks of a checked heap", () => {
  test("are all live blocks by caller, most bytes first, also those of raw calls", async () => {
    const heap = await CheckedHeap.create();
    assert.deepEqual(heap.leaks(), { blockCount: 0, bytes: 0, groups: [] });
    for (let i = 0; i < 100; i++) heap.alloc(10, { caller: 5 });
    const big = heap.alloc(5000);
    rawCalls(heap.exports).alloc(0, 2000, 4, 6);
    heap.free(heap.alloc(1_000_000, { caller: 8 }));
    const groups = [
      { allocatedBy: 0, blockCount: 1, bytes: 5000 },
      { allocatedBy: 6, blockCount: 1, bytes: 2000 },
      { allocatedBy: 5, blockCount: 100, bytes: 1000 },
    ];
    assert.deepEqual(heap.leaks(), { blockCount: 102, bytes: 8000, groups });
    heap.free(big);
    assert.deepEqual(heap.leaks(), { blockCount: 101, bytes: 3000, groups: groups.slice(1) });
  });

  test("are counted where there is no memory for groups", async () => {
    const module = setMaximumPages(moduleBytes("granary-checked.wasm"), 4);
    const heap = CheckedHeap.createSync({ module });
    let blockCount = 0;
    let bytes = 0;
    for (const length of [10_000, 1000, 100, 10]) {
      for (; heap.tryAlloc(length) !== null; blockCount++) bytes += length;
    }
    assert.deepEqual(heap.leaks(), { blockCount, bytes, groups: [] });
  });
});

describe("the limits of a checked heap", () => {
  test("are at first 65536 bytes of quarantine, and 64 bytes of each block", async () => {
    const heap = await CheckedHeap.create();
    const freed = heap.alloc(100);
    heap.free(freed);
    wholeMemory(heap)[freed + 64] ^= 1;
    heap.check();
    wholeMemory(heap)[freed + 63] ^= 1;
    await assertThrows("ERR_FAULT", /after it was freed/, () => heap.check());

    const other = await CheckedHeap.create();
    const pointers = Array.from({ length: 65 }, () => other.alloc(1000));
    for (const pointer of pointers.slice(0, 63)) other.free(pointer);
    wholeMemory(other)[pointers[0]] ^= 1;
    // With its zones a block takes 1032 bytes: the 64th is too much, and the oldest one goes.
    const call = () => other.free(pointers[63]);
    await assertThrows(
      "ERR_FAULT",
      /^free\(\d+, 1000 bytes\): the block .* was written to after it was freed$/,
      call,
    );
  });

  test("are what they are set to", async () => {
    const heap = await CheckedHeap.create();
    heap.setLimits({ quarantine: 0, fill: largest });
    const pointer = heap.alloc(1000);
    assert.ok(heap.bytes(pointer).every((byte) => byte === 0xcd));
    heap.free(pointer);
    assert.equal(heap.alloc(1000), pointer, "nothing is kept back");
    heap.free(pointer);

    heap.setLimits({ quarantine: 100_000, fill: 1000 });
    const kept = heap.alloc(1000);
    heap.free(kept);
    assert.notEqual(heap.alloc(1000), kept);
    wholeMemory(heap)[kept + 999] ^= 1;
    const call = () => heap.setLimits({ quarantine: 0, fill: 0 });
    await assertThrows("ERR_FAULT", /^check: .* after it was freed$/, call);
  });

  test("are both given, as whole numbers", async () => {
    const heap = await CheckedHeap.create();
    const cases = [
      [/^setLimits: options are an object \{ quarantine, fill \}, not undefined$/, undefined],
      [/, not null$/, null],
      [/^setLimits: there is no option "all", only quarantine, fill$/, { all: 1 }],
      [
        new RegExp(`^setLimits: fill is a whole number from 0 to ${largest}, not undefined$`),
        { quarantine: 0 },
      ],
      [/^setLimits: quarantine is a whole .*, not -1$/, { quarantine: -1, fill: 0 }],
      [/, not 1\.5$/, { quarantine: 0, fill: 1.5 }],
    ];
    for (const [sentence, limits] of cases) {
      await assertThrows("ERR_OPTION", sentence, () => heap.setLimits(limits));
    }
  });
});

test("the reset of a checked heap forgets its block records with its blocks", async () => {
  const heap = await CheckedHeap.create();
  const first = heap.alloc(100);
  const freed = heap.alloc(100);
  heap.free(freed);
  assert.equal(heap.leaks().blockCount, 1);
  wholeMemory(heap)[first + 100] = wholeMemory(heap)[freed] = 0;
  heap.reset();
  assert.equal(heap.has(first), false);
  heap.check();
  heap.verify();
  assert.deepEqual(heap.leaks(), { blockCount: 0, bytes: 0, groups: [] });
  assert.equal(heap.alloc(100), first);
});
