// The modules over an imported memory as sidecars of programs that have no allocator: they lie in the
// program's memory and touch no byte of the program's. conformance.test.js tests the contract itself;
// import-checked.test.js tests what only the checked module has, and threads-memory.test.js the module over
// a memory that threads share.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { outputOfSync } from "../tools/run.js";
import { folder, link } from "./support/link.js";
import { Heap, pageSize, products, readModule } from "./support/products.js";
import { Random, seeds } from "./support/random.js";
import { ShadowHeap } from "./support/shadow-heap.js";
import { addressBits, isWide, memoryOf, word, wordBytes, wordType } from "./support/width.js";

const importing = products.filter(({ imported, threads }) => imported && !threads);
const statePages = 1;

const heapOf = (exports, memory) => new Heap({ ...exports, memory }, { addressBits });

/** A program's own pages: every byte has a value that tells its place. */
const placeValue = (address) => (address * 31 + (address >> 8)) & 0xff;

function fillPages(memory) {
  const bytes = new Uint8Array(memory.buffer);
  for (let address = 0; address < bytes.length; address++) bytes[address] = placeValue(address);
}

function assertUntouched(memory, length, what) {
  const bytes = new Uint8Array(memory.buffer, 0, length);
  for (let address = 0; address < length; address++) {
    if (bytes[address] !== placeValue(address)) assert.fail(`${what}: byte ${address} has changed`);
  }
}

/** Runs a tool of npm's binaryen, which takes tables with 64-bit indices; Debian's and wabt do not. */
const binaryen = (tool, ...words) =>
  outputOfSync([process.execPath, `node_modules/binaryen/bin/${tool}`, ...features, ...words]);
const features = ["mutable-globals", "sign-ext", "bulk-memory", "memory64"].map(
  (name) => `--enable-${name}`,
);

/** A module made of WebAssembly text. */
function assemble(text) {
  const source = join(folder, "program.wat");
  const binary = join(folder, "assembled.wasm");
  writeFileSync(source, text);
  binaryen("wasm-as", source, "-o", binary);
  return new WebAssembly.Module(readFileSync(binary));
}

/** Random calls of every kind; what lives is known to the shadow and checked there. */
function randomCalls(shadow, random, operations) {
  for (let operation = 0; operation < operations; operation++) {
    const choice = random.below(10);
    if (shadow.count === 0 || (shadow.count < 400 && choice < 5)) {
      shadow.alloc(random.length(random.oneIn(20) ? 17 : 11), random.below(8));
    } else {
      const block = shadow.at(random.below(shadow.count));
      if (choice < 7) shadow.free(block);
      else if (choice < 9) shadow.remap(block, random.length(12));
      else if (random.oneIn(2)) shadow.resize(block, random.length(12));
      else if (random.oneIn(100)) shadow.growAsStranger(1 + random.below(2));
    }
  }
}

