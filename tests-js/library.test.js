// The static library as a C or C++ program links it, without a C library or a start function.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { callsOf, instantiate, link } from "./support/link.js";
import { setMaximumPages } from "../bench/memory-section.js";
import { pageSize, productNamed } from "./support/products.js";
import { unsignedCalls } from "./support/unsigned-calls.js";
import { addressBits, largestWord, word } from "./support/width.js";

describe("a C program that links libgranary.a", () => {
  const open = (bytes = link("tests-js/library/calls.c")) => {
    const exports = instantiate(bytes);
    return { memory: exports.memory, ...unsignedCalls(bytes, exports) };
  };

  test("gets aligned blocks for alignments in bytes, and none for other numbers", () => {
    const { alloc } = open();
    for (const align of [1, 2, 8, 16, 64, 4096, 65536, 2 ** 20]) {
      const address = alloc(100, align);
      assert.notEqual(address, 0);
      assert.equal(address % align, 0);
    }
    for (const align of [0, 3, 24, word(2 ** (addressBits - 1)) + word(1), largestWord])
      assert.equal(alloc(100, align), 0);
  });

  test("resizes, remaps and frees blocks", () => {
    const { memory, alloc, resize, remap, free } = open();
    const address = alloc(1000, 16);
    new Uint8Array(memory.buffer, address, 1000).fill(9);
    assert.equal(resize(address, 1000, 16, 900), 1);
    assert.equal(resize(address, 900, 16, largestWord), 0);
    const moved = remap(address, 900, 16, 901);
    const found = new Uint8Array(memory.buffer, moved || address, 900);
    assert.ok(found.every((byte) => byte === 9));
    free(moved || address, moved ? 901 : 900, 16);
  });

  test("gets zeroed blocks, also where something was written before", () => {
    const { memory, alloc, alloc_zeroed: allocZeroed, free } = open();
    for (const size of [1, 24, 100, 1000, 5000, 70_000, 300_000]) {
      const dirty = alloc(size, 16);
      new Uint8Array(memory.buffer, dirty, size).fill(0xff);
      free(dirty, size, 16);
      const addresses = Array.from({ length: 20 }, () => allocZeroed(size, 16));
      for (const address of addresses) {
        const bytes = new Uint8Array(memory.buffer, address, size);
        assert.ok(
          bytes.every((byte) => byte === 0),
          `${size} bytes`,
        );
        bytes.fill(0xee);
      }
      for (const address of addresses) free(address, size, 16);
    }
  });

  test("gets a zeroed block of memory that was never used, which is not cleared", () => {
    const { memory, alloc, alloc_zeroed: allocZeroed } = open();
    const first = alloc(100_000, 16);
    // The host writes where nothing was ever allocated: only clearing could remove it.
    const beyond = memory.buffer.byteLength - 8192;
    assert.ok(beyond > first + 100_000);
    new Uint8Array(memory.buffer)[beyond] = 0x5a;
    const size = beyond - first - 100_000 + 64;
    const address = allocZeroed(size, 16);
    assert.ok(address < beyond && beyond < address + size, "the block holds that byte");
    assert.equal(new Uint8Array(memory.buffer)[beyond], 0x5a);
  });

  test("gets zeroed blocks where the span table lay before the heap grew", () => {
    const { memory, alloc_zeroed: allocZeroed } = open();
    for (let i = 0; i < 60; i++) {
      const address = allocZeroed(50_000, 16);
      const bytes = new Uint8Array(memory.buffer, address, 50_000);
      assert.ok(
        bytes.every((byte) => byte === 0),
        `block ${i}`,
      );
      bytes.fill(0xff);
    }
  });

  test("grows by fewer bytes than the default module has when it only allocates and frees", () => {
    const without = link("tests-js/library/no-calls.c");
    const program = link("tests-js/library/two-calls.c");
    assert.equal(callsOf(program).run(), 1);
    const added = program.length - without.length;
    const { length: wholeModule } = readFileSync(productNamed("granary").path);
    assert.ok(added < wholeModule, `${added} bytes, the whole module ${wholeModule}`);
  });

  test("calls through granary_vtable", () => {
    assert.equal(callsOf(link("tests-js/library/table.c")).run(), 0);
  });

  test("replaces the growth policy by defining granary_growth", () => {
    const { memory, alloc } = open(link("tests-js/library/growth.c"));
    const pages = () => memory.buffer.byteLength / pageSize;
    alloc(4 * pageSize);
    const before = pages();
    alloc(4 * pageSize);
    assert.ok(pages() >= before + Math.floor(before / 2));
    const plain = open();
    plain.alloc(4 * pageSize, 16);
    const plainBefore = plain.memory.buffer.byteLength / pageSize;
    plain.alloc(4 * pageSize, 16);
    assert.ok(plain.memory.buffer.byteLength / pageSize <= plainBefore + 5, "the default is exact");
  });

  test("gets a smaller growth when the policy asks for more than there is", () => {
    const { memory, alloc } = open(setMaximumPages(link("tests-js/library/growth.c"), 12));
    for (let granted = 0; granted < 10; granted++) assert.notEqual(alloc(pageSize - 1000), 0);
    assert.ok(memory.buffer.byteLength / pageSize <= 12);
  });
});

test("a C++ program includes the same header", () => {
  assert.equal(callsOf(link("tests-js/library/header.cc")).run(), 1);
});
