// The answers of a heap after a reset, which ends all of its blocks at once (docs/inspect.md).

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkStatistics, checkWalk, InspectedShadow } from "./support/inspected-shadow.js";
import { subjects } from "./support/inspected-subjects.js";
import { pageSize } from "./support/products.js";
import { Random } from "./support/random.js";

for (const { name, open } of subjects) {
  describe(`${name}:`, () => {
    for (const length of [5000, 100]) {
      test(`after reset, blocks of ${length} bytes fill the memory as they did the first time`, () => {
        const heap = open({ maximumPages: 10 });
        const fill = () => {
          const addresses = [];
          for (let address = heap.alloc(length); address !== 0; address = heap.alloc(length)) {
            addresses.push(address);
          }
          return addresses;
        };
        const first = fill();
        assert.ok(first.length > (9 * pageSize) / (length * 1.25));
        const reset = () => {
          heap.reset();
          const { liveBlockCount, liveBytes, spanCount, freeBlockCount, ...stats } = heap.stats();
          assert.deepEqual([liveBlockCount, liveBytes, spanCount, freeBlockCount], [0, 0, 0, 0]);
          assert.equal(stats.pageCount, 10);
          assert.equal(stats.freeBytes, stats.topBytes);
          assert.equal(heap.verify(), 0);
        };
        reset();
        const second = fill();
        assert.equal(heap.verify(), 0);
        assert.equal(second[0], first[0]);
        // In a heap that is large from its first block on, more of the small ones are slots: the
        // ends of their spans hold none.
        assert.ok(second.length >= 0.999 * first.length, `${second.length} of ${first.length}`);
        reset();
        assert.deepEqual(fill(), second);
      });
    }

    test("after reset a heap of one size gets its span as early as a fresh one", () => {
      const heap = open({ maximumPages: 2 });
      for (let length = 100; length < 2000; length += 100) heap.free(heap.alloc(length), length);
      heap.reset();
      for (let i = 0; i < 400; i++) heap.free(heap.alloc(64), 64);
      assert.equal(heap.stats().spanCount, 1);
    });

    test("after reset a heap answers the same, whatever was in it before", () => {
      const addressesAfter = (before) => {
        const heap = open({ maximumPages: 10 });
        before(heap);
        assert.equal(heap.pages, 10);
        heap.reset();
        const random = new Random(1);
        const blocks = [];
        const addresses = [];
        for (let i = 0; i < 20_000; i++) {
          if (blocks.length < 3000 && (blocks.length === 0 || random.below(5) > 1)) {
            const length = 1 + random.below(120);
            blocks.push([heap.alloc(length), length]);
            addresses.push(blocks.at(-1)[0]);
          } else {
            const [block] = blocks.splice(random.below(blocks.length), 1);
            heap.free(...block);
          }
        }
        assert.ok(heap.stats().spanCount > 0);
        assert.equal(heap.verify(), 0);
        return addresses;
      };
      const fresh = addressesAfter((heap) => assert.notEqual(heap.alloc(9.5 * pageSize), 0));
      const lengths = [60, 1000, 5000, 16];
      const full = addressesAfter((heap) => {
        for (const length of lengths) while (heap.alloc(length) !== 0);
      });
      assert.deepEqual(full, fresh);
    });

    test("reset does not touch the pages of strangers, and all memory between them is used again", () => {
      const heap = open({ maximumPages: 20 });
      const observed = new InspectedShadow(heap);
      for (let round = 0; round < 4; round++) {
        for (let i = 0; i < 30; i++) observed.alloc(3000 + 100 * round);
        observed.shadow.growAsStranger(1 + round);
      }
      while (observed.alloc(3000) !== undefined);
      const count = observed.blocks.filter(({ length }) => length === 3000).length;
      const others = observed.blocks.length - count;
      const before = heap.stats();
      assert.ok(before.regionCount > 2);
      observed.reset();
      const after = checkStatistics(observed);
      checkWalk(observed, after);
      assert.equal(after.heapBytes, before.heapBytes);
      assert.equal(after.freeBytes + after.recordBytes, after.heapBytes, "nothing is held");
      while (observed.alloc(3000) !== undefined);
      assert.ok(observed.blocks.length >= count + others);
      assert.equal(heap.pages, before.pageCount);
      observed.shadow.checkAll();
      checkWalk(observed, checkStatistics(observed));
    });
  });
}
