// What only heaps with 64-bit addresses do; for all that they do like any other, memory64.test.js runs the
// files that test other heaps once more. Where this Node has no memory64, that file runs this one in the
// newest Node too, for all but the tests of what such a runtime is told.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import * as layouts from "../js/layouts.js";
import { widths } from "../js/width.js";
import {
  CheckedHeap,
  Heap,
  InspectedHeap,
  assemble,
  assertThrows,
  guard,
  moduleBytes,
  temporaryFolder,
} from "./support/package-staged.js";
import { layoutOf } from "./support/record-layout.js";

const pageSize = 65536;
const hasMemory64 = WebAssembly.validate(moduleBytes("granary64.wasm"));

describe("a runtime without memory64", () => {
  test("refuses a heap with 64-bit addresses in one sentence, before anything is made", async (t) => {
    if (hasMemory64) t.mock.method(WebAssembly, "validate", () => false);
    const made = t.mock.method(WebAssembly, "Memory");
    const compiled = t.mock.method(WebAssembly, "compile");
    const module = moduleBytes("granary64.wasm");
    const sentence =
      /^width: this runtime has no memories with 64-bit addresses \(memory64\); a heap with 32-bit .*$/;
    for (const Class of [Heap, InspectedHeap, CheckedHeap]) {
      for (const options of [{}, { maximumPages: 5 }, { module }]) {
        const given = { width: 64, ...options };
        await assertThrows("ERR_ENGINE", sentence, () => Class.create(given));
        await assertThrows("ERR_ENGINE", sentence, () => Class.createSync(given));
      }
    }
    assert.equal(made.mock.callCount() + compiled.mock.callCount(), 0);
  });

  test("serves a heap with 32-bit addresses", async (t) => {
    if (hasMemory64) t.mock.method(WebAssembly, "validate", () => false);
    const heaps = [
      await Heap.create({ width: 32 }),
      await Heap.create({ maximumPages: 5, width: 32 }),
    ];
    for (const heap of heaps) {
      assert.equal(heap.width, 32);
      assert.notEqual(heap.alloc(100), 0);
    }
  });
});

describe("a record of a module with 64-bit addresses is read where the compiler lays it out:", () => {
  const records = {
    granary_size_class_stats: layouts.sizeClass,
    granary_item: layouts.item,
    granary_fault_record: layouts.fault,
    granary_leak_report: layouts.leakReport,
    granary_leak_group: layouts.leakGroup,
  };
  const source = join(temporaryFolder("records"), "records.c");
  writeFileSync(source, "#include <granary_inspect.h>\n#include <granary_checked.h>\n");
  for (const [struct, names] of Object.entries(records)) {
    test(struct, () => {
      const options = ["--target=wasm64-unknown-unknown", "-Iinclude"];
      const { fields, bytes } = layoutOf(source, new RegExp(`^struct ${struct}$`), options);
      // What is no field has other bytes than zero.
      const view = new DataView(new Uint8Array(bytes).fill(0xff).buffer);
      for (const [index, { type, offset }] of fields.entries()) {
        if (type === "uint32_t") view.setUint32(offset, index, true);
        else view.setBigUint64(offset, BigInt(index), true);
      }
      const numbered = Object.fromEntries(names.map((name, index) => [name, index]));
      assert.deepEqual(layouts.recordOf(names, widths[64], view.buffer, 0), numbered);
      assert.equal(layouts.recordBytes(names, widths[64]), bytes);
    });
  }
});

const wideMemory = (limits) => new WebAssembly.Memory({ address: "i64", ...limits });

