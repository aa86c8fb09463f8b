// The live blocks of a heap or an arena as a whole: how many there are, going through them, freeing them all, and
// handles of them. And what heaps, arenas and blocks are when they are shown or copied.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import {
  ArenaHeap,
  CheckedArenaHeap,
  CheckedHeap,
  Heap,
  SharedHeap,
  assemble,
  assertThrows,
} from "./support/package-staged.js";
import { isWide } from "./support/width.js";

const kinds = {
  "a Heap": () => Heap.create(),
  "a CheckedHeap": () => CheckedHeap.create(),
};
if (!isWide) {
  kinds["an Arena"] = async () => (await ArenaHeap.create()).arena();
  kinds["a checked Arena"] = async () => (await CheckedArenaHeap.create()).arena();
  kinds["a SharedHeap"] = () => SharedHeap.create({ maximumPages: 100 });
}

for (const [kind, open] of Object.entries(kinds)) {
  describe(`${kind}, asked for its blocks,`, () => {
    test("says how many are live and how many bytes they have", async () => {
      const heap = await open();
      assert.deepEqual([heap.liveBlocks, heap.liveBytes], [0, 0]);
      const pointers = [100, 0, 1, 5000].map((length) => heap.alloc(length));
      assert.deepEqual([heap.liveBlocks, heap.liveBytes], [4, 5101]);
      heap.realloc(pointers[0], 70_000);
      heap.free(pointers[3]);
      assert.deepEqual([heap.liveBlocks, heap.liveBytes], [3, 70_001]);
      const { length, alignment } = heap.disown(pointers[2]);
      assert.equal(heap.liveBlocks, 2);
      heap.adopt(pointers[2], length, { alignment });
      assert.equal(heap.liveBlocks, 3);
    });

    test("goes through those that are live when it begins and do not end meanwhile", async () => {
      const heap = await open();
      const lengths = [10, 20, 30, 40];
      const pointers = lengths.map((length, i) => heap.alloc(length, { caller: i, alignment: 64 }));
      const seen = Array.from(heap, ({ pointer, length, alignment, caller }) => ({
        pointer,
        length,
        alignment,
        caller,
      }));
      const expected = pointers.map((pointer, caller) => ({
        ...{ pointer, length: lengths[caller] },
        ...{ alignment: 64, caller },
      }));
      assert.deepEqual(seen, expected);
      const visited = [];
      for (const block of heap) {
        visited.push(block.length);
        if (block.length === 10) heap.free(pointers[2]);
        block.realloc(100_000);
        heap.alloc(7);
      }
      assert.deepEqual(visited, [10, 20, 40]);
    });

    test("frees them all, and no others", async () => {
      const heap = await open();
      for (let i = 0; i < 100; i++) heap.alloc(i * 100);
      const others = heap.alloc(100);
      heap.bytes(others).fill(5);
      heap.disown(others);
      heap.freeAll();
      assert.equal(heap.liveBlocks, 0);
      heap.adopt(others, 100);
      heap.freeAll({ caller: 7 });
      heap.freeAll();
      assert.equal(heap.liveBlocks, 0);
      await assertThrows("ERR_OPTION", /^freeAll: there is no option "by", only caller$/, () =>
        heap.freeAll({ by: 1 }),
      );
    });
  });

  describe(`a handle of a block of ${kind}`, () => {
    test("follows the block, and says what it is", async () => {
      const heap = await open();
      const pointer = heap.allocString("grain", { caller: 3 });
      const block = heap.block(pointer);
      heap.alloc(100_000);
      assert.deepEqual(
        [block.pointer, block.length, block.alignment, block.caller, block.isLive],
        [pointer, 5, 16, 3, true],
      );
      block.realloc(50_000);
      assert.notEqual(block.pointer, pointer);
      const moved = heap.realloc(block.pointer, 90_000);
      assert.equal(block.pointer, moved);
      assert.equal(block.readString(5), "grain");
      assert.equal(block.view(Uint16Array).length, 45_000);
      assert.equal(block.bytes(3).length, 3);
      assert.equal(heap.has(pointer), false);
      block.free({ caller: 4 });
      assert.equal(heap.has(moved), false);
    });

    test("ends the block when it is disposed, once", async () => {
      const heap = await open();
      const block = heap.block(heap.alloc(10));
      if (Symbol.dispose === undefined) block.dispose();
      else block[Symbol.dispose]();
      assert.equal(block.isLive, false);
      // The same memory serves another block, which the handle leaves alone.
      const next = heap.alloc(10);
      block.dispose();
      assert.equal(heap.has(next), true);
      for (const [name, use] of Object.entries({
        pointer: () => block.pointer,
        length: () => block.length,
        alignment: () => block.alignment,
        caller: () => block.caller,
        bytes: () => block.bytes(),
        view: () => block.view(Uint8Array),
        readString: () => block.readString(),
        realloc: () => block.realloc(5),
        free: () => block.free(),
      })) {
        const { message } = await assertThrows("ERR_POINTER", /./, use);
        assert.equal(message, `${name}: the block of this handle has ended`);
      }
    });

    test("has ended when the block was freed or disowned", async () => {
      const heap = await open();
      const blocks = [1, 2, 3].map((length) => heap.block(heap.alloc(length)));
      heap.free(blocks[0].pointer);
      heap.disown(blocks[1].pointer);
      assert.deepEqual(
        blocks.map(({ isLive }) => isLive),
        [false, false, true],
      );
      await assertThrows("ERR_POINTER", /^block: \d+ is not the pointer of a live/, () =>
        heap.block(blocks[2].pointer + 1),
      );
    });
  });

  describe(`${kind} that is shown`, () => {
    test("gives its figures as text and as JSON", async () => {
      const heap = await open();
      heap.alloc(1000);
      const pageCount = heap.viewAt(Uint8Array, 0, 0).buffer.byteLength / 65536;
      const name = kind.split(" ").at(-1);
      const text = `${name} { liveBlocks: 1, liveBytes: 1000, pageCount: ${pageCount} }`;
      assert.equal(inspect(heap), text);
      assert.equal(`${heap}`, text);
      assert.deepEqual(JSON.parse(JSON.stringify({ heap })), {
        heap: { liveBlocks: 1, liveBytes: 1000, pageCount },
      });
    });

    test("is not copied as an empty object: structuredClone throws", async () => {
      const heap = await open();
      const block = heap.block(heap.alloc(10));
      for (const value of [heap, { within: [heap] }, block]) {
        assert.throws(() => structuredClone(value), {
          name: "DataCloneError",
          message: /it belongs to its thread/,
        });
      }
      assert.deepEqual({ ...heap }, { ...(await open()) }, "spreading it harms nothing");
    });
  });
}

