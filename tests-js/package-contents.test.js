// What the package puts into blocks and reads anywhere in the memory: arrays, C's strings, zeros, and views that
// are not of blocks. Each test runs over a heap and over an arena, which have the same calls.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ArenaHeap,
  CheckedArenaHeap,
  CheckedHeap,
  Heap,
  SharedHeap,
  assertThrows,
  largest,
} from "./support/package-staged.js";
import { isWide } from "./support/width.js";

const kinds = {
  "a heap": () => Heap.create(),
  "a checked heap": () => CheckedHeap.create(),
};
// The other classes have 32-bit addresses only.
if (!isWide) {
  kinds["an arena"] = async () => (await ArenaHeap.create()).arena();
  kinds["a checked arena"] = async () => (await CheckedArenaHeap.create()).arena();
  kinds["a shared heap"] = () => SharedHeap.create({ maximumPages: 100 });
}

for (const [kind, open] of Object.entries(kinds)) {
  describe(kind, () => {
    test("allocates an array by its class and count", async () => {
      const heap = await open();
      for (const [type, size] of [
        [Float32Array, 4],
        [BigInt64Array, 8],
        [DataView, 1],
        [Uint8Array, 1],
      ]) {
        const pointer = heap.allocArray(type, 1000);
        assert.equal(heap.lengthOf(pointer), 1000 * size);
        assert.ok(heap.view(type, pointer) instanceof type);
      }
      assert.equal(heap.lengthOf(heap.allocArray(Float64Array, 0)), 0);
    });

    test("allocates an array with the values of any iterable, as its class has them", async () => {
      const heap = await open();
      const counted = (function* () {
        yield* [1.5, -1, 300];
      })();
      for (const [values, type, expected] of [
        [[1, 2, 3], Int32Array, [1, 2, 3]],
        [counted, Uint8Array, [1, 255, 44]],
        [new Set([1n, -1n]), BigInt64Array, [1n, -1n]],
        [new Float64Array([0.5, 2]), Float32Array, [0.5, 2]],
        [[], Float64Array, []],
      ]) {
        const pointer = heap.allocArray(values, type);
        assert.deepEqual([...heap.view(type, pointer)], expected);
        assert.equal(heap.lengthOf(pointer), expected.length * type.BYTES_PER_ELEMENT);
      }
    });

    test("aligns an array as it is told, and refuses what its elements cannot have", async () => {
      const heap = await open();
      assert.equal(heap.allocArray(Int8Array, 5, { alignment: 1024 }) % 1024, 0);
      assert.equal(heap.allocArray([5], Int8Array, { alignment: 1024 }) % 1024, 0);
      const sentence =
        /^allocArray: a Float64Array starts at a multiple of 8, which an alignment of 4 does not give$/;
      const narrow = { alignment: 4 };
      await assertThrows("ERR_ALIGNMENT", sentence, () => heap.allocArray(Float64Array, 5, narrow));
      await assertThrows("ERR_ALIGNMENT", sentence, () =>
        heap.allocArray([5], Float64Array, narrow),
      );
      await assertThrows("ERR_ALIGNMENT", /power of two/, () =>
        heap.allocArray([5], Float64Array, { alignment: 3 }),
      );
      assert.equal(heap.liveBlocks, 2);
    });

    test("refuses arrays of no class, of no values, or of no count", async () => {
      const heap = await open();
      for (const type of [undefined, null, Array, "Int32Array", Promise]) {
        const call = () => heap.allocArray([1], type);
        await assertThrows("ERR_TYPE", /^allocArray: the class of a typed array/, call);
      }
      await assertThrows("ERR_TYPE", /^allocArray: the class/, () => heap.allocArray(Array, 5));
      for (const values of [5, "123", null, undefined, {}, { length: 3 }]) {
        const call = () => heap.allocArray(values, Int32Array);
        await assertThrows("ERR_TYPE", /^allocArray: a class and a count are needed, as in/, call);
      }
      for (const [values, type, sentence] of [
        [[1], BigInt64Array, /^allocArray: these values make no BigInt64Array: /],
        [[1n], Int32Array, /^allocArray: these values make no Int32Array: /],
        [[1], DataView, /^allocArray: these values make no DataView: /],
      ]) {
        const failure = await assertThrows("ERR_TYPE", sentence, () =>
          heap.allocArray(values, type),
        );
        assert.ok(failure.cause instanceof TypeError);
      }
      const tooMany = Math.floor(largest / 8) + 1;
      for (const count of [-1, 0.5, NaN, "5", undefined, null, tooMany]) {
        const sentence = /^allocArray: a count is a whole number of elements of 8 bytes from 0 to /;
        await assertThrows("ERR_LENGTH", sentence, () => heap.allocArray(Float64Array, count));
      }
      assert.equal(heap.liveBlocks, 0);
    });

    test("gives zeros where they are asked for, also where other bytes were", async () => {
      const heap = await open();
      const before = heap.alloc(4000);
      heap.bytes(before).fill(0xab);
      heap.free(before);
      for (const pointer of [
        heap.alloc(4000, { zeroed: true }),
        heap.tryAlloc(4000, { zeroed: true }),
        heap.allocArray(Float64Array, 500, { zeroed: true }),
      ]) {
        assert.ok(heap.bytes(pointer).every((byte) => byte === 0));
        heap.bytes(pointer).fill(0xab);
        heap.free(pointer);
      }
      const other = heap.alloc(4000, { zeroed: false });
      assert.equal(heap.lengthOf(other), 4000);
      for (const zeroed of [0, "true", null]) {
        const call = () => heap.alloc(10, { zeroed });
        await assertThrows("ERR_OPTION", /^alloc: zeroed is true or false, not /, call);
      }
      const sentence = /^allocString: there is no option "zeroed", only alignment, caller$/;
      await assertThrows("ERR_OPTION", sentence, () => heap.allocString("a", { zeroed: true }));
    });

    test("writes strings of C and reads them", async () => {
      const heap = await open();
      for (const text of ["", "grain", "\ufeffGrüße \u{1f33e}", "x".repeat(100_000)]) {
        const pointer = heap.allocCString(text);
        assert.equal(heap.readCString(pointer), text);
        assert.equal(heap.lengthOf(pointer), new TextEncoder().encode(text).length + 1);
        assert.equal(heap.bytes(pointer).at(-1), 0);
      }
      const inner = heap.allocCString("grain");
      assert.equal(heap.readCString(inner + 2), "ain");
      assert.equal(heap.allocCString("a", { alignment: 4096 }) % 4096, 0);
      const sentence = /^allocCString: the text has a character 0 at 2, where C would end it$/;
      await assertThrows("ERR_TYPE", sentence, () => heap.allocCString("ab\0c"));
      await assertThrows("ERR_TYPE", /^allocCString: a string is/, () => heap.allocCString(5));
    });

    test("reads no string past the block that begins with it, nor past the memory", async () => {
      const heap = await open();
      const pointer = heap.allocString("grain");
      heap.allocCString("next");
      const inBlock = /^readCString: no byte 0 ends the text at \d+ in the 5 bytes of its block$/;
      await assertThrows("ERR_RANGE", inBlock, () => heap.readCString(pointer));
      const filler = heap.alloc(300_000);
      const end = heap.viewAt(Uint8Array, filler, 0).buffer.byteLength;
      heap.viewAt(Uint8Array, end - 8, 8).fill(0x61);
      const inMemory = /^readCString: no byte 0 ends the text at \d+ in the rest of the memory$/;
      await assertThrows("ERR_RANGE", inMemory, () => heap.readCString(end - 8));
      for (const address of [0, end, end + 1, -8, 0.5, NaN, "8", null, undefined]) {
        const sentence = new RegExp(
          `^readCString: an address in this memory is a whole number from 1 to ${end - 1}, not `,
        );
        await assertThrows("ERR_RANGE", sentence, () => heap.readCString(address));
      }
      await assertThrows("ERR_RANGE", /; addresses are unsigned \(/, () => heap.readCString(-8));
    });

    test("views memory that is no block, as it is now", async () => {
      const heap = await open();
      const pointer = heap.allocArray([1, 2, 3], Int32Array);
      assert.deepEqual([...heap.viewAt(Int32Array, pointer + 4, 2)], [2, 3]);
      heap.alloc(1_000_000);
      heap.viewAt(Int32Array, pointer, 1)[0] = 7;
      assert.equal(heap.view(Int32Array, pointer)[0], 7);
      assert.equal(heap.viewAt(DataView, pointer, 12).getInt32(8, true), 3);
      assert.equal(heap.viewAt(Uint8Array, 0, 8).length, 8);
      class Words extends Uint32Array {}
      assert.equal(heap.viewAt(Words, pointer, 1)[0], 7);
    });

    test("refuses a view that does not lie in the memory", async () => {
      const heap = await open();
      const end = heap.viewAt(Uint8Array, heap.alloc(10), 0).buffer.byteLength;
      for (const address of [-4, end, 0.5, NaN, "8", null, undefined]) {
        const sentence = /^viewAt: an address in this memory is a whole number from 0 to /;
        await assertThrows("ERR_RANGE", sentence, () => heap.viewAt(Int32Array, address, 1));
      }
      const left =
        /^viewAt: the memory from \d+ on has 8 bytes: .* elements of 4 bytes from 0 to 2 fits, not /;
      for (const count of [3, -1, 0.5, "1", null, undefined]) {
        await assertThrows("ERR_RANGE", left, () => heap.viewAt(Int32Array, end - 8, count));
      }
      const odd = /^viewAt: a Int32Array starts at a multiple of 4, and 6 is none$/;
      await assertThrows("ERR_ALIGNMENT", odd, () => heap.viewAt(Int32Array, 6, 1));
      await assertThrows("ERR_TYPE", /^viewAt: the class of/, () => heap.viewAt(Array, 8, 1));
      class Other extends Uint8Array {
        constructor() {
          super(5);
        }
      }
      const made = /^viewAt: .* Other made something else than 2 elements of 1 bytes$/;
      await assertThrows("ERR_TYPE", made, () => heap.viewAt(Other, 8, 2));
    });
  });
}

test("zeros of which the runtime makes no view are refused, and no block stays", async () => {
  const heap = await Heap.create();
  const Own = globalThis.Uint8Array;
  // Stands in for a runtime whose views end before the block does.
  globalThis.Uint8Array = class extends Own {
    constructor(...operands) {
      if (operands[2] === 1000) throw new RangeError("it is too long");
      super(...operands);
    }
  };
  try {
    const sentence = /^alloc: the runtime makes no view of 1000 elements at \d+: it is too long$/;
    await assertThrows("ERR_RANGE", sentence, () => heap.alloc(1000, { zeroed: true }));
  } finally {
    globalThis.Uint8Array = Own;
  }
  assert.equal(heap.liveBlocks, 0);
  assert.notEqual(heap.alloc(1000), heap.alloc(1000));
});
