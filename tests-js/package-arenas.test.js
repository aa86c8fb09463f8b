// Arenas of the package: an ArenaHeap, and a CheckedArenaHeap, which has the same calls. What the modules do is
// for arenas.test.js and arenas-checked.test.js.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ArenaHeap,
  CheckedArenaHeap,
  GranaryFault,
  Heap,
  assertThrows,
  moduleBytes,
} from "./support/package-staged.js";

const pageSize = 65536;
const pagesOf = ({ memory }) => memory.buffer.byteLength / pageSize;

for (const Class of [ArenaHeap, CheckedArenaHeap]) {
  const isChecked = Class === CheckedArenaHeap;

  describe(`an arena of a ${Class.name}`, () => {
    test("has the calls of a heap, for blocks of its own", async () => {
      const heap = await Class.create();
      const arena = heap.arena();
      const text = arena.allocString("grain");
      const numbers = arena.alloc(80, { alignment: 8 });
      arena.view(Float64Array, numbers).fill(0.5);
      assert.equal(arena.readString(text), "grain");
      assert.equal(arena.lengthOf(numbers), 80);
      const grown = arena.realloc(numbers, 800);
      assert.deepEqual([...arena.view(Float64Array, grown, 10)], Array(10).fill(0.5));
      assert.equal(arena.resize(grown, 8), true);
      const copy = arena.allocBytes(Uint8Array.of(1, 2, 3));
      assert.deepEqual([...arena.bytes(copy)], [1, 2, 3]);
      assert.equal(arena.has(copy), true);
      arena.free(copy);
      assert.equal(arena.has(copy), false);
    });

    test("and its heap take no blocks of each other", async () => {
      const heap = await Class.create();
      const [arena, other] = [heap.arena(), heap.arena()];
      const [ofHeap, ofArena] = [heap.alloc(10), arena.alloc(10)];
      await assertThrows("ERR_POINTER", /live block of this heap: .* of an arena$/, () =>
        heap.free(ofArena),
      );
      for (const [wrong, pointer] of [
        [arena, ofHeap],
        [other, ofArena],
      ]) {
        await assertThrows("ERR_POINTER", /live block of this arena: .* of another arena$/, () =>
          wrong.free(pointer),
        );
      }
      heap.free(ofHeap);
      arena.free(ofArena);
    });

    test("ends all of its blocks by reset, and serves new ones", async () => {
      const heap = await Class.create();
      const arena = heap.arena();
      const pointers = Array.from({ length: 100 }, () => arena.alloc(100));
      arena.reset();
      for (const pointer of pointers) assert.equal(arena.has(pointer), false);
      await assertThrows("ERR_POINTER", /^bytes: /, () => arena.bytes(pointers[0]));
      arena.bytes(arena.alloc(100)).fill(1);
    });

    test("takes no more pages for many requests than for one", async () => {
      const heap = await Class.create();
      const arena = heap.arena({ firstBytes: 10_000 });
      const request = () => {
        for (let size = 1; size < 500; size++) arena.alloc(size);
        arena.reset();
      };
      request();
      const pages = pagesOf(heap);
      for (let round = 0; round < 50; round++) request();
      // What is freed waits in the quarantine of a checked heap.
      assert.ok(pagesOf(heap) <= pages + (isChecked ? 2 : 0));
    });

    test("says of every call that it was destroyed, once it was", async () => {
      const heap = await Class.create();
      const arena = heap.arena();
      const pointer = arena.alloc(10);
      arena.destroy();
      const calls = {
        alloc: () => arena.alloc(1),
        tryAlloc: () => arena.tryAlloc(1),
        allocBytes: () => arena.allocBytes(Uint8Array.of(1)),
        allocString: () => arena.allocString("a"),
        allocArray: () => arena.allocArray([1], Int32Array),
        allocCString: () => arena.allocCString("a"),
        readCString: () => arena.readCString(pointer),
        viewAt: () => arena.viewAt(Uint8Array, pointer, 1),
        block: () => arena.block(pointer),
        freeAll: () => arena.freeAll(),
        adopt: () => arena.adopt(pointer, 10),
        free: () => arena.free(pointer),
        resize: () => arena.resize(pointer, 5),
        remap: () => arena.remap(pointer, 5),
        realloc: () => arena.realloc(pointer, 5),
        disown: () => arena.disown(pointer),
        lengthOf: () => arena.lengthOf(pointer),
        bytes: () => arena.bytes(pointer),
        view: () => arena.view(Uint8Array, pointer),
        reset: () => arena.reset(),
        destroy: () => arena.destroy(),
        chunks: () => arena.chunks(),
      };
      for (const [name, call] of Object.entries(calls)) {
        const { message } = await assertThrows("ERR_ENDED", /./, call);
        assert.equal(message, `${name}: this arena was destroyed`);
      }
      assert.equal(arena.has(pointer), false);
      assert.deepEqual([...arena], []);
      assert.equal(arena.toJSON().liveBlocks, 0);
      arena.dispose();
    });

    test("says so as well when it has no memory, and is as it was", async () => {
      const module = moduleBytes("granary-arenas-import.wasm");
      const heap = isChecked
        ? await Class.create()
        : Class.createSync({ module, maximumPages: 10 });
      const arena = heap.arena();
      assert.equal(arena.tryAlloc(2 ** 32 - 1), null);
      const sentence = isChecked
        ? /^alloc: there is no memory for 4294967295 bytes: the memory .*; the largest free block has \d+ bytes$/
        : /^alloc: there is no memory for 4294967295 bytes: the memory has \d of at most 10 pages$/;
      await assertThrows("ERR_NO_MEMORY", sentence, () => arena.alloc(2 ** 32 - 1));
      if (isChecked) return;
      while (arena.tryAlloc(1000) !== null);
      await assertThrows(
        "ERR_NO_MEMORY",
        /^arena: .* an arena: the memory has 10 of at most 10 pages$/,
        () => {
          for (;;) heap.arena();
        },
      );
      arena.reset();
      assert.notEqual(arena.tryAlloc(1000), null);
    });

    test("over a buffer stays in it, or within as many bytes", async () => {
      const heap = await Class.create();
      const buffer = heap.alloc(1000);
      const arena = heap.arenaOver(buffer, 1000);
      let bytes = 0;
      for (let pointer; (pointer = arena.tryAlloc(10, { alignment: 1 })) !== null; bytes += 10) {
        if (!isChecked) assert.ok(pointer > buffer && pointer + 10 <= buffer + 1000);
      }
      assert.ok(bytes >= 900 && bytes < 1000, `${bytes}`);
      arena.destroy();
      heap.free(buffer);
      const end = heap.memory.buffer.byteLength;
      for (const [address, length] of [
        [0, 100],
        [end - 10, 11],
        [2 ** 32 - 1, 1],
      ]) {
        await assertThrows("ERR_RANGE", /^arenaOver: a buffer lies within the memory's/, () =>
          heap.arenaOver(address, length),
        );
      }
      await assertThrows("ERR_LENGTH", /^arenaOver: a buffer of 20 bytes has no room/, () =>
        heap.arenaOver(buffer, 20),
      );
      await assertThrows("ERR_OPTION", /^arenaOver: address is a whole number/, () =>
        heap.arenaOver("8", 20),
      );
    });

    test("refuses options that do not exist or are no numbers of bytes", async () => {
      const heap = await Class.create();
      for (const options of [{ first: 5 }, { firstBytes: -1 }, { keptBytes: "5" }, 5, null]) {
        await assertThrows("ERR_OPTION", /^arena: /, () => heap.arena(options));
        await assertThrows("ERR_OPTION", /^arena: /, () => heap.scope(() => 5, options));
      }
    });

    test("lives as long as its scope, which answers what the function answers", async () => {
      const heap = await Class.create();
      let arena;
      const answer = heap.scope((own) => {
        arena = own;
        return own.readString(own.allocString("kept"));
      });
      assert.equal(answer, "kept");
      await assertThrows("ERR_ENDED", /^alloc: /, () => arena.alloc(1));

      const failure = new Error("of the function");
      const failing = (own) => {
        arena = own;
        throw failure;
      };
      assert.throws(() => heap.scope(failing), failure);
      await assertThrows("ERR_ENDED", /^alloc: /, () => arena.alloc(1));

      const waiting = heap.scope(async (own) => {
        arena = own;
        await null;
        return own.lengthOf(own.alloc(7));
      });
      arena.alloc(1);
      assert.equal(await waiting, 7);
      await assertThrows("ERR_ENDED", /^alloc: /, () => arena.alloc(1));
      await assert.rejects(
        heap.scope(async (own) => failing(own)),
        failure,
      );
      await assertThrows("ERR_ENDED", /^alloc: /, () => arena.alloc(1));
      heap.scope((own) => own.destroy());
      await assertThrows("ERR_TYPE", /^scope: a function is needed, not 5$/, () => heap.scope(5));
    });

    test("is disposed of where the runtime has `using`", async (t) => {
      if (Symbol.dispose === undefined) return t.skip("there is no Symbol.dispose");
      const heap = await Class.create();
      const arena = heap.arena();
      arena[Symbol.dispose]();
      arena[Symbol.dispose]();
      await assertThrows("ERR_ENDED", /^alloc: /, () => arena.alloc(1));
    });
  });
}