if (hasMemory64) {
  describe("a heap has 64-bit addresses", () => {
    /** Checks that the heap answers with numbers, and its module takes bigints. */
    function assertWide(heap) {
      assert.equal(heap.width, 64);
      const pointer = heap.alloc(1000, { alignment: 64 });
      assert.equal(typeof pointer, "number");
      heap.bytes(pointer).fill(1);
      heap.free(pointer);
      assert.equal(typeof heap.exports.alloc(0n, 1n, 0, 0n), "bigint");
    }

    for (const Class of [Heap, InspectedHeap, CheckedHeap]) {
      test(`when it is a ${Class.name} that is asked for them`, async () => {
        const heap = await Class.create({ width: 64 });
        assert.ok(heap instanceof Class);
        assertWide(heap);
      });
    }

    test("in a memory that has them, of which it takes only what it grows", async () => {
      for (const options of [{}, { width: 64 }]) {
        const memory = wideMemory({ initial: 3n, maximum: 100n });
        new Uint8Array(memory.buffer).fill(0xab);
        const heap = await Heap.create({ memory, ...options });
        assert.equal(heap.memory, memory);
        assertWide(heap);
        assert.ok(heap.alloc(10_000) >= 3 * pageSize);
        const before = new Uint8Array(memory.buffer, 0, 3 * pageSize);
        assert.ok(before.every((byte) => byte === 0xab));
      }
    });

    test("where a CheckedHeap finds the misuses of a program in a memory that has them", async () => {
      const memory = wideMemory({ initial: 2n, maximum: 100n });
      const heap = await CheckedHeap.create({ memory });
      assert.equal(heap.memory, memory);
      assertWide(heap);
      const { alloc, free } = heap.exports;
      const pointer = alloc(0n, 100n, 4, 7n);
      assert.ok(pointer >= 2 * pageSize);
      new Uint8Array(memory.buffer)[Number(pointer) + 100] ^= 1;
      const sentence = /past the end of the block .* allocated by 7$/;
      const call = () => heap.guard(() => free(0n, pointer, 100n, 4, 0n));
      await assertThrows("ERR_FAULT", sentence, call);
    });

    test("over a module that has them, whose memory is its own, given or made", async () => {
      const [own, importing] = ["granary64.wasm", "granary-import64.wasm"].map(moduleBytes);
      const memory = wideMemory({ initial: 0n });
      const cases = [
        { module: own },
        { module: own, width: 64 },
        { module: importing },
        { module: importing, maximumPages: 10 },
        { module: importing, memory },
      ];
      for (const options of cases) {
        assertWide(await Heap.create(options));
        assertWide(Heap.createSync(options));
      }
    });

    test("and may have more than 65536 pages", async () => {
      const heap = await Heap.create({ width: 64, maximumPages: 2 });
      assert.equal(heap.tryAlloc(2 * pageSize), null);
      assert.equal(heap.memory.buffer.byteLength <= 2 * pageSize, true);
      for (const maximumPages of [65_537, 262_144]) {
        assertWide(await Heap.create({ width: 64, maximumPages }));
      }
      const sentence = /^maximumPages is a whole number from 1 to 262144 .*, not 262145$/;
      const call = () => Heap.create({ width: 64, maximumPages: 262_145 });
      await assertThrows("ERR_OPTION", sentence, call);
    });

    test("in a resizable buffer, unless the memory has no maximum", async () => {
      const memory = wideMemory({ initial: 1n, maximum: 100n });
      const heap = await Heap.create({ memory, resizableBuffer: true });
      assert.equal(memory.buffer.resizable, true);
      assertWide(heap);
      const unlimited = wideMemory({ initial: 1n });
      const call = () => Heap.create({ memory: unlimited, resizableBuffer: true });
      await assertThrows("ERR_MEMORY", /needs one with a maximum/, call);
      assert.equal(unlimited.buffer.byteLength, pageSize);
    });

    test("only if its memory and module have the width that was asked for", async () => {
      const memory = wideMemory({ initial: 1n });
      const narrow = new WebAssembly.Memory({ initial: 1 });
      const cases = [
        [
          "ERR_OPTION",
          /^width is 32, but the addresses of `memory` have 64/,
          { width: 32, memory },
        ],
        [
          "ERR_OPTION",
          /^width is 64, but the addresses of `memory` have 32/,
          { width: 64, memory: narrow },
        ],
        [
          "ERR_MODULE",
          /^module: its addresses have 64 bits, but 32 are asked for/,
          { width: 32, module: moduleBytes("granary64.wasm") },
        ],
        [
          "ERR_MODULE",
          /^module: its addresses have 32 bits, but 64 are asked for/,
          { width: 64, module: moduleBytes("granary.wasm") },
        ],
        [
          "ERR_MEMORY",
          /^memory: the module does not take it: /,
          { memory, module: moduleBytes("granary-import.wasm") },
        ],
        [
          "ERR_MEMORY",
          /^memory: the module does not take it: /,
          { memory: narrow, module: moduleBytes("granary-import64.wasm") },
        ],
      ];
      for (const [code, sentence, options] of cases) {
        await assertThrows(code, sentence, () => Heap.create(options));
      }
      assert.equal(memory.buffer.byteLength + narrow.buffer.byteLength, 2 * pageSize);
    });

    test("in a memory of its own only, where no module is shipped that imports one", async () => {
      const memory = wideMemory({ initial: 1n });
      const sentence = /none is shipped for InspectedHeap with 64-bit addresses$/;
      await assertThrows("ERR_MODULE", sentence, () => InspectedHeap.create({ memory }));
    });
  });

  describe("a heap with 64-bit addresses", () => {
    test("takes a bigint wherever it takes a number of the module, and answers with numbers", async () => {
      const heap = await Heap.create({ width: 64 });
      const numbers = [
        heap.alloc(100n),
        heap.tryAlloc(100n, { caller: 2n ** 40n }),
        heap.allocString("text", { caller: 5n }),
      ];
      const [pointer] = numbers;
      const big = BigInt(pointer);
      heap.bytes(pointer).fill(7);
      assert.equal(heap.has(big), true);
      assert.equal(heap.lengthOf(big), 100);
      assert.deepEqual(heap.bytes(big, 2n), Uint8Array.of(7, 7));
      assert.equal(heap.view(Uint16Array, big, 2n).length, 2);
      assert.equal(heap.readString(BigInt(numbers[2]), 2n), "te");
      assert.equal(heap.resize(big, 90n), true);
      const moved = heap.realloc(BigInt(heap.remap(big, 80n) ?? pointer), 5000n);
      numbers.push(moved, heap.lengthOf(moved));
      assert.deepEqual(heap.disown(BigInt(moved)), { length: 5000, alignment: 16 });
      heap.adopt(BigInt(moved), 5000n);
      assert.equal(heap.lengthOf(moved), 5000);
      heap.free(BigInt(moved), { caller: 1n });
      assert.equal(heap.has(moved), false);
      for (const number of numbers) assert.equal(typeof number, "number");
    });

    test("takes over blocks of raw calls with the bigints that these answer with", async () => {
      const heap = await Heap.create({ width: 64 });
      const raw = heap.exports.alloc(0n, 200n, 4, 0n);
      heap.adopt(raw, 200);
      assert.equal(heap.lengthOf(Number(raw)), 200);
      heap.free(raw);
    });

    test("has blocks on both sides of 4 GiB, which keep their bytes and move", async (t) => {
      const heap = await Heap.create({ width: 64 });
      const low = heap.alloc(1000);
      const across = heap.tryAlloc(2 ** 32);
      if (across === null) return t.skip("the runtime gives no memory of more than 4 GiB");
      const high = heap.alloc(1000);
      assert.ok(high > 2 ** 32, `${high}`);
      assert.equal(heap.lengthOf(across), 2 ** 32);
      const views = [low, high].map((pointer) => heap.bytes(pointer).fill(pointer % 251));
      heap.bytes(across, 16).fill(1);
      heap.view(Uint8Array, across).fill(2, 2 ** 32 - 16);
      const last = new Uint8Array(heap.memory.buffer, across + 2 ** 32 - 16, 16);
      assert.ok(last.every((byte) => byte === 2));
      for (const [i, pointer] of [low, high].entries()) {
        assert.ok(views[i].every((byte) => byte === pointer % 251));
      }
      const moved = heap.realloc(high, 100_000);
      assert.ok(moved > 2 ** 32);
      assert.ok(heap.bytes(moved, 1000).every((byte) => byte === high % 251));
      heap.free(across);
      const text = heap.allocString("above 4 GiB");
      assert.equal(heap.readString(text), "above 4 GiB");
    });

    test("has no memory for lengths up to 2^53 - 1, and refuses larger ones", async () => {
      const heap = await Heap.create({ width: 64 });
      const sentence =
        /there is no memory for 9007199254740991 bytes: the memory has \d+ of at most \d+ pages$/;
      await assertThrows("ERR_NO_MEMORY", sentence, () => heap.alloc(Number.MAX_SAFE_INTEGER));
      for (const length of [2 ** 53, 2n ** 53n, 2n ** 64n, -1n]) {
        await assertThrows("ERR_LENGTH", /from 0 to 9007199254740991, not /, () =>
          heap.alloc(length),
        );
      }
    });

    test("that is checked names callers and addresses of more than 32 bits as they are", async () => {
      const heap = await CheckedHeap.create({ width: 64 });
      const pointer = heap.alloc(100, { caller: 2 ** 40 + 1 });
      const groups = [{ allocatedBy: 2 ** 40 + 1, blockCount: 1, bytes: 100 }];
      assert.deepEqual(heap.leaks(), { blockCount: 1, bytes: 100, groups });
      heap.free(pointer, { caller: 2 ** 50 });
      const twice = () => heap.guard(() => heap.exports.free(0n, BigInt(pointer), 100n, 4, 0n));
      const sentence = /was freed before; allocated by 1099511627777, freed by 1125899906842624$/;
      await assertThrows("ERR_FAULT", sentence, twice);
      const outside = () => heap.guard(() => heap.exports.free(0n, 2n ** 40n, 1n, 0, 0n));
      const { address } = await assertThrows("ERR_FAULT", /past the end of the memory$/, outside);
      assert.equal(address, 2 ** 40);
    });

    test("has a module whose raw calls may run under guard", async () => {
      const module = new WebAssembly.Module(moduleBytes("granary-checked64.wasm"));
      const { exports } = new WebAssembly.Instance(module);
      const pointer = exports.alloc(0n, 100n, 4, 0n);
      const free = () => exports.free(0n, pointer, 100n, 4, 0n);
      assert.equal(guard(exports, free), undefined);
      await assertThrows("ERR_FAULT", /was freed before$/, () => guard(exports, free));
      const fault = new WebAssembly.Global(
        { value: "i64" },
        BigInt(exports.memory.buffer.byteLength),
      );
      const outside = () => guard({ memory: exports.memory, fault }, free);
      await assertThrows("ERR_TYPE", /`fault` is the address of a record in `memory`/, outside);
    });
  });

  describe("a broken module with 64-bit addresses causes ERR_BROKEN", () => {
    const overwritten = /the heap's own words were overwritten/;

    test("when it answers with an address of no block", async () => {
      for (const answer of [65_536n, 1000n, -16n, 2n ** 32n + 16n, 2n ** 53n + 16n, 1n << 62n]) {
        const heap = Heap.createSync({ module: answering });
        const pointer = heap.alloc(16);
        heap.exports.answer.value = answer;
        await assertThrows("ERR_BROKEN", overwritten, () => heap.alloc(100));
        await assertThrows("ERR_BROKEN", overwritten, () => heap.remap(pointer, 100));
        assert.equal(heap.lengthOf(pointer), 16);
      }
    });

    test("when it traps", async () => {
      const heap = Heap.createSync({ module: answering });
      const pointer = heap.alloc(16);
      heap.exports.answer.value = -1n;
      const calls = [
        () => heap.alloc(1),
        () => heap.remap(pointer, 1),
        () => heap.resize(pointer, 1),
        () => heap.free(pointer),
      ];
      for (const call of calls) {
        const { cause } = await assertThrows("ERR_BROKEN", overwritten, call);
        assert.ok(cause instanceof WebAssembly.RuntimeError);
      }
    });
  });
}

/** With `answer` 0 alloc gives 16 bytes after 16 bytes; with -1 all traps; otherwise it is the answer. */
const answering = assemble(`(module
  (memory (export "memory") i64 1)
  (global $next (mut i64) (i64.const 0))
  (global $answer (export "answer") (mut i64) (i64.const 0))
  (func $say (result i64)
    (if (i64.eq (global.get $answer) (i64.const -1)) (then unreachable))
    (global.get $answer))
  (func (export "alloc") (param i64 i64 i32 i64) (result i64)
    (if (i64.ne (call $say) (i64.const 0)) (then (return (global.get $answer))))
    (global.set $next (i64.add (global.get $next) (i64.const 16)))
    (global.get $next))
  (func (export "resize") (param i64 i64 i64 i32 i64 i64) (result i32)
    (i64.eq (call $say) (i64.const 1)))
  (func (export "remap") (param i64 i64 i64 i32 i64 i64) (result i64) (call $say))
  (func (export "free") (param i64 i64 i64 i32 i64) (drop (call $say))))`);
