// Functions under guard: they run programs in the memory of a checked heap, raw instances of the module,
// and C programs with the checked library.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { link } from "./support/link.js";
import {
  CheckedHeap,
  Heap,
  assemble,
  assertThrows,
  guard,
  moduleBytes,
  rawCalls,
  temporaryFolder,
} from "./support/package-staged.js";
import { isWide, word, wordType } from "./support/width.js";

const wholeMemory = ({ memory }) => new Uint8Array(memory.buffer);

describe("a function under guard", () => {
  test("has its answer returned", async () => {
    const heap = await CheckedHeap.create();
    assert.equal(
      heap.guard(() => 42),
      42,
    );
  });

  test("may run a program in the memory, whose misuse is thrown", async () => {
    const heap = await CheckedHeap.create();
    const { twice } = program(heap);
    const pointer = heap.alloc(24, { caller: 7 });
    heap.disown(pointer);
    const sentence =
      /^free\(\d+, 24 bytes\) by 2: the block of 24 bytes at \d+ was freed before; allocated by 7, freed by 2$/;
    await assertThrows("ERR_FAULT", sentence, () => heap.guard(() => twice(word(pointer))));
  });

  test("may trap by itself, and the trap passes as it is, also after a fault", async () => {
    const heap = await CheckedHeap.create();
    const { trap, outside } = program(heap);
    const misuse = () => rawCalls(heap.exports).free(0, 0, 1, 0, 0);
    await assertThrows("ERR_FAULT", /address 0$/, () => heap.guard(misuse));
    assert.throws(misuse, WebAssembly.RuntimeError);
    for (const call of [trap, outside]) {
      assert.throws(() => heap.guard(call), WebAssembly.RuntimeError);
    }
    await assertThrows("ERR_FAULT", /address 0$/, () => heap.guard(misuse));
  });

  test("may throw anything else, which passes, also from calls of the class", async () => {
    const heap = await CheckedHeap.create();
    const mine = new TypeError("mine");
    const pointer = heap.alloc(10);
    wholeMemory(heap)[pointer + 10] = 0;
    const thrower = (call) => program(heap, call).callBack;
    assert.throws(
      () =>
        heap.guard(
          thrower(() => {
            throw mine;
          }),
        ),
      (thrown) => thrown === mine,
    );
    const afterFault = () => {
      assert.throws(() => rawCalls(heap.exports).free(0, 0, 1, 0, 0), WebAssembly.RuntimeError);
      throw mine;
    };
    assert.throws(
      () => heap.guard(afterFault),
      (thrown) => thrown === mine,
    );
    const inner = thrower(() => heap.free(pointer));
    await assertThrows("ERR_FAULT", /past the end/, () => heap.guard(inner));
    await assertThrows("ERR_POINTER", /./, () => heap.guard(thrower(() => heap.free(1))));
  });

  test("that traps throws no GranaryFault where the record was overwritten with something else", async () => {
    const heap = await CheckedHeap.create();
    const { trap } = program(heap);
    const overwrite = () => {
      new Uint32Array(heap.memory.buffer, Number(heap.exports.fault.value), 12).fill(0x55555555);
      trap();
    };
    assert.throws(() => heap.guard(overwrite), WebAssembly.RuntimeError);
  });

  test("may make raw calls of an instance without a heap", async () => {
    const { exports } = await WebAssembly.instantiate(
      new WebAssembly.Module(moduleBytes("granary-checked.wasm")),
    );
    const pointer = exports.alloc(0, 100, 4, 0) >>> 0;
    assert.equal(
      guard(exports, () => exports.free(0, pointer, 100, 4, 0)),
      undefined,
    );
    const call = () => guard(exports, () => exports.free(0, pointer, 100, 4, 0));
    await assertThrows("ERR_FAULT", /was freed before$/, call);
  });

  const forWasm32 = isWide && "libgranary-checked.a is for wasm32 alone";
  test(
    "may run a program that is linked with libgranary-checked.a",
    { skip: forWasm32 },
    async () => {
      const exports = new WebAssembly.Instance(new WebAssembly.Module(linkedProgram())).exports;
      exports.memory.grow(1);
      const sentence =
        /^free\(\d+, 100 bytes\): the bytes past the end of the block of 100 bytes at \d+ were written to$/;
      await assertThrows("ERR_FAULT", sentence, () => guard(exports, exports.overrun));
      await assertThrows("ERR_FAULT", /^free\(\d+\): the block .* freed before$/, () =>
        guard(exports, exports.free_twice),
      );
    },
  );

  test("is refused when it is no function, or the exports do not say where the fault record is", async () => {
    const heap = await CheckedHeap.create();
    const plain = await Heap.create();
    for (const exports of [undefined, null, 5, {}, plain.exports, { ...heap.exports, fault: 5 }]) {
      const sentence =
        /^guard: exports with a `memory` and a global `fault`, as of .* needed, not /;
      await assertThrows("ERR_TYPE", sentence, () => guard(exports, () => 5));
    }
    const { memory } = heap;
    const recordAt = (value, type = wordType) => new WebAssembly.Global({ value: type }, value);
    const addresses = [2, -4, memory.buffer.byteLength].map((address) => recordAt(word(address)));
    const ofOther = isWide ? [] : [recordAt(0n, "i64")];
    for (const fault of [...addresses, ...ofOther]) {
      const sentence =
        /^guard: `fault` is the address of a record in `memory`, a multiple of 4, not/;
      await assertThrows("ERR_TYPE", sentence, () => guard({ memory, fault }, () => 5));
    }
    for (const run of [undefined, null, 5, "run"]) {
      const sentence = /^guard: a function is needed, not /;
      await assertThrows("ERR_TYPE", sentence, () => heap.guard(run));
      await assertThrows("ERR_TYPE", sentence, () => guard(heap.exports, run));
    }
  });
});