for (const { name, path, checked } of importing) {
  const module = new WebAssembly.Module(readModule(path));

  /** The exports of a fresh instance in this memory. */
  const attach = (memory) => new WebAssembly.Instance(module, { env: { memory } }).exports;

  describe(`${name}`, () => {
    for (const seed of seeds(1, 4)) {
      test(`touches no byte of the program's memory in random calls (SEED=${seed})`, () => {
        const programPages = 1 + (seed % 5);
        const memory = memoryOf(programPages);
        fillPages(memory);
        const shadow = new ShadowHeap(heapOf(attach(memory), memory));
        randomCalls(shadow, new Random(seed), 20_000);
        shadow.checkAll();
        shadow.freeAll();
        assertUntouched(memory, programPages * pageSize, `SEED=${seed}`);
      });
    }

    test("grows one page at the end of the memory, and small blocks lie in that page", () => {
      const memory = memoryOf(5);
      const heap = heapOf(attach(memory), memory);
      assert.equal(heap.pages, 5 + statePages);
      for (let i = 0; i < 20; i++) {
        const address = heap.alloc(1000);
        assert.ok(address > 5 * pageSize && address + 1000 <= 6 * pageSize, `block ${i}`);
      }
      assert.equal(heap.pages, 5 + statePages);
    });

    test("has no data, and no globals but those that say where its state lies", () => {
      const text = binaryen("wasm-dis", path);
      const globals = [...text.matchAll(/^ \(global \S+ (.*?) \(/gm)];
      // The state and vtable; of the checked one also the record of faults and the stack.
      assert.deepEqual(
        globals.map(([, type]) => type),
        Array(checked ? 4 : 2).fill(`(mut ${wordType})`),
      );
      assert.doesNotMatch(text, /^ \(data/m);
      const exported = attach(memoryOf(1));
      const shown = Object.values(exported).filter((value) => value instanceof WebAssembly.Global);
      assert.deepEqual(new Set(shown), new Set([exported.vtable, exported.fault].filter(Boolean)));
    });

    test("does not touch pages that the program grows in between", () => {
      const memory = memoryOf(1);
      const heap = heapOf(attach(memory), memory);
      const grown = [];
      const blocks = [];
      for (let round = 1; round <= 40; round++) {
        for (const length of [20, 3000, 50_000]) blocks.push([heap.alloc(length), length]);
        const address = heap.growAsStranger(1);
        heap.fill(address, pageSize, round);
        grown.push([address, round]);
      }
      for (const [address, length] of blocks) heap.fill(address, length, 0xff);
      for (const [address, length] of blocks) heap.free(address, length);
      for (const [, length] of blocks) heap.fill(heap.alloc(length), length, 0xee);
      for (const [address, round] of grown) {
        assert.equal(heap.firstOther(address, pageSize, round), -1, `page of round ${round}`);
      }
    });
  });

  describe(`${name},`, () => {
    test("in a memory without pages, works as in any other", () => {
      const memory = memoryOf(0);
      const heap = heapOf(attach(memory), memory);
      assert.equal(heap.pages, statePages);
      const shadow = new ShadowHeap(heap);
      randomCalls(shadow, new Random(5), 10_000);
      shadow.checkAll();
      assert.ok(shadow.at(0).address >= 1024, "its own state lies at 0");
    });

    test("in a memory that is full, answers alloc with 0 and goes on with freed blocks", () => {
      const memory = memoryOf(2, 12);
      fillPages(memory);
      const heap = heapOf(attach(memory), memory);
      const blocks = [];
      for (let address; (address = heap.alloc(10_000)) !== 0;) {
        heap.fill(address, 10_000, blocks.length);
        blocks.push(address);
      }
      assert.ok(blocks.length >= 60, `${blocks.length} blocks in 10 pages`);
      assert.equal(heap.pages, 12);
      blocks.forEach((address, i) => assert.equal(heap.firstOther(address, 10_000, i), -1));
      for (const address of blocks.slice(0, 30)) heap.free(address, 10_000);
      for (let i = 0; i < 30; i++) assert.notEqual(heap.alloc(10_000), 0, `${i}`);
      assertUntouched(memory, 2 * pageSize, "the program's pages");
    });

    test("in a memory that cannot grow by a page, fails at once and changes nothing", () => {
      const memory = memoryOf(2, 2);
      fillPages(memory);
      assert.throws(() => attach(memory), WebAssembly.RuntimeError);
      assert.equal(memory.buffer.byteLength, 2 * pageSize);
      assertUntouched(memory, 2 * pageSize, "the program's pages");
    });

    const goesOn = isWide && "memories with 64-bit addresses go on above 4 GiB";
    const atTheEnd = "in a memory of 4 GiB, fails at once too, because no address lies above it";
    test(atTheEnd, { skip: goesOn }, () => {
      const memory = memoryOf(65_536);
      const bytes = new Uint8Array(memory.buffer, 0, pageSize).fill(0x5a);
      assert.throws(() => attach(memory), WebAssembly.RuntimeError);
      assert.ok(bytes.every((byte) => byte === 0x5a));
    });
  });

  describe(`two instances of ${name}`, () => {
    /** A shadow for each memory, called in turns, each with the same random numbers as always. */
    function inTurns(...memories) {
      const shadows = memories.map((memory) => new ShadowHeap(heapOf(attach(memory), memory)));
      const randoms = memories.map((_, i) => new Random(11 + i));
      for (let round = 0; round < 400; round++) {
        shadows.forEach((shadow, i) => randomCalls(shadow, randoms[i], 30));
      }
      for (const shadow of shadows) shadow.checkAll();
      return shadows;
    }

    test("over two memories know nothing of each other", () => {
      const [besideAnother] = inTurns(memoryOf(1), memoryOf(3));
      const [alone] = inTurns(memoryOf(1));
      const blocksOf = (shadow) => Array.from({ length: shadow.count }, (_, i) => shadow.at(i));
      assert.deepEqual(blocksOf(besideAnother), blocksOf(alone), "the same blocks as alone");
    });

    test("over one memory serve blocks side by side, each from pages of its own", () => {
      const memory = memoryOf(1);
      const [first, second] = inTurns(memory, memory);
      first.freeAll();
      second.checkAll();
      second.freeAll();
    });
  });

  describe(`a program in WebAssembly text over ${name}`, () => {
    const signatures = `
    (type $alloc (func (param ${wordType} ${wordType} i32 ${wordType}) (result ${wordType})))
    (type $resize (func (param ${wordType} ${wordType} ${wordType} i32 ${wordType} ${wordType})
      (result i32)))
    (type $remap (func (param ${wordType} ${wordType} ${wordType} i32 ${wordType} ${wordType})
      (result ${wordType})))
    (type $free (func (param ${wordType} ${wordType} ${wordType} i32 ${wordType})))`;

    const constant = (value) => `(${wordType}.const ${value})`;
    const block = (length) => `(local.get $block) ${constant(length)} (i32.const 6)`;

    /** Allocates, resizes, remaps and frees; the answer is 7 when all of it went well. */
    const body = ({ alloc, resize, remap, free }) => `
    (func (export "run") (result i32)
      (local $block ${wordType}) (local $good i32)
      (local.set $block ${alloc(`${constant(0)} ${constant(1000)} (i32.const 6) ${constant(0)}`)})
      (i32.store (local.get $block) (i32.const 0x12345678))
      (local.set $good (${wordType}.eqz (${wordType}.and (local.get $block) ${constant(63)})))
      (local.set $good (i32.or (local.get $good) (i32.shl
        ${resize(`${constant(0)} ${block(1000)} ${constant(990)} ${constant(0)}`)}
        (i32.const 1))))
      (local.set $block ${remap(`${constant(0)} ${block(990)} ${constant(1000)} ${constant(0)}`)})
      (local.set $good (i32.or (local.get $good) (i32.shl
        (i32.eq (i32.load (local.get $block)) (i32.const 0x12345678)) (i32.const 2))))
      ${free(`${constant(0)} ${block(1000)} ${constant(0)}`)}
      (local.get $good))`;

    const memoryImport = `(import "env" "memory" (memory ${wordType} 2))`;

    test("imports the four calls", () => {
      const call = (name) => (operands) => `(call $${name} ${operands})`;
      const program = assemble(`(module ${signatures} ${memoryImport}
      (import "granary" "alloc" (func $alloc (type $alloc)))
      (import "granary" "resize" (func $resize (type $resize)))
      (import "granary" "remap" (func $remap (type $remap)))
      (import "granary" "free" (func $free (type $free)))
      ${body({
        alloc: call("alloc"),
        resize: call("resize"),
        remap: call("remap"),
        free: call("free"),
      })})`);
      const memory = memoryOf(2);
      fillPages(memory);
      const { exports } = new WebAssembly.Instance(program, {
        env: { memory },
        granary: attach(memory),
      });
      for (let i = 0; i < 1000; i++) assert.equal(exports.run(), 7);
      assertUntouched(memory, 2 * pageSize, "its pages");
    });

    test("calls through vtable in the module's table", () => {
      const through = (type, index) => (operands) =>
        `(call_indirect (type $${type}) ${operands}
         (${wordType}.load offset=${index * wordBytes} (global.get $vtable)))`;
      const program = assemble(`(module ${signatures} ${memoryImport}
      (import "granary" "__indirect_function_table" (table ${wordType} 1 funcref))
      (import "granary" "vtable" (global $vtable (mut ${wordType})))
      ${body({
        alloc: through("alloc", 0),
        resize: through("resize", 1),
        remap: through("remap", 2),
        free: through("free", 3),
      })})`);
      const memory = memoryOf(2);
      const granary = attach(memory);
      const { exports } = new WebAssembly.Instance(program, { env: { memory }, granary });
      for (let i = 0; i < 1000; i++) assert.equal(exports.run(), 7);
    });
  });

  describe(`a C program over ${name}`, () => {
    const source = "tests-js/library/import.c";
    const ownPages = 2;
    const options = ["--import-memory", `--initial-memory=${ownPages * pageSize}`];
    const linked = (...more) =>
      new WebAssembly.Module(
        link(source, { library: false, linkerOptions: [...options, ...more] }),
      );

    test("imports alloc and free, and its data stays as it was", () => {
      const memory = memoryOf(ownPages);
      const granary = attach(memory);
      const { sum, intact } = new WebAssembly.Instance(linked(), { env: { memory }, granary })
        .exports;
      for (const count of [1, 10, 1000, 40_000]) assert.equal(sum(count), count * (count - 1));
      assert.equal(intact(), 1);
    });

    test("shares the table, with its own functions after those of the module", () => {
      const memory = memoryOf(ownPages);
      const granary = attach(memory);
      const table = granary.__indirect_function_table;
      const base = Number(table.grow(word(8)));
      assert.equal(base, 5, "as docs/embedding.md says");
      const program = linked("--import-table", `--table-base=${base}`);
      const env = { memory, __indirect_function_table: table };
      const { through, sum } = new WebAssembly.Instance(program, { env, granary }).exports;
      assert.equal(through(granary.vtable.value), 0, "the call that failed");
      assert.equal(sum(1000), 999_000);
    });
  });
}