test("a handle shows what its block is, and after its end what it was", async () => {
  const heap = await Heap.create();
  const block = heap.block(heap.alloc(10, { caller: 2 }));
  const { pointer } = block;
  const text = (isLive) =>
    `Block { pointer: ${pointer}, length: 10, alignment: 16, caller: 2, isLive: ${isLive} }`;
  assert.equal(inspect(block), text(true));
  block.free();
  assert.equal(String(block), text(false));
  assert.equal(JSON.parse(JSON.stringify(block)).isLive, false);
});

describe("resize, remap and realloc", () => {
  test("tell the module who calls", () => {
    const heap = Heap.createSync({ module: recorder });
    const pointer = heap.alloc(100, { caller: 1 });
    const caller = () => heap.exports.caller.value;
    heap.resize(pointer, 90, { caller: 2 });
    assert.equal(caller(), 2);
    heap.remap(pointer, 90, { caller: 3 });
    assert.equal(caller(), 3);
    heap.realloc(pointer, 90, { caller: 4 });
    assert.equal(caller(), 4, "its free");
    heap.freeAll({ caller: 5 });
    assert.equal(caller(), 5);
    assert.equal(heap.exports.allocator.value, 1, "the new block is its allocator's");
  });

  test("refuse options that do not exist", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(100);
    for (const call of ["resize", "remap", "realloc"]) {
      const sentence = new RegExp(`^${call}: there is no option "alignment", only caller$`);
      const options = { alignment: 64 };
      await assertThrows("ERR_OPTION", sentence, () => heap[call](pointer, 50, options));
      const who = new RegExp(`^${call}: caller is a whole number`);
      await assertThrows("ERR_OPTION", who, () => heap[call](pointer, 50, { caller: "" }));
    }
    assert.equal(heap.lengthOf(pointer), 100);
  });
});

test("a fault of a realloc names its caller", async () => {
  const heap = await CheckedHeap.create();
  const pointer = heap.alloc(96, { caller: 7 });
  heap.viewAt(Uint8Array, pointer + 96, 1)[0] ^= 1;
  const { caller, block } = await assertThrows("ERR_FAULT", /past the end/, () =>
    heap.realloc(pointer, 50, { caller: 8 }),
  );
  assert.deepEqual([caller, block.allocatedBy], [8, 7]);
});

/** Stands in for an engine that neither resizes nor remaps, and keeps who called last and who allocated last. */
const recorder = assemble(`(module
  (memory (export "memory") 1)
  (global $next (mut i32) (i32.const 0))
  (global $caller (export "caller") (mut i32) (i32.const 0))
  (global $allocator (export "allocator") (mut i32) (i32.const 0))
  (func (export "alloc") (param i32 i32 i32 i32) (result i32)
    (global.set $allocator (local.get 3))
    (global.set $next (i32.add (global.get $next) (i32.const 4096)))
    (global.get $next))
  (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32)
    (global.set $caller (local.get 5))
    (i32.const 0))
  (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32)
    (global.set $caller (local.get 5))
    (i32.const 0))
  (func (export "free") (param i32 i32 i32 i32 i32)
    (global.set $caller (local.get 4))))`);
