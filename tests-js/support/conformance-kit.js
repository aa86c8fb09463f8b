// The contract of docs/abi.md as tests. They take any product and ask only for what the contract says;
// other tests ask for what one engine does beyond it (its classes, its growth). They run in browsers too.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pageSize } from "./heap.js";
import { seeds } from "./random.js";
import { shadowRun } from "./shadow-run.js";

const lengths = [1, 2, 3, 4, 7, 8, 12, 13, 16, 24, 60, 61, 100, 252, 1000, 1025, 4092, 4096, 20000];
const longLengths = [32764, 32765, 65532, 65536, 65537, 100000, 131072, 1000000];

/**
 * @param {import("./products.js").Product} product
 * @param {ReturnType<import("./heap.js").opener>} openHeap
 */
export function conformance(product, openHeap) {
  const { addressBits, largestAlignment } = product;
  const alignments = Array.from({ length: largestAlignment + 1 }, (_, log2) => log2);

  describe(`${product.name} keeps the contract:`, () => {
    test("alloc returns an aligned block inside the memory for every alignment that it honours", () => {
      const heap = openHeap(product);
      for (const alignment of alignments.filter((log2) => log2 <= 20)) {
        for (const length of [...lengths, ...longLengths]) {
          const address = heap.alloc(length, alignment);
          assert.notEqual(address, 0, `length ${length}, alignment 2^${alignment}`);
          assert.equal(address % 2 ** alignment, 0, `length ${length}, alignment 2^${alignment}`);
          assert.ok(address + length <= heap.byteLength, `length ${length} ends in the memory`);
        }
      }
    });

    test("live blocks never overlap, whatever their lengths and alignments", () => {
      const heap = openHeap(product);
      const blocks = [];
      for (const alignment of alignments.filter((log2) => log2 <= 16)) {
        for (const length of [...lengths, ...longLengths]) {
          blocks.push({ start: heap.alloc(length, alignment), length });
        }
      }
      blocks.sort((a, b) => a.start - b.start);
      for (let i = 1; i < blocks.length; i++) {
        const before = blocks[i - 1];
        assert.ok(before.start + before.length <= blocks[i].start, JSON.stringify(blocks[i]));
      }
    });

    test("a block of length 0 has an address of its own and can be freed with length 0", () => {
      const heap = openHeap(product, { reusesAtOnce: true });
      const first = heap.alloc(0, 0);
      const second = heap.alloc(0, 0);
      assert.notEqual(first, 0);
      assert.notEqual(second, 0);
      assert.notEqual(first, second);
      heap.free(first, 0, 0);
      heap.free(second, 0, 0);
      const pages = heap.pages;
      for (let i = 0; i < 100_000; i++) heap.free(heap.alloc(0, 0), 0, 0);
      assert.equal(heap.pages, pages, "what was freed is used again");
    });

    test("a block keeps its bytes while others are allocated, resized and freed", () => {
      const heap = openHeap(product);
      const kept = lengths.map((length, i) => ({
        address: heap.alloc(length),
        length,
        value: i + 1,
      }));
      for (const { address, length, value } of kept) heap.fill(address, length, value);
      for (let round = 0; round < 50; round++) {
        for (const length of lengths) {
          const address = heap.alloc(length + round);
          heap.fill(address, length + round, 0xff);
          const shrunk = heap.resize(address, length + round, 4, length);
          heap.free(address, shrunk ? length : length + round);
        }
      }
      for (const { address, length, value } of kept) {
        assert.equal(heap.firstOther(address, length, value), -1, `block of ${length}`);
      }
    });

    test("resize that answers 1 gives new_len bytes in place and changes no other block", () => {
      const heap = openHeap(product);
      for (const length of lengths) {
        const neighbours = [heap.alloc(length), heap.alloc(length), heap.alloc(length)];
        for (const address of neighbours) heap.fill(address, length, 0x11);
        const middle = neighbours[1];
        let current = length;
        for (const newLength of [length + 1, length + 3, length * 2, length, 1]) {
          if (!heap.resize(middle, current, 4, newLength)) continue;
          const common = Math.min(length, current, newLength);
          assert.equal(heap.firstOther(middle, common, 0x11), -1, `${current} to ${newLength}`);
          heap.fill(middle, newLength, 0x11);
          current = newLength;
        }
        for (const address of [neighbours[0], neighbours[2]]) {
          assert.equal(heap.firstOther(address, length, 0x11), -1, `neighbour of ${length}`);
        }
      }
    });

    test("remap keeps the bytes, moved or not, and its answer is aligned", () => {
      const heap = openHeap(product);
      for (const alignment of [0, 3, 4, 6, 12]) {
        for (const length of [...lengths, ...longLengths]) {
          for (const newLength of [length + 1, length * 2, Math.ceil(length / 2), 1]) {
            const address = heap.alloc(length, alignment);
            heap.fill(address, length, 0x5a);
            const moved = heap.remap(address, length, alignment, newLength);
            const [at, now] = moved === 0 ? [address, length] : [moved, newLength];
            const what = `${length} to ${newLength}, alignment 2^${alignment}`;
            assert.equal(at % 2 ** alignment, 0, what);
            assert.equal(heap.firstOther(at, Math.min(length, now), 0x5a), -1, what);
            heap.free(at, now, alignment);
          }
        }
      }
    });

    test("resize to the same length answers 1", () => {
      const heap = openHeap(product);
      for (const length of [...lengths, ...longLengths]) {
        const address = heap.alloc(length);
        assert.ok(heap.resize(address, length, 4, length), `length ${length}`);
        assert.equal(heap.remap(address, length, 4, length), address, `length ${length}`);
      }
    });

    test("alloc answers 0 for a length that cannot exist, and nothing changes", () => {
      const heap = openHeap(product);
      const bytesBefore = heap.byteLength;
      const largest = heap.largestLength;
      const belows = [...Array(80).keys(), 4096, 65_531, 65_532, 65_535, 65_536, 65_540, 131_072];
      for (const below of belows) {
        const length = largest - heap.word(below);
        for (const alignment of [0, 4, 16]) {
          assert.equal(heap.alloc(length, alignment), 0, `length ${length}`);
        }
      }
      assert.equal(heap.byteLength, bytesBefore);
    });

    test("resize and remap to a length that cannot exist answer 0 and leave the block", () => {
      const heap = openHeap(product);
      const largest = heap.largestLength;
      for (const length of [1, 100, 40_000, 65_532, 100_000, 1_000_000]) {
        for (const alignment of [0, 4, 16]) {
          const address = heap.alloc(length, alignment);
          heap.fill(address, length, 0x77);
          const bytesBefore = heap.byteLength;
          for (const below of [0, 1, 3, 4, 5, 8, 15, 65_535, 65_536, 65_539, 65_540, 131_072]) {
            const newLength = largest - heap.word(below);
            assert.equal(heap.resize(address, length, alignment, newLength), false, `${newLength}`);
            assert.equal(heap.remap(address, length, alignment, newLength), 0, `${newLength}`);
          }
          assert.equal(heap.byteLength, bytesBefore);
          assert.equal(heap.firstOther(address, length, 0x77), -1);
          heap.free(address, length, alignment);
        }
      }
    });

    test("alloc answers 0 for an alignment that it does not honour, and nothing changes", () => {
      const heap = openHeap(product);
      const bytesBefore = heap.byteLength;
      for (let alignment = largestAlignment + 1; alignment < addressBits; alignment++) {
        for (const length of [0, 1, 100, 65536, 1_000_000]) {
          assert.equal(heap.alloc(length, alignment), 0, `alignment ${alignment}`);
        }
      }
      assert.equal(heap.byteLength, bytesBefore);
    });

    test("alloc refuses an alignment of any size without a change where the memory is too small", () => {
      const heap = openHeap(product, { maximumPages: 8 });
      const kept = heap.alloc(100);
      heap.fill(kept, 100, 0x5c);
      for (let alignment = 20; alignment < addressBits; alignment++) {
        for (const length of [1, 100, 65536]) assert.equal(heap.alloc(length, alignment), 0);
      }
      assert.equal(heap.firstOther(kept, 100, 0x5c), -1);
      assert.notEqual(heap.alloc(100), 0, "and smaller ones are still served");
    });

    const namesHeap = product.faces.includes("arenas");
    test(`${namesHeap ? "ret_addr changes" : "ctx and ret_addr change"} nothing`, () => {
      const plain = openHeap(product);
      const odd = openHeap(product);
      for (const length of [...lengths, ...longLengths]) {
        const context = namesHeap ? 0 : 0xdead;
        assert.equal(odd.alloc(length, 4, context, 0xbeef), plain.alloc(length, 4, 0, 0));
      }
    });

    test("freed memory is used again, so a loop of equal work does not go on growing", () => {
      const heap = openHeap(product);
      const work = () => {
        const blocks = [...lengths, ...longLengths].map((length) => [heap.alloc(length), length]);
        for (const [address, length] of blocks) heap.free(address, length);
      };
      work();
      const pages = heap.pages;
      for (let round = 0; round < 5000; round++) work();
      // An engine may settle as it sees what is allocated often; a leak would take thousands.
      assert.ok(heap.pages <= pages + 4, `${heap.pages} pages after ${pages}`);
    });

    test("when the memory is full, alloc answers 0, and every block stays live and can be freed", () => {
      const heap = openHeap(product, { maximumPages: 20 });
      const blocks = [];
      for (const length of [100_000, 10_000, 1_000, 100, 10]) {
        for (let address; (address = heap.alloc(length)) !== 0;) {
          heap.fill(address, length, blocks.length);
          blocks.push({ address, length, value: blocks.length & 0xff });
        }
        assert.equal(heap.alloc(length), 0, "and again 0");
      }
      assert.ok(heap.pages <= 20);
      for (const { address, length, value } of blocks) {
        assert.equal(heap.firstOther(address, length, value), -1, `block of ${length}`);
      }
      for (const { address, length } of blocks) heap.free(address, length);
      for (const { length } of blocks) assert.notEqual(heap.alloc(length), 0, `${length} again`);
    });

    test("memory that a stranger grew is never handed out and stays as it was", () => {
      const heap = openHeap(product);
      const foreign = [];
      const mine = [];
      for (let round = 0; round < 30; round++) {
        for (const length of [...lengths, 70_000])
          mine.push({ address: heap.alloc(length), length });
        foreign.push(heap.growAsStranger(1 + (round % 3)));
        heap.fill(foreign.at(-1), pageSize, 0xee);
      }
      for (const { address, length } of mine) {
        assert.notEqual(address, 0);
        heap.fill(address, length, 0x22);
      }
      for (const { address, length } of mine) heap.free(address, length);
      for (const { length } of mine) heap.fill(heap.alloc(length), length, 0x33);
      for (const address of foreign) assert.equal(heap.firstOther(address, pageSize, 0xee), -1);
    });

    test("vtable holds the table indices of alloc, resize, remap and free, in this order", () => {
      const heap = openHeap(product);
      const { alloc, resize, remap, free } = heap.exports;
      assert.deepEqual(heap.vtableFunctions, [alloc, resize, remap, free]);
    });

    for (const seed of seeds(1, 4)) {
      test(`random calls never overlap, lose or move bytes (SEED=${seed})`, () => {
        const heap = openHeap(product, { maximumPages: 400 });
        shadowRun(heap, { seed, operations: 30_000, isLimited: true });
      });
    }
  });
}
