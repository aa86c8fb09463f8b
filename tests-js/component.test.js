// cabi_realloc of libgranary.a as a host of the component model calls it (Canonical ABI: `realloc`
// of "Canonical options"). interop/ tests whole components.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { callsOf, instantiate, link } from "./support/link.js";
import { setMaximumPages } from "../bench/memory-section.js";
import { Heap, pageSize } from "./support/products.js";
import { unsignedCalls } from "./support/unsigned-calls.js";
import { addressBits, largestWord, ofWidth } from "./support/width.js";

const program = link([], { exports: ["cabi_realloc"] });
const sizes = [1, 2, 8, 13, 100, 1000, 2049, 20_000, 300_000];
const alignments = [1, 2, 4, 8];

function open(bytes = program) {
  const exports = instantiate(bytes);
  const { cabi_realloc: realloc } = unsignedCalls(bytes, exports);
  return { realloc, heap: new Heap(exports, { addressBits }) };
}

describe("cabi_realloc", () => {
  test("with an old size of 0 gives an aligned block of its own", () => {
    const { realloc, heap } = open();
    const blocks = [];
    for (const align of [...alignments, 16, 4096]) {
      for (const size of sizes) {
        const address = realloc(0, 0, align, size);
        assert.notEqual(address, 0);
        assert.equal(address % align, 0, `${size} bytes at ${align}`);
        blocks.push({ address, size });
      }
    }
    blocks.forEach(({ address, size }, i) => heap.fill(address, size, i));
    blocks.forEach(({ address, size }, i) =>
      assert.equal(heap.firstOther(address, size, i), -1, `${size} bytes`),
    );
  });

  test("keeps the contents and the alignment when it grows or shrinks a block", () => {
    const { realloc, heap } = open();
    let moved = 0;
    for (const align of alignments) {
      for (const size of sizes) {
        for (const newSize of [...sizes, size + 1]) {
          const address = realloc(0, 0, align, size);
          const neighbour = realloc(0, 0, align, 16);
          heap.fill(address, size, 0x5a);
          heap.fill(neighbour, 16, 0x77);
          const result = realloc(address, size, align, newSize);
          const what = `${size} to ${newSize} at ${align}`;
          assert.equal(result % align, 0, what);
          assert.equal(heap.firstOther(result, Math.min(size, newSize), 0x5a), -1, what);
          heap.fill(result, newSize, 0x33);
          assert.equal(heap.firstOther(neighbour, 16, 0x77), -1, what);
          if (result !== address) moved++;
          realloc(result, newSize, align, 0);
          realloc(neighbour, 16, align, 0);
        }
      }
    }
    assert.ok(moved > 0);
  });

  test("ends the old block when it moves", () => {
    const { realloc, heap } = open();
    let moved = 0;
    for (let i = 0; i < 2000; i++) {
      const address = realloc(0, 0, 8, 1000);
      // A block lies above it, so that it cannot grow where it is.
      const neighbour = realloc(0, 0, 8, 1000);
      const result = realloc(address, 1000, 8, 2000);
      if (result !== address) moved++;
      realloc(result, 2000, 8, 0);
      realloc(neighbour, 1000, 8, 0);
    }
    assert.ok(moved > 1000, `${moved} moves`);
    assert.ok(heap.pages <= 3, `${heap.pages} pages`);
  });

  test("lets a string grow byte by byte, as hosts do that transcode", () => {
    const { realloc, heap } = open();
    let address = realloc(0, 0, 1, 1);
    heap.fill(address, 1, 0);
    for (let size = 1; size < 5000; size++) {
      address = realloc(address, size, 1, size + 1);
      heap.fill(address + size, 1, size);
    }
    const bytes = heap.bytes(address, 5000);
    assert.ok(bytes.every((byte, i) => byte === (i & 0xff)));
    assert.ok(heap.pages <= 3, `${heap.pages} pages`);
  });

  test("with both sizes 0 gives an aligned address and takes no memory", () => {
    const { realloc, heap } = open();
    const before = Buffer.from(heap.exports.memory.buffer.slice(0));
    for (const align of alignments) {
      const address = realloc(0, 0, align, 0);
      assert.notEqual(address, 0);
      assert.equal(address % align, 0);
    }
    assert.ok(before.equals(Buffer.from(heap.exports.memory.buffer)), "no byte changed");
  });

  test("with a new size of 0 ends the block, whose memory serves again", () => {
    const { realloc, heap } = open();
    for (const align of alignments) {
      for (const size of sizes) {
        for (let i = 0; i < 300; i++) {
          const address = realloc(0, 0, align, size);
          const result = realloc(address, size, align, 0);
          assert.notEqual(result, 0);
          assert.equal(result % align, 0);
          // The host goes on with the empty list that it was given.
          assert.equal(realloc(result, 0, align, 0) % align, 0);
        }
      }
    }
    assert.ok(heap.pages <= 8, `${heap.pages} pages`);
  });

  test("traps when there is no memory, and serves on", () => {
    const { realloc, heap } = open(setMaximumPages(program, 10));
    const address = realloc(0, 0, 1, 1000);
    heap.fill(address, 1000, 0x44);
    for (const size of [largestWord, 2 ** (addressBits - 1), 10 * pageSize]) {
      assert.throws(() => realloc(0, 0, 1, size), WebAssembly.RuntimeError, `${size} fresh`);
      assert.throws(() => realloc(address, 1000, 1, size), WebAssembly.RuntimeError, `${size}`);
    }
    assert.equal(heap.firstOther(address, 1000, 0x44), -1);
    assert.notEqual(realloc(address, 1000, 1, 2000), 0);
  });

  test("traps on an alignment that is no power of two", () => {
    const { realloc } = open();
    for (const align of [0, 3, 12, largestWord]) {
      assert.throws(() => realloc(0, 0, align, 16), WebAssembly.RuntimeError, `${align}`);
    }
  });

  describe("of a program that defines its own", () => {
    const source = "tests-js/library/own-cabi-realloc.c";
    const exports = ["cabi_realloc"];
    const whole = {
      exports,
      library: false,
      linkerOptions: ["--whole-archive", `dist/${ofWidth("libgranary")}.a`, "--no-whole-archive"],
    };

    for (const [how, options] of Object.entries({
      "from the archive": { exports },
      "with every member of the library": whole,
    })) {
      test(`is the program's own, linked ${how}`, () => {
        const { cabi_realloc: realloc, calls } = callsOf(link(source, options));
        assert.notEqual(realloc(0, 0, 1, 100), 0);
        assert.equal(calls(), 1);
      });
    }
  });
});
