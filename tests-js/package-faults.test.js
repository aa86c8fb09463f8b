// Every misuse that the checked module knows, made with raw calls: the exception that it causes, and that
// the heap can be used afterwards.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CheckedHeap, GranaryFault, assertThrows, rawCalls } from "./support/package-staged.js";
import { namesOf, withHyphens } from "./support/public-headers.js";
import { addressBits } from "./support/width.js";

// The fields of a fault that the cases below do not name: of a free of 100 bytes with nobody named.
const usual = { call: "free", length: 100, alignment: 16, newLength: null, caller: 0, heap: 0 };
const blockAt = (address, more) => ({
  address,
  length: 100,
  alignment: 16,
  allocatedBy: 7,
  freedBy: 0,
  heap: 0,
  ...more,
});
const free = (address) => (calls) => calls.free(0, address, 100, 4, 0);

/**
 * Each with a block of 100 bytes that 7 allocated at `live`, and one that 7 allocated and 9 freed at
 * `freed`: what is called, the fields of the exception, and its sentence.
 */
const cases = {
  "null-pointer": ({ exports }) => ({
    run: () => exports.free(0, 0, 100, 4, 3),
    fields: { address: 0, caller: 3, block: null },
    sentence: "free(0, 100 bytes) by 3: no block has the address 0",
  }),
  "outside-memory": ({ exports }) => ({
    run: () => free(0xfff00000)(exports),
    fields: { address: 0xfff00000, block: null },
    sentence: "free(4293918720, 100 bytes): the address lies past the end of the memory",
  }),
  "not-a-block": ({ exports }) => ({
    run: () => free(64)(exports),
    fields: { address: 64, block: null },
    sentence: "free(64, 100 bytes): no block begins there, nor did one lately",
  }),
  misaligned: ({ exports }) => ({
    run: () => exports.remap(0, 68, 1, 4, 200, 0),
    fields: { call: "remap", address: 68, length: 1, newLength: 200, block: null },
    sentence:
      "remap(68, 1 byte to 200 bytes): no block begins there, and the address is no multiple of " +
      "the alignment, 16",
  }),
  "inside-block": ({ exports, live }) => ({
    run: () => free(live + 4)(exports),
    fields: { address: live + 4, block: blockAt(live) },
    sentence:
      `free(${live + 4}, 100 bytes): a pointer is the beginning of a block; this is 4 bytes into ` +
      `the live block of 100 bytes at ${live}; allocated by 7`,
  }),
  "inside-freed-block": ({ exports, freed }) => ({
    run: () => free(freed + 1)(exports),
    fields: { address: freed + 1, block: blockAt(freed, { freedBy: 9 }) },
    sentence:
      `free(${freed + 1}, 100 bytes): a pointer is the beginning of a block; this is 1 byte into ` +
      `the freed block of 100 bytes at ${freed}; allocated by 7, freed by 9`,
  }),
  "freed-block": ({ exports, freed }) => ({
    run: () => free(freed)(exports),
    fields: { address: freed, block: blockAt(freed, { freedBy: 9 }) },
    sentence:
      `free(${freed}, 100 bytes): the block of 100 bytes at ${freed} was freed before; ` +
      "allocated by 7, freed by 9",
  }),
  "wrong-length": ({ exports, live }) => ({
    run: () => exports.resize(0, live, 99, 4, 200, 0),
    fields: { call: "resize", address: live, length: 99, newLength: 200, block: blockAt(live) },
    sentence:
      `resize(${live}, 99 bytes to 200 bytes): the block at ${live} has 100 bytes, not 99; ` +
      "allocated by 7",
  }),
  "wrong-alignment": ({ exports, live }) => ({
    run: () => exports.free(0, live, 100, 6, 0),
    fields: { address: live, alignment: 64, block: blockAt(live) },
    sentence:
      `free(${live}, 100 bytes): the block of 100 bytes at ${live} has the alignment 16, not 64; ` +
      "allocated by 7",
  }),
  "written-before-start": ({ exports, live, write }) => ({
    run: () => {
      write(live - 1);
      free(live)(exports);
    },
    fields: { address: live, block: blockAt(live) },
    sentence:
      `free(${live}, 100 bytes): the bytes below the block of 100 bytes at ${live} were written to; ` +
      "allocated by 7",
  }),
  "written-past-end": ({ exports, live, write }) => ({
    run: () => {
      write(live + 100);
      free(live)(exports);
    },
    fields: { address: live, block: blockAt(live) },
    sentence:
      `free(${live}, 100 bytes): the bytes past the end of the block of 100 bytes at ${live} were ` +
      "written to; allocated by 7",
  }),
  "written-after-free": ({ exports, freed, write }) => ({
    run: () => {
      write(freed + 1);
      exports.check();
    },
    fields: { call: "check", address: freed, block: blockAt(freed, { freedBy: 9 }) },
    sentence:
      `check: the block of 100 bytes at ${freed} was written to after it was freed; ` +
      "allocated by 7, freed by 9",
  }),
  "new-length-zero": ({ exports, live }) => ({
    run: () => exports.resize(0, live, 100, 4, 0, 5),
    fields: { call: "resize", address: live, newLength: 0, caller: 5, block: blockAt(live) },
    sentence:
      `resize(${live}, 100 bytes to 0 bytes) by 5: a new length is at least 1; free ends a block; ` +
      "allocated by 7",
  }),
  "alignment-out-of-range": ({ exports }) => ({
    run: () => exports.alloc(0, 100, 4096, 5),
    fields: { call: "alloc", address: 0, alignment: Infinity, caller: 5, block: null },
    sentence: `alloc(100 bytes) by 5: an alignment is passed as its logarithm, 0 to ${addressBits - 1}, not 4096`,
  }),
};

