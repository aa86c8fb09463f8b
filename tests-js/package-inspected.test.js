// Heaps that can be inspected: what the figures, the items and the rules say of a known heap.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InspectedHeap, assemble, assertThrows, rawCalls } from "./support/package-staged.js";
import { namesOf, propertiesOf, withHyphens } from "./support/public-headers.js";
import { Words, word, wordBytes } from "./support/width.js";

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const pageSize = 65536;

/** One with small, large, freed and idle blocks, and a stranger's pages between its own. */
async function usedHeap() {
  const heap = await InspectedHeap.create();
  // The large ones first: a small heap has no spans.
  const large = Array.from({ length: 5 }, () => heap.alloc(100_000));
  const small = Array.from({ length: 500 }, () => heap.alloc(64));
  for (const pointer of small.slice(0, 100)) heap.free(pointer);
  heap.free(large[1]);
  heap.free(large[3]);
  heap.memory.grow(word(2));
  heap.alloc(300_000);
  return { heap, small, large };
}

describe("the figures of a heap", () => {
  test("are those of the sources, by their names and in their order", async () => {
    const heap = await InspectedHeap.create();
    const statistics = heap.stats();
    assert.deepEqual(Object.keys(statistics), propertiesOf("granary_heap_stats"));
    const names = propertiesOf("granary_size_class_stats");
    assert.equal(statistics.classes.length, 48);
    for (const sizeClass of statistics.classes) assert.deepEqual(Object.keys(sizeClass), names);
  });

  test("add up to each other", async () => {
    const { heap } = await usedHeap();
    const { classes, ...all } = heap.stats();
    assert.equal(
      all.heapBytes,
      all.liveBytes + all.freeBytes + all.overheadBytes + all.recordBytes,
    );
    const freeBlocks = heap.walk().filter(({ kind }) => kind === "free");
    assert.equal(all.freeBlockCount, freeBlocks.length);
    const bytesOfFree = sum(freeBlocks.map(({ size }) => size));
    assert.equal(all.freeBytes, bytesOfFree + all.freeSlotBytes + all.topBytes);
    const liveSlots = sum(classes.map((sizeClass) => sizeClass.liveSlots));
    assert.equal(all.liveBlockCount, all.largeBlockCount + liveSlots);
    assert.equal(all.spanCount, sum(classes.map(({ spans }) => spans)));
    const slots = ({ slotSize, freeSlots }) => slotSize * freeSlots;
    assert.equal(all.freeSlotBytes, sum(classes.map(slots)));
    assert.equal(all.pageCount, heap.memory.buffer.byteLength / pageSize);
    assert.equal(all.regionCount, 2);
    assert.ok(all.growCount > 0 && all.growCount <= all.grownPageCount);
    assert.equal(all.grownPageCount, all.pageCount - 3, "one was there, two are a stranger's");
  });

  test("change with what is allocated and freed", async () => {
    const heap = await InspectedHeap.create();
    assert.equal(heap.stats().liveBlockCount, 0);
    const large = heap.alloc(500_000);
    const small = Array.from({ length: 1000 }, () => heap.alloc(64));
    const { classes, liveBlockCount, liveBytes } = heap.stats();
    assert.equal(liveBlockCount, 1001);
    assert.ok(liveBytes >= 564_000 && liveBytes < 600_000, `${liveBytes}`);
    const of64 = classes.find(({ slotSize }) => slotSize === 64);
    assert.ok(of64.liveSlots > 0);
    assert.equal(of64.liveSlots + heap.stats().largeBlockCount, 1001, "the first few had no span");
    for (const pointer of [...small, large]) heap.free(pointer);
    assert.equal(heap.stats().liveBlockCount, 0);
    assert.equal(heap.stats().liveBytes, 0);
  });
});