describe("the chunks of an arena", () => {
  test("are memory of the heap, the one in use first, and reset keeps one", async () => {
    const heap = await ArenaHeap.create();
    const arena = heap.arena({ firstBytes: 5000 });
    assert.deepEqual(arena.chunks(), []);
    const pointers = [];
    for (let count = 0; count < 20; count++) {
      pointers.push(arena.alloc(4000));
      heap.alloc(5000);
    }
    const chunks = arena.chunks();
    assert.ok(chunks.length > 1);
    for (const pointer of pointers) {
      const around = chunks.filter(
        ({ address, size }) => pointer > address && pointer + 4000 <= address + size,
      );
      assert.equal(around.length, 1);
    }
    arena.reset();
    const largest = Math.max(...chunks.map(({ size }) => size));
    assert.deepEqual(
      arena.chunks().map(({ size }) => size),
      [largest],
    );
  });

  test("are given back by reset when they are larger than `keptBytes`", async () => {
    const heap = await ArenaHeap.create();
    const arena = heap.arena({ keptBytes: 10_000 });
    arena.alloc(5000);
    arena.reset();
    assert.equal(arena.chunks().length, 1);
    arena.alloc(50_000);
    arena.reset();
    assert.deepEqual(arena.chunks(), []);
  });
});

describe("a CheckedArenaHeap", () => {
  test("names what raw calls do wrong with arenas, as an exception", async () => {
    const heap = await CheckedArenaHeap.create();
    const { exports } = heap;
    const [arena, block] = [heap.arena(), heap.alloc(10, { caller: 5 })];
    const { handle } = arena;
    const ofArena = arena.alloc(100, { caller: 6 });
    const wrongs = [
      [
        () => exports.free(0, ofArena, 100, 4, 7),
        `free(${ofArena}, 100 bytes) by 7: the block of 100 bytes at ${ofArena} is one of the arena at ` +
          `${handle}, not of the heap itself; allocated by 6`,
        { kind: "other-heap", call: "free", heap: 0 },
      ],
      [
        () => exports.free(handle, block, 10, 4, 0),
        `free(${block}, 10 bytes) in the arena at ${handle}: the block of 10 bytes at ${block} is one of ` +
          `the heap itself, not of the arena at ${handle}; allocated by 5`,
        { kind: "other-heap", call: "free", heap: handle },
      ],
      [
        () => exports.arena_reset(block),
        `reset(${block}): no arena is at ${block}`,
        { kind: "not-an-arena", call: "reset", heap: block },
      ],
      [
        () => {
          arena.destroy();
          exports.arena_destroy(handle);
        },
        `destroy(${handle}): the arena at ${handle} was destroyed before`,
        { kind: "destroyed-arena", call: "destroy", heap: handle },
      ],
    ];
    for (const [run, sentence, facts] of wrongs) {
      const fault = await assertThrows("ERR_FAULT", /./, () => heap.guard(run));
      assert.equal(fault.message, sentence);
      assert.ok(fault instanceof GranaryFault);
      const { kind, call, heap: given } = fault;
      assert.deepEqual({ kind, call, heap: given }, facts);
    }
    assert.equal(heap.leaks().blockCount, 1);
  });

  test("tells of a write past the end of a block when its arena is reset", async () => {
    const heap = await CheckedArenaHeap.create();
    const arena = heap.arena();
    const pointer = arena.alloc(10);
    const memory = new Uint8Array(heap.memory.buffer);
    memory[pointer + 10] ^= 1;
    const fault = await assertThrows("ERR_FAULT", /past the end of the block/, () => arena.reset());
    assert.equal(fault.block.heap, arena.handle);
    assert.ok(arena.has(pointer));
    memory[pointer + 10] ^= 1;
    arena.reset();
  });

  test("ends every arena when it is reset", async () => {
    const heap = await CheckedArenaHeap.create();
    const arena = heap.arena();
    heap.reset();
    await assertThrows("ERR_ENDED", /^alloc: /, () => arena.alloc(1));
    heap.arena().alloc(1);
  });
});

test("an ArenaHeap needs a module that has arenas", async () => {
  await assertThrows(
    "ERR_MODULE",
    /does not export arena_new, .* as granary-arenas\.wasm does/,
    () => ArenaHeap.createSync({ module: moduleBytes("granary.wasm") }),
  );
  assert.ok((await ArenaHeap.create()) instanceof Heap);
  const memory = new WebAssembly.Memory({ initial: 2 });
  const beside = await ArenaHeap.create({ memory });
  assert.ok(beside.scope((arena) => arena.alloc(10)) >= 2 * pageSize);
});