const modules = {
  "granary-checked.wasm": {},
  "granary-checked-import.wasm": { maximumPages: 100 },
};

async function prepared(options) {
  const heap = await CheckedHeap.create(options);
  const live = heap.alloc(100, { caller: 7 });
  const freed = heap.alloc(100, { caller: 7 });
  heap.free(freed, { caller: 9 });
  const write = (address) => (new Uint8Array(heap.memory.buffer)[address] ^= 0xff);
  return { heap, exports: rawCalls(heap.exports), live, freed, write };
}

for (const [name, options] of Object.entries(modules)) {
  describe(`a trap of ${name} becomes a GranaryFault:`, () => {
    for (const [kind, of] of Object.entries(cases)) {
      test(kind, async () => {
        const made = await prepared(options);
        const { heap } = made;
        const { run, fields, sentence } = of(made);
        const failure = await assertThrows("ERR_FAULT", /./, () => heap.guard(run));
        assert.equal(failure.message, sentence);
        const { code: _, ...own } = failure;
        assert.deepEqual(own, { kind, ...usual, ...fields });
        assert.ok(failure instanceof GranaryFault);
        assert.ok(failure.cause instanceof WebAssembly.RuntimeError);

        heap.verify();
        const pointer = heap.realloc(heap.alloc(5000), 10_000);
        heap.bytes(pointer).fill(1);
        heap.free(pointer);
      });
    }
  });
}

test("a fault of every kind that the sources have is made", () => {
  // Those of arenas are made in package-arenas.test.js.
  const kinds = namesOf("granary_fault_kind").filter((kind) => !/none|arena|heap/.test(kind));
  assert.deepEqual(Object.keys(cases), kinds.map(withHyphens));
});

describe("the sentence of a fault", () => {
  test("says where in or around a block an address lies", async () => {
    const { heap, live } = await prepared();
    const places = [
      [live + 1, /this is 1 byte into the live block of 100 bytes at/],
      [live + 99, /this is 99 bytes into the live block/],
      [live + 100, /this is the end of the live block/],
      [live + 108, /this is 8 bytes past the end of the live block/],
      [live - 8, /this is 8 bytes below the live block/],
    ];
    for (const [address, sentence] of places) {
      const call = () => heap.guard(() => free(address)(rawCalls(heap.exports)));
      await assertThrows("ERR_FAULT", sentence, call);
    }
  });

  test("shows alignments that are too large for a number as powers", async () => {
    const { heap, live } = await prepared();
    for (const [log2, ending] of [
      [31, /has the alignment 16, not 2147483648;/],
      [64, /has the alignment 16, not 2\^64;/],
    ]) {
      const call = () => heap.guard(() => rawCalls(heap.exports).free(0, live, 100, log2, 0));
      await assertThrows("ERR_FAULT", ending, call);
    }
  });

  test("names nobody where nobody was named", async () => {
    const heap = await CheckedHeap.create();
    const pointer = heap.alloc(10);
    heap.free(pointer);
    const call = () => heap.guard(() => rawCalls(heap.exports).free(0, pointer, 10, 4, 0));
    await assertThrows("ERR_FAULT", /at \d+ was freed before$/, call);
  });

  test("shows no length where a call has none", async () => {
    const heap = await CheckedHeap.create();
    const call = () => heap.guard(() => rawCalls(heap.exports).free(0, 64, 0, 4, 0));
    await assertThrows("ERR_FAULT", /^free\(64\): no block/, call);
  });
});

test("a fault prints with its name, and is an Error like the others", async () => {
  const { heap } = await prepared();
  const failure = await assertThrows("ERR_FAULT", /./, () =>
    heap.guard(() => free(0)(rawCalls(heap.exports))),
  );
  assert.equal(String(failure).startsWith("GranaryFault: free(0, 100 bytes): "), true);
  assert.ok(failure instanceof Error);
});
