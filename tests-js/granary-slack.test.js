// The slack that `granary` finds at its start: the rest of the page in which a program's data end. It may
// be too small to be of use, and strangers may have written to it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { instantiate, link } from "./support/link.js";
import { pageSize } from "./support/products.js";
import { unsignedCalls } from "./support/unsigned-calls.js";
import { ofWidth, unsigned, wordBytes } from "./support/width.js";

/** The size of the span table for one page: 16 bytes for each 16 KiB. */
const recordBytes = 64;
/** Of the sizes of blocks. */
const unit = 4 * wordBytes;

/** A program with so many bytes of data; its last ones are a block of its own. */
function linkWithData(bytes) {
  return link("tests-js/library/slack.c", {
    compilerOptions: [`-DFILL=${bytes}`],
    exports: ["__heap_base"],
    // The library comes first, so that the program's data are the last.
    library: false,
    linkerOptions: ["--whole-archive", `dist/${ofWidth("libgranary")}.a`, "--no-whole-archive"],
  });
}

/** A program whose data leave so many bytes of its only page. */
const leastBytes = unit;
let leastBase;
const baseOf = ({ __heap_base: base }) => unsigned(base.value);
function openWithSlack(slack) {
  leastBase ??= baseOf(instantiate(linkWithData(leastBytes)));
  const program = linkWithData(leastBytes + pageSize - leastBase - slack);
  const exports = instantiate(program);
  const { memory } = exports;
  const base = baseOf(exports);
  assert.equal(memory.buffer.byteLength, pageSize);
  assert.equal(base, pageSize - slack);
  const bytes = (...where) => view(memory, ...where);
  return { ...unsignedCalls(program, exports), base, bytes };
}

/** Good until the memory grows. */
const view = (memory, address, length) => new Uint8Array(memory.buffer, address, length);

const lengths = [8, 16, 100, 1000, 5000];

describe("granary", () => {
  for (const slack of [0, 16, 48, 64, 80, 96, 112, 128]) {
    test(`does not touch a program's data, which leave ${slack} bytes of their page`, () => {
      const { alloc, fill, verify, base, bytes } = openWithSlack(slack);
      const data = fill();
      bytes(data, base - data).fill(0xd5);
      const blocks = [];
      for (let round = 0; round < 20; round++) {
        for (const length of lengths) {
          const address = alloc(length);
          assert.ok(address >= base, `a block at ${address}`);
          bytes(address, length).fill(round);
          blocks.push({ address, length, round });
        }
        assert.equal(verify(), 0);
      }
      assert.ok(bytes(data, base - data).every((byte) => byte === 0xd5));
      for (const { address, length, round } of blocks) {
        assert.ok(bytes(address, length).every((byte) => byte === round));
      }
    });
  }

  test("uses the slack as soon as a block fits there beside its records", () => {
    const addressWith = (slack) => openWithSlack(slack).alloc(4);
    assert.ok(addressWith(recordBytes + 2 * unit) >= pageSize);
    assert.ok(addressWith(recordBytes + 3 * unit) < pageSize);
  });
});

describe("granary does not take the slack to be zero:", () => {
  for (const slack of [512, 4992, 49_984]) {
    test(`in ${slack} bytes that were written to, zeroed blocks are zero and the heap is whole`, () => {
      const { alloc, alloc_zeroed: allocZeroed, free, verify, base, bytes } = openWithSlack(slack);
      bytes(base, slack).fill(0xcc);
      for (let round = 0; round < 3; round++) {
        const blocks = [];
        for (const length of [...lengths, 20_000, 200_000]) {
          const address = allocZeroed(length);
          assert.ok(
            bytes(address, length).every((byte) => byte === 0),
            `${length} bytes at ${address}`,
          );
          bytes(address, length).fill(0xee);
          blocks.push([address, length], [alloc(length), length]);
        }
        assert.equal(verify(), 0);
        for (const block of blocks) free(...block);
        assert.equal(verify(), 0);
      }
    });
  }
});
