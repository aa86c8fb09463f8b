// The report of leaks of a checked heap: its live blocks by the callers that allocated them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CheckedHeap } from "./support/checked-heap.js";
import { productNamed } from "./support/products.js";
import { Random, seeds } from "./support/random.js";

const none = { blockCount: 0, bytes: 0, groups: [] };

/** Returns what the report must say when these blocks are live: most bytes first, then by caller. */
function reportOf(blocks) {
  const groups = new Map();
  for (const { caller, length } of blocks) {
    if (!groups.has(caller)) groups.set(caller, { allocatedBy: caller, blockCount: 0, bytes: 0 });
    const group = groups.get(caller);
    group.blockCount++;
    group.bytes += length;
  }
  return {
    blockCount: blocks.length,
    bytes: blocks.reduce((sum, { length }) => sum + length, 0),
    groups: [...groups.values()].sort((a, b) => b.bytes - a.bytes || a.allocatedBy - b.allocatedBy),
  };
}

/** Allocates, and keeps what was asked. */
function take(heap, length, caller) {
  const address = heap.alloc(length, 4, caller);
  assert.notEqual(address, 0);
  return { address, length, caller };
}

for (const productName of ["granary-checked", "granary-checked-import"]) {
  describe(`the report of leaks of ${productNamed(productName).name}.wasm`, () => {
    const open = (options) => CheckedHeap.open({ ...options, productName });

    test("is empty before the first block and after the last", () => {
      const heap = open();
      assert.deepEqual(heap.leaks(), none);
      const blocks = Array.from({ length: 100 }, (_, i) => take(heap, i, i % 7));
      assert.equal(heap.leaks().blockCount, 100);
      for (const { address, length } of blocks) heap.free(address, length);
      assert.deepEqual(heap.leaks(), none);
    });

    test("has one group for each caller, those with most bytes first, and equal ones by caller", () => {
      const heap = open();
      for (const [caller, length] of [
        [7, 100],
        [5, 300],
        [9, 100],
        [7, 200],
        [0, 50],
        [2 ** 32 - 1, 50],
      ]) {
        take(heap, length, caller);
      }
      assert.deepEqual(heap.leaks(), {
        blockCount: 6,
        bytes: 800,
        groups: [
          { allocatedBy: 5, blockCount: 1, bytes: 300 },
          { allocatedBy: 7, blockCount: 2, bytes: 300 },
          { allocatedBy: 9, blockCount: 1, bytes: 100 },
          { allocatedBy: 0, blockCount: 1, bytes: 50 },
          { allocatedBy: 2 ** 32 - 1, blockCount: 1, bytes: 50 },
        ],
      });
    });

    test("counts a block with its latest length, for the caller that allocated it", () => {
      const heap = open();
      heap.free(heap.alloc(1), 1);
      const { address } = take(heap, 40_000, 1);
      assert.ok(heap.resize(address, 40_000, 4, 30_000, 2));
      assert.notEqual(heap.remap(address, 30_000, 4, 50_000, 3), 0);
      const groups = [{ allocatedBy: 1, blockCount: 1, bytes: 50_000 }];
      assert.deepEqual(heap.leaks(), { blockCount: 1, bytes: 50_000, groups });
    });

    test("counts blocks of 0 bytes, but none in the quarantine", () => {
      const heap = open();
      take(heap, 0, 4);
      heap.free(heap.alloc(100, 4, 5), 100, 4, 6);
      const groups = [{ allocatedBy: 4, blockCount: 1, bytes: 0 }];
      assert.deepEqual(heap.leaks(), { blockCount: 1, bytes: 0, groups });
    });

    for (const callers of [1, 50, 10_000]) {
      test(`is right for 10,000 blocks of ${callers} callers`, () => {
        const heap = open();
        const random = new Random(callers);
        const blocks = Array.from({ length: 10_000 }, () =>
          take(heap, random.below(100), random.below(callers)),
        );
        assert.deepEqual(heap.leaks(), reportOf(blocks));
      });
    }

    for (const seed of seeds(1, 4)) {
      test(`has all live blocks, whatever came and went (SEED=${seed})`, () => {
        const heap = open();
        const random = new Random(seed);
        let blocks = [];
        for (let operation = 0; operation < 5000; operation++) {
          if (blocks.length === 0 || random.below(5) < 3) {
            blocks.push(take(heap, random.length(9), random.below(20)));
          } else {
            const [{ address, length }] = blocks.splice(random.below(blocks.length), 1);
            heap.free(address, length);
          }
          if (random.oneIn(100)) {
            assert.deepEqual(
              heap.leaks(),
              reportOf(blocks),
              `SEED=${seed}, operation ${operation}`,
            );
          }
          if (random.oneIn(1000)) {
            heap.reset();
            blocks = [];
          }
        }
        assert.equal(heap.verify(), 0);
      });
    }

    test("has its totals when there is no memory for the groups", () => {
      const heap = open({ maximumPages: 4 });
      let count = 0;
      for (const length of [1000, 100, 10, 1]) {
        while (heap.alloc(length, 0, length) !== 0) count++;
      }
      const { blockCount, bytes, groups } = heap.leaks();
      assert.equal(blockCount, count);
      assert.ok(bytes > 100_000);
      assert.deepEqual(groups, []);
      assert.equal(heap.verify(), 0);
    });

    test("takes one block, which the next report gives back", () => {
      const heap = open();
      const block = take(heap, 100, 1);
      const { liveBlockCount } = heap.stats();
      for (let i = 0; i < 10; i++) heap.leaks();
      assert.equal(heap.stats().liveBlockCount, liveBlockCount + 1);
      heap.free(block.address, 100);
      heap.leaks();
      assert.equal(heap.stats().liveBlockCount, liveBlockCount);
    });

    test("does not give back, after a reset, the block that the reset has ended", () => {
      const heap = open();
      for (let i = 0; i < 100; i++) take(heap, 100, i);
      const { groups } = heap.leaks();
      assert.equal(groups.length, 100);
      heap.reset();
      const blocks = Array.from({ length: 100 }, (_, i) => take(heap, 100, i));
      for (const { address } of blocks) heap.fill(address, 100, 0x33);
      for (let round = 0; round < 3; round++) {
        assert.deepEqual(heap.leaks(), reportOf(blocks));
        assert.equal(heap.verify(), 0);
        for (const { address } of blocks) assert.equal(heap.firstOther(address, 100, 0x33), -1);
      }
    });
  });
}