describe("a walk of a heap", () => {
  test("has no item where nothing was allocated", async () => {
    const heap = await InspectedHeap.create();
    assert.deepEqual(heap.walk(), []);
  });

  test("goes through all of it, item by item, whatever was allocated before", async () => {
    const { heap } = await usedHeap();
    const items = heap.walk();
    items.forEach(({ address, size }, i) => {
      const next = items[i + 1]?.address ?? heap.memory.buffer.byteLength;
      assert.equal(address + size, next);
    });
    const own = items.filter(({ kind }) => kind !== "gap");
    assert.equal(sum(own.map(({ size }) => size)), heap.stats().heapBytes);
    const kinds = new Set();
    for (const { kind } of heap.walk()) {
      kinds.add(kind);
      heap.alloc(1000);
    }
    assert.deepEqual([...kinds].sort(), ["block", "free", "gap", "records", "span", "top"]);
  });

  test("shows blocks where they are", async () => {
    const { heap, small, large } = await usedHeap();
    const items = heap.walk();
    const kindAt = (pointer) =>
      items.find(({ address, size }) => address <= pointer && pointer < address + size).kind;
    assert.equal(items.find(({ address }) => address === large[0]).kind, "block");
    assert.equal(kindAt(large[1]), "free");
    assert.equal(kindAt(small.at(-1)), "span");
    const [gap] = items.filter(({ kind }) => kind === "gap");
    assert.ok(gap.size >= 2 * pageSize && gap.size < 3 * pageSize);
  });

  test("ends where the heap is overwritten, and says so", async () => {
    const { heap, large } = await usedHeap();
    new Words(heap.memory.buffer, large[2] - wordBytes, 1)[0] = word(0xfffffff0);
    const items = heap.walk();
    const broken = items.findIndex(({ kind }) => kind === "broken");
    assert.equal(broken, items.length - 1);
    assert.equal(items[broken].address, large[2]);
  });

  test("ends where the address space ends", async () => {
    const heap = InspectedHeap.createSync({ module: stub });
    new Uint32Array(heap.memory.buffer, 16, 3).set([6, 0xffff0000, pageSize]);
    assert.deepEqual(heap.walk(), [{ kind: "records", address: 0xffff0000, size: pageSize }]);
  });
});

describe("verify", () => {
  test("says nothing of a heap that is whole", async () => {
    assert.equal((await InspectedHeap.create()).verify(), undefined);
    assert.equal((await usedHeap()).heap.verify(), undefined);
  });

  test("says what is wrong with a heap that was overwritten", async () => {
    const { heap, large } = await usedHeap();
    const end = large[2] - wordBytes;
    new Words(heap.memory.buffer, end - wordBytes, 1)[0] += word(16);
    const sentence =
      /^verify: the heap's own words were overwritten: rule 9 \(free-size\) does not hold: a free block ends with its size$/;
    await assertThrows("ERR_BROKEN", sentence, () => heap.verify());
  });

  test("has a sentence for each rule of the sources", async () => {
    const heap = InspectedHeap.createSync({ module: stub });
    const rules = namesOf("granary_rule").slice(1).map(withHyphens);
    const sentences = new Set();
    for (const [i, name] of rules.entries()) {
      heap.exports.answer.value = i + 1;
      const start = new RegExp(`: rule ${i + 1} \\(${name}\\) does not hold: \\w.*\\w$`);
      const { message } = await assertThrows("ERR_BROKEN", start, () => heap.verify());
      sentences.add(message.split("does not hold")[1]);
    }
    assert.equal(sentences.size, rules.length);
    assert.ok(rules.length >= 22);
  });
});

describe("a heap as a whole", () => {
  test("can be trimmed: idle spans go back, for blocks of other sizes", async () => {
    const heap = await InspectedHeap.create();
    heap.alloc(300_000);
    const pointers = Array.from({ length: 400 }, () => heap.alloc(64));
    for (const pointer of pointers) heap.free(pointer);
    const { idleSpanBytes, topBytes } = heap.stats();
    assert.ok(idleSpanBytes > 0);
    const trimmed = heap.trim();
    assert.ok(trimmed > topBytes);
    assert.equal(trimmed, heap.stats().topBytes);
    assert.equal(heap.stats().idleSpanBytes, 0);
    const wide = InspectedHeap.createSync({ module: stub });
    wide.exports.answer.value = -65536;
    assert.equal(wide.trim(), 2 ** 32 - 65536, "sizes have no sign");
  });

  test("can be reset: no block is live then, and memory is used again from its beginning", async () => {
    const heap = await InspectedHeap.create();
    const first = heap.alloc(1000);
    heap.bytes(first).fill(1);
    for (let i = 0; i < 100; i++) heap.alloc(5000);
    const { byteLength } = heap.memory.buffer;
    rawCalls(heap.exports).alloc(0, 1000, 4, 0);
    heap.reset();
    assert.equal(heap.has(first), false);
    await assertThrows("ERR_POINTER", /is not the pointer of a live/, () => heap.free(first));
    assert.equal(heap.stats().liveBlockCount, 0);
    heap.verify();
    assert.equal(heap.alloc(1000), first);
    for (let i = 0; i < 100; i++) heap.alloc(5000);
    assert.equal(heap.memory.buffer.byteLength, byteLength);
  });
});

/** Stands in for a module: walk answers with the words at 16, verify and trim with `answer`. */
const stub = assemble(`(module
  (memory (export "memory") 1)
  (global $answer (export "answer") (mut i32) (i32.const 0))
  (func (export "alloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
  (func (export "free") (param i32 i32 i32 i32 i32))
  (func (export "stats") (result i32) (i32.const 16))
  (func (export "walk") (param i32) (result i32) (i32.const 16))
  (func (export "verify") (result i32) (global.get $answer))
  (func (export "trim") (result i32) (global.get $answer))
  (func (export "reset")))`);