describe("a function that is not done when it returns", () => {
  const sentence = /^guard: a function is needed that is done when it returns, not /;

  test("is refused under guard, before it runs if it is async", async () => {
    const heap = await CheckedHeap.create();
    let ran = false;
    const run = async () => {
      ran = true;
    };
    await assertThrows("ERR_TYPE", sentence, () => heap.guard(run));
    await assertThrows("ERR_TYPE", sentence, () => guard(heap.exports, run));
    assert.equal(ran, false);
  });

  test("is refused under guard, whatever kind of promise it answers with", async () => {
    const heap = await CheckedHeap.create();
    for (const answer of [Promise.resolve(5), { then: () => {} }]) {
      const run = () => answer;
      await assertThrows("ERR_TYPE", sentence, () => heap.guard(run));
      await assertThrows("ERR_TYPE", sentence, () => guard(heap.exports, run));
    }
    assert.deepEqual(
      heap.guard(() => ({ then: 5 })),
      { then: 5 },
    );
  });
});

/** A program over the heap's memory and calls: a double free, traps of its own, a call of the host. */
function program(heap, back = () => {}) {
  const { exports, memory } = heap;
  const module = new WebAssembly.Module(programBytes);
  return new WebAssembly.Instance(module, { env: { memory, free: exports.free, back } }).exports;
}

const programBytes = assemble(`(module
  (import "env" "memory" (memory ${wordType} 0))
  (import "env" "free" (func $free (param ${wordType} ${wordType} ${wordType} i32 ${wordType})))
  (import "env" "back" (func $back))
  (func $once (param ${wordType})
    (call $free (${wordType}.const 0) (local.get 0) (${wordType}.const 24) (i32.const 4)
      (${wordType}.const 2)))
  (func (export "twice") (param ${wordType}) (call $once (local.get 0)) (call $once (local.get 0)))
  (func (export "callBack") (call $back))
  (func (export "trap") unreachable)
  (func (export "outside") (drop (i32.load (${wordType}.const -4)))))`);

/** A bare C program over the checked library. */
function linkedProgram() {
  const source = join(temporaryFolder("linked"), "misuse.c");
  writeFileSync(
    source,
    `#include <granary.h>
    #include <granary_checked.h>
    __attribute__((export_name("overrun"))) void overrun(void) {
      volatile char *block = granary_alloc(100, 16);
      block[100] = 1;
      granary_free((void *)block, 100, 16);
    }
    __attribute__((export_name("free_twice"))) void free_twice(void) {
      void *volatile block = malloc(10);
      free(block);
      free(block);
    }\n`,
  );
  return link(source, {
    exports: ["granary_fault"],
    library: false,
    linkerOptions: ["dist/libgranary-checked.a"],
  });
}
