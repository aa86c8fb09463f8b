// granary-threads.wasm as text and in one thread: what its start does, what it needs, and what it leaves of
// a memory that it is given. threads.test.js has the runs of many threads.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { outputOfSync } from "../tools/run.js";
import { sizesOf } from "../tools/golden.js";
import { assemble } from "./support/package-staged.js";
import { Heap, openHeap, pageSize, productNamed, readModule } from "./support/products.js";
import { Random, seeds } from "./support/random.js";
import { ShadowHeap } from "./support/shadow-heap.js";
import { ThreadHeap } from "./threads/thread-heap.js";

const path = "dist/granary-threads.wasm";
const product = productNamed("granary-threads");
const module = new WebAssembly.Module(readModule(path));
const text = outputOfSync(["wasm2wat", "--enable-threads", inRepository(path)]);

const memoryOf = (initial, maximum) => new WebAssembly.Memory({ initial, maximum, shared: true });
const attach = (memory) => new WebAssembly.Instance(module, { env: { memory } }).exports;
const heapOver = (memory) => new Heap({ ...attach(memory), memory }, { addressBits: 32 });

/** The bytes where the instances over a memory find the heap. */
const isMeetingPoint = (address) => address >= 8 && address < 16;

describe("the text of granary-threads.wasm", () => {
  /** The instructions of each function. */
  const functions = text
    .split(/^ {2}\(func /m)
    .slice(1)
    .map((code) => code.split(/^ {2}\(/m)[0]);
  const start = Number(/^ {2}\(start (\d+)\)/m.exec(text)?.[1]);

  /** The functions that one leads to. */
  function reachedFrom(first) {
    const reached = new Set([first]);
    for (const index of reached) {
      for (const [, callee] of functions[index].matchAll(/\bcall (\d+)/g)) {
        reached.add(Number(callee));
      }
    }
    return [...reached].map((index) => functions[index]).join("\n");
  }

  test("has a start function that neither waits nor calls through a table", () => {
    assert.match(functions[start], /i64\.atomic\.rmw\.cmpxchg/);
    assert.doesNotMatch(reachedFrom(start), /memory\.atomic\.(wait|notify)|call_indirect/);
    assert.match(text, /memory\.atomic\.wait32/, "another function does wait");
  });

  test("has no data, no stack pointer, and no globals but four that begin with 0", () => {
    assert.doesNotMatch(text, /^ {2}\(data/m);
    const globals = text.match(/^ {2}\(global .*$/gm).map((line) => line.trim());
    assert.deepEqual(
      globals.map((line) => line.replace(/\(;\d+;\) /, "")),
      Array(4).fill("(global (mut i32) (i32.const 0))"),
    );
  });

  test("imports a memory of any size from a page on, and exports none of its own state but vtable", () => {
    assert.match(text, /\(import "env" "memory" \(memory \(;0;\) 1 65536 shared\)\)/);
    const exported = text.match(/\(export "(\w+)" \(global/g);
    assert.deepEqual(exported, ['(export "vtable" (global']);
  });
});

test("granary-threads.wasm is at most 7,168 bytes, however its budget is updated", () => {
  const { raw } = sizesOf(path);
  assert.ok(raw <= 7168, `${raw} bytes`);
});

describe("an instance of granary-threads", () => {
  for (const seed of seeds(1, 4)) {
    test(`over a memory that is not zero touches none of it but 8 bytes at 8, in random calls (SEED=${seed})`, () => {
      const hostPages = 1 + (seed % 4);
      const memory = memoryOf(hostPages, 500);
      const placeValue = (address) => (address * 31 + (address >> 8) + seed) & 0xff;
      const host = new Uint8Array(memory.buffer);
      for (let address = 0; address < host.length; address++) host[address] = placeValue(address);
      const shadow = new ShadowHeap(heapOver(memory));
      const random = new Random(seed);
      for (let i = 0; i < 10_000; i++) {
        if (shadow.count === 0 || (shadow.count < 300 && random.oneIn(2))) {
          shadow.alloc(random.length(14), random.below(8));
        } else if (random.oneIn(3)) {
          shadow.remap(shadow.at(random.below(shadow.count)), random.length(12));
        } else {
          shadow.free(shadow.at(random.below(shadow.count)));
        }
        if (random.oneIn(500)) shadow.growAsStranger(1);
      }
      shadow.checkAll();
      shadow.freeAll();
      const changed = host.findIndex(
        (byte, address) => byte !== placeValue(address) && !isMeetingPoint(address),
      );
      assert.equal(changed, -1);
    });
  }

  test("grows one page, in which its state and the first small blocks lie", () => {
    const memory = memoryOf(5, 100);
    const heap = heapOver(memory);
    assert.equal(memory.buffer.byteLength, 6 * pageSize);
    for (let i = 0; i < 20; i++) {
      const address = heap.alloc(1000);
      assert.ok(address > 5 * pageSize && address + 1000 <= 6 * pageSize, `block ${i}`);
    }
    assert.equal(memory.buffer.byteLength, 6 * pageSize);
  });

  test("over a memory in use opens its heap: same state, no growth, blocks of others stay", () => {
    const memory = memoryOf(1, 100);
    const first = new ThreadHeap(module, memory, true);
    const blocks = Array.from({ length: 300 }, (_, i) =>
      first.place(1 + i * 5, i % 7, 1 + (i % 255)),
    );
    const { byteLength } = memory.buffer;
    const second = new ThreadHeap(module, memory, true);
    assert.equal(second.exports.vtable.value, first.exports.vtable.value);
    assert.equal(memory.buffer.byteLength, byteLength);
    for (let i = 0; i < 300; i++) second.free(second.place(1 + i * 5, 3, 9));
    for (const block of blocks) second.free(block);
    assert.ok(second.place(100, 3, 1).address > 0);
  });

  test("takes what lies at 8 for no heap unless it is one", () => {
    for (const pattern of [0x00, 0x01, 0xff, 0x47]) {
      const memory = memoryOf(1, 10);
      new Uint8Array(memory.buffer).fill(pattern);
      const heap = heapOver(memory);
      assert.ok(heap.alloc(100) >= pageSize, `filled with ${pattern}`);
    }
  });

  test("over a memory that cannot grow by a page fails at once and changes nothing", () => {
    const memory = memoryOf(2, 2);
    const bytes = new Uint8Array(memory.buffer).fill(0x5a);
    assert.throws(() => attach(memory), WebAssembly.RuntimeError);
    assert.ok(bytes.every((byte) => byte === 0x5a));
  });

  test("refuses what it has no memory for without growing, also where its map of classes would grow", () => {
    const heap = openHeap(product, { maximumPages: 900 });
    heap.alloc(100);
    const { pages } = heap;
    // The first 64 MiB of a heap need no page for the map; these blocks would end above them.
    for (const length of [65_000_000, 100_000_000, 2 ** 31, 2 ** 32 - 1]) {
      assert.equal(heap.alloc(length), 0);
      assert.equal(heap.pages, pages, `after ${length} bytes`);
    }
  });

  test("serves blocks above 64 MiB, and keeps what they are apart from those below", () => {
    const memory = memoryOf(3, 3000);
    const host = new Uint8Array(memory.buffer).fill(0xa5);
    const heap = heapOver(memory);
    const blocks = [];
    const step = (length) => blocks.push({ address: heap.alloc(length), length });
    step(70_000_000);
    for (let i = 0; i < 3000; i++) step(8 + (i % 2000));
    step(50_000_000);
    for (let i = 0; i < 3000; i++) step(8 + (i % 2000));
    blocks.forEach(({ address, length }, i) =>
      heap.fill(address, Math.min(length, 3000), i & 0xff),
    );
    blocks.forEach(({ address, length }, i) => {
      assert.notEqual(address, 0);
      assert.equal(heap.firstOther(address, Math.min(length, 3000), i & 0xff), -1, `block ${i}`);
    });
    for (const { address, length } of blocks) heap.free(address, length);
    heap.exports.thread_flush();
    const { pages } = heap;
    assert.notEqual(heap.alloc(69_000_000), 0);
    assert.equal(heap.pages, pages, "what was freed is used again");
    const changed = host.findIndex((byte, at) => byte !== 0xa5 && !isMeetingPoint(at));
    assert.equal(changed, -1);
  });

  test("gives what it holds on its lists to a block that finds no memory otherwise", () => {
    const heap = openHeap(product, { maximumPages: 4 });
    let longest = 4 * pageSize;
    const fits = (length) => {
      const address = heap.alloc(length, 3);
      if (address !== 0) heap.free(address, length, 3);
      return address !== 0;
    };
    while (!fits(longest)) longest -= 16;
    const blocks = [];
    for (let address; (address = heap.alloc(1000, 3)) !== 0;) blocks.push(address);
    for (const address of blocks) heap.free(address, 1000, 3);
    assert.ok(fits(longest));
  });

  test("serves 8 bytes from no slot of 32, which is too much more", () => {
    const heap = openHeap(product);
    const blocks = Array.from({ length: 2000 }, () => heap.alloc(32, 3));
    const freed = new Set(blocks.slice(-20));
    for (const address of freed) heap.free(address, 32, 3);
    for (let i = 0; i < 100; i++) assert.ok(!freed.has(heap.alloc(8, 3)), `block ${i}`);
    assert.ok(freed.has(heap.alloc(32, 3)), "they are free");
  });

  test("allocates and frees the same block of length 0 again and again", () => {
    const heap = openHeap(product);
    const address = heap.alloc(0, 0);
    heap.free(address, 0, 0);
    const addresses = new Set();
    for (let i = 0; i < 1000; i++) {
      const again = heap.alloc(0, 0);
      addresses.add(again);
      heap.free(again, 0, 0);
    }
    assert.equal(addresses.size, 1);
  });
});

describe("a program with threads in WebAssembly text", () => {
  const signatures = `
    (type $alloc (func (param i32 i32 i32 i32) (result i32)))
    (type $free (func (param i32 i32 i32 i32 i32)))`;

  test("calls through vtable in the module's table, over a memory with its own data", () => {
    const program = new WebAssembly.Module(
      assemble(`(module ${signatures}
        (import "env" "memory" (memory 2 65536 shared))
        (import "granary" "__indirect_function_table" (table 1 funcref))
        (import "granary" "vtable" (global $vtable (mut i32)))
        (data (i32.const 1024) "the program's")
        (func (export "run") (result i32) (local $block i32)
          (local.set $block (call_indirect (type $alloc)
            (i32.const 0) (i32.const 1000) (i32.const 6) (i32.const 0)
            (i32.load offset=0 (global.get $vtable))))
          (i32.atomic.store (local.get $block) (i32.const 7))
          (call_indirect (type $free)
            (i32.const 0) (local.get $block) (i32.const 1000) (i32.const 6) (i32.const 0)
            (i32.load offset=12 (global.get $vtable)))
          (i32.and (local.get $block) (i32.const 63))))`),
    );
    const memory = memoryOf(2, 100);
    for (let thread = 0; thread < 3; thread++) {
      const granary = attach(memory);
      const { exports } = new WebAssembly.Instance(program, { env: { memory }, granary });
      for (let i = 0; i < 1000; i++) assert.equal(exports.run(), 0);
    }
    const data = new TextDecoder().decode(new Uint8Array(memory.buffer, 1024, 13).slice());
    assert.equal(data, "the program's");
  });
});
