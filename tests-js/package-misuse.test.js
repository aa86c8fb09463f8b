// Wrong use of the class: each case causes an exception with a code and a sentence, and the heap is as it
// was before.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, test } from "node:test";
import { GranaryError, Heap, assertThrows, largest } from "./support/package-staged.js";
import { isWide, word } from "./support/width.js";

const wrongNumbers = [
  [-1, /, not -1$/],
  [1.5, /, not 1\.5$/],
  [NaN, /, not NaN$/],
  [Infinity, /, not Infinity$/],
  [largest + 1, new RegExp(`, not ${largest + 1}$`)],
  ["16", /, not "16"$/],
  ["a".repeat(50), /, not a string of 50 characters$/],
  isWide ? [-16n, /, not the bigint -16n$/] : [16n, /, not the bigint 16n$/],
  [null, /, not null$/],
  [{}, /, not an object \(Object\)$/],
  [[16], /, not an object \(Array\)$/],
  [true, /, not true$/],
  [() => 16, /, not a function$/],
  [Symbol("16"), /, not Symbol\(16\)$/],
];

describe("a heap refuses, with an exception and without a change,", () => {
  let heap;
  let block;
  let before;

  beforeEach(async () => {
    heap = await Heap.create({ maximumPages: 8 });
    block = heap.alloc(1000);
    heap.bytes(block).fill(0x5a);
    before = stateOf(heap);
  });

  afterEach(() => {
    assert.deepEqual(stateOf(heap), before, "the memory is as it was");
    assert.equal(heap.lengthOf(block), 1000);
    assert.ok(heap.bytes(block).every((byte) => byte === 0x5a));
    heap.free(block);
  });

  for (const call of ["alloc", "tryAlloc"]) {
    test(`${call} of what is no length`, async () => {
      for (const [length, ending] of [...wrongNumbers, [undefined, /, not undefined$/]]) {
        const failure = await assertThrows("ERR_LENGTH", ending, () => heap[call](length));
        assert.ok(
          failure.message.startsWith(`${call}: a length is a whole number of bytes from 0`),
        );
      }
    });
  }

  for (const call of ["resize", "remap", "realloc"]) {
    test(`${call} to what is no length, or to 0`, async () => {
      for (const [length, ending] of [
        ...wrongNumbers,
        [0, new RegExp(`from 1 to ${largest}, not 0$`)],
      ]) {
        await assertThrows("ERR_LENGTH", ending, () => heap[call](block, length));
      }
    });
  }

  test("an alignment that is no power of two of bytes from 1 to 2^31", async () => {
    const powers = [
      [0, /from 1 to 2147483648, not 0$/],
      [3, /, not 3$/],
      [24, /, not 24$/],
    ];
    for (const [alignment, ending] of [...wrongNumbers, ...powers]) {
      for (const call of [
        () => heap.alloc(16, { alignment }),
        () => heap.tryAlloc(16, { alignment }),
        () => heap.allocBytes(new Uint8Array(1), { alignment }),
        () => heap.allocString("a", { alignment }),
        () => heap.adopt(block + 16, 16, { alignment }),
      ]) {
        await assertThrows("ERR_ALIGNMENT", ending, call);
      }
    }
  });

  test("options of a block that are no object, or that do not exist", async () => {
    const cases = [
      [/^alloc: options are an object \{ alignment, caller, zeroed \}, not 16$/, 16],
      [/, not null$/, null],
      [/, not "16"$/, "16"],
      [/^alloc: there is no option "align", only alignment, caller, zeroed$/, { align: 16 }],
      [/there is no option "0"/, [16]],
    ];
    for (const [sentence, options] of cases) {
      await assertThrows("ERR_OPTION", sentence, () => heap.alloc(16, options));
    }
    const caller = { caller: 1 };
    const sentence = /^adopt: there is no option "caller", only alignment$/;
    await assertThrows("ERR_OPTION", sentence, () => heap.adopt(block + 16, 16, caller));
    const ofFree = /^free: there is no option "alignment", only caller$/;
    await assertThrows("ERR_OPTION", ofFree, () => heap.free(block, { alignment: 16 }));
    await assertThrows("ERR_OPTION", /^free: options are .*, not null$/, () =>
      heap.free(block, null),
    );
  });

  test("a caller that is neither a whole number of an address's range nor a name", async () => {
    const start = new RegExp(`: caller is a whole number from 0 to ${largest}, or a name, not `);
    const wrong = wrongNumbers.filter(([caller]) => typeof caller !== "string");
    for (const [caller, ending] of [...wrong, ["", /, not ""$/]]) {
      for (const call of [
        () => heap.alloc(16, { caller }),
        () => heap.allocBytes(new Uint8Array(1), { caller }),
        () => heap.free(block, { caller }),
      ]) {
        const { message } = await assertThrows("ERR_OPTION", ending, call);
        assert.match(message, start);
      }
    }
  });

  test("a pointer that is not that of a live block", async () => {
    const freed = heap.alloc(100);
    heap.free(freed);
    before = stateOf(heap);
    const moved = /freed, or moved by realloc or remap, or alloc never returned it$/;
    const cases = [
      [0, moved],
      [freed, moved],
      [block + 1, moved],
      [NaN, moved],
      [-16, /: -16 is not .*: pointers are unsigned \(.*pointer.*\)$/],
      [String(block), /a pointer is a number that alloc returned$/],
      [
        BigInt(block) + (isWide ? 2n ** 60n : 0n),
        /the bigint .* is not .* a pointer is a number that alloc returned$/,
      ],
      [undefined, /undefined is not the pointer of a live block of this heap/],
      [null, /null is not/],
    ];
    const calls = {
      free: (pointer) => heap.free(pointer),
      resize: (pointer) => heap.resize(pointer, 10),
      remap: (pointer) => heap.remap(pointer, 10),
      realloc: (pointer) => heap.realloc(pointer, 10),
      bytes: (pointer) => heap.bytes(pointer),
      view: (pointer) => heap.view(Uint8Array, pointer),
      readString: (pointer) => heap.readString(pointer),
      lengthOf: (pointer) => heap.lengthOf(pointer),
      disown: (pointer) => heap.disown(pointer),
    };
    for (const [name, call] of Object.entries(calls)) {
      for (const [pointer, sentence] of cases) {
        const failure = await assertThrows("ERR_POINTER", sentence, () => call(pointer));
        const named = name === "readString" ? "bytes" : name;
        assert.ok(failure.message.startsWith(`${named}: `), failure.message);
        assert.equal(heap.has(pointer), false);
      }
    }
  });

  test("a second free of a block", async () => {
    const pointer = heap.alloc(100);
    heap.free(pointer);
    before = stateOf(heap);
    await assertThrows("ERR_POINTER", /^free: \d+ is not .* it was freed/, () =>
      heap.free(pointer),
    );
  });

  test("the pointer that a block had before it moved", async () => {
    const pointer = heap.alloc(50_000);
    heap.alloc(16);
    const moved = heap.realloc(pointer, 100_000);
    assert.notEqual(moved, pointer);
    before = stateOf(heap);
    await assertThrows("ERR_POINTER", /moved by realloc/, () => heap.bytes(pointer));
    await assertThrows("ERR_POINTER", /moved by realloc/, () => heap.free(pointer));
  });

  test("more memory than there is", async () => {
    const { byteLength } = heap.memory.buffer;
    const refuse = async () => {
      const sentence =
        /: there is no memory for 1000000 bytes: the memory has \d of at most 8 pages$/;
      await assertThrows("ERR_NO_MEMORY", sentence, () => heap.alloc(1e6));
      await assertThrows("ERR_NO_MEMORY", sentence, () => heap.realloc(block, 1e6));
      await assertThrows("ERR_NO_MEMORY", sentence, () => heap.allocBytes(new Uint8Array(1e6)));
      await assertThrows("ERR_NO_MEMORY", sentence, () => heap.allocString("a".repeat(1e6)));
      const huge = largest;
      const ofHuge = new RegExp(`for ${huge} bytes: `);
      await assertThrows("ERR_NO_MEMORY", ofHuge, () => heap.alloc(huge));
      assert.equal(heap.tryAlloc(huge), null);
      assert.equal(heap.tryAlloc(1, { alignment: 2 ** 31 }), null);
      assert.equal(heap.resize(block, huge), false);
      assert.equal(heap.remap(block, huge), null);
    };
    await refuse();
    assert.equal(heap.memory.buffer.byteLength, byteLength);
    // The engine notes what it has looked for in vain; of that, all is noted now.
    before = stateOf(heap);
    await refuse();
  });

  test("a view of more than the block, or of a count that is no number", async () => {
    const bytes =
      /^bytes: the block has 1000 bytes: a whole number of bytes from 0 to 1000 fits, not/;
    const elements = /^view: .* a whole number of elements of 8 bytes from 0 to 125 fits, not/;
    for (const count of [1001, -1, 0.5, NaN, 2 ** 32, "5", null]) {
      await assertThrows("ERR_RANGE", bytes, () => heap.bytes(block, count));
      await assertThrows("ERR_RANGE", bytes, () => heap.readString(block, count));
      await assertThrows("ERR_RANGE", elements, () => heap.view(Float64Array, block, count));
      await assertThrows("ERR_RANGE", /^view/, () => heap.view(DataView, block, count));
    }
    await assertThrows("ERR_RANGE", elements, () => heap.view(Float64Array, block, 126));
  });

  test("a view of elements wider than the pointer's alignment", async () => {
    const start = heap.alloc(64);
    heap.disown(start);
    heap.adopt(start + 4, 32, { alignment: 4 });
    before = stateOf(heap);
    const sentence =
      /^view: a Float64Array starts at a multiple of 8, and \d+ is none; .*\{ alignment: 8 \}$/;
    await assertThrows("ERR_ALIGNMENT", sentence, () => heap.view(Float64Array, start + 4));
    assert.equal(heap.view(Float32Array, start + 4).length, 8);
  });

  test("a view of what is no class of views", async () => {
    for (const type of [undefined, null, Array, "Uint8Array", new Uint8Array(1), ArrayBuffer]) {
      const call = () => heap.view(type, block);
      await assertThrows("ERR_TYPE", /^view: the class of a typed array, or DataView/, call);
    }
  });

  test("data that is no data, text that is no text", async () => {
    for (const data of [undefined, null, 5, "text", [1, 2], {}, new SharedArrayBuffer(8)]) {
      const call = () => heap.allocBytes(data);
      await assertThrows("ERR_TYPE", /^allocBytes: an ArrayBuffer or a view of one is/, call);
    }
    for (const text of [undefined, null, 5, new String("text"), Uint8Array.of(1)]) {
      await assertThrows("ERR_TYPE", /^allocString: a string is/, () => heap.allocString(text));
    }
  });

  test("data whose buffer is detached", async () => {
    const stale = heap.bytes(block);
    heap.memory.grow(word(1));
    before = stateOf(heap);
    const transferred = new ArrayBuffer(8);
    const view = new DataView(new ArrayBuffer(8), 4);
    structuredClone(null, { transfer: [transferred, view.buffer] });
    for (const data of [stale, transferred, view]) {
      const call = () => heap.allocBytes(data);
      await assertThrows("ERR_TYPE", /the buffer of the data is detached: .* has grown$/, call);
    }
  });

  test("the adoption of what can be no block, or is one already", async () => {
    const end = heap.memory.buffer.byteLength;
    const sentence = /^adopt: a block of 100 bytes starts at a multiple of 16 and ends within the/;
    for (const pointer of [0, -16, 8, block + 8, end, end - 64, NaN, "16", null, undefined]) {
      await assertThrows("ERR_POINTER", sentence, () => heap.adopt(pointer, 100));
    }
    await assertThrows("ERR_POINTER", /is a live block of this/, () => heap.adopt(block, 100));
    await assertThrows("ERR_LENGTH", /^adopt: a length/, () => heap.adopt(block + 16, -1));
  });
});

test("an exception is a GranaryError with a name, a code and, from a runtime, a cause", async () => {
  const failure = await assertThrows("ERR_MODULE", /./, () =>
    Heap.create({ module: new Uint8Array(8) }),
  );
  assert.ok(failure instanceof Error);
  assert.equal(String(failure).startsWith("GranaryError: module: "), true);
  assert.ok(failure.cause instanceof WebAssembly.CompileError);
  assert.deepEqual(Object.keys(new GranaryError("ERR_TYPE", "sentence")), ["code"]);
});

/** Everything that a call could have changed: every byte of the memory, and its length. */
function stateOf({ memory }) {
  return createHash("sha1").update(new Uint8Array(memory.buffer)).digest("hex");
}
