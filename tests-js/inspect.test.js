// The calls that read the default engine's heap or act on all of it at once (docs/inspect.md). The module
// for hosts and the library for C programs have the same ones.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InspectedHeap } from "./support/inspected-heap.js";
import {
  checkStatistics,
  checkWalk,
  InspectedShadow,
  spanBytes,
  tagBytes,
  total,
} from "./support/inspected-shadow.js";
import { program, subjects } from "./support/inspected-subjects.js";
import { instantiate } from "./support/link.js";
import { pageSize, productNamed, readModule } from "./support/products.js";
import { Random, seeds } from "./support/random.js";
import { isWide } from "./support/width.js";

const lengthsOf = [
  (random) => 1 + random.below(100),
  (random) => 100 + random.below(1000),
  (random) => random.length(11),
  (random) => (random.oneIn(8) ? random.length(17) : random.length(12)),
];

/** One random run; each operation is followed by a look at the heap. */
function observedRun(heap, { seed, operations, isLimited }) {
  const random = new Random(seed);
  const observed = new InspectedShadow(heap, isLimited);
  const counts = { refused: 0, strangers: 0, spans: 0, gaps: 0, idle: 0 };
  let lengthOf;
  let blocks;
  for (let operation = 0; operation < operations; operation++) {
    if (operation % 250 === 0) {
      lengthOf = lengthsOf[random.below(lengthsOf.length)];
      blocks = 20 + random.below(300);
      if (random.oneIn(4)) freeAll(observed);
      if (random.oneIn(8)) observed.reset();
    }
    step(observed, random, { lengthOf, blocks, counts });
    try {
      const stats = checkStatistics(observed);
      counts.spans += stats.spanCount;
      counts.gaps += Math.max(0, stats.regionCount - 1);
      if (operation % 10 === 0) checkWalk(observed, stats);
      if (random.oneIn(100)) counts.idle += checkTrim(observed, stats);
    } catch (error) {
      error.message = `SEED=${seed}, operation ${operation}: ${error.message}`;
      throw error;
    }
  }
  observed.shadow.checkAll();
  return counts;
}

const freeAll = (observed) => {
  while (observed.shadow.count > 0) observed.free(observed.shadow.at(observed.shadow.count - 1));
};

/** Returns how many bytes of spans trim gave back. */
function checkTrim(observed, before) {
  const tail = observed.heap.trim();
  const after = checkStatistics(observed);
  checkWalk(observed, after);
  assert.equal(tail, after.topBytes);
  assert.equal(after.idleSpanBytes, 0);
  assert.equal(after.spanCount, before.spanCount - before.idleSpanBytes / spanBytes);
  assert.equal(after.liveBytes, before.liveBytes);
  return before.idleSpanBytes;
}

function step(observed, random, { lengthOf, blocks, counts }) {
  const { shadow } = observed;
  if (random.oneIn(200)) {
    counts.strangers++;
    shadow.growAsStranger(1 + random.below(3));
  }
  const choice = random.below(10);
  if (shadow.count === 0 || (shadow.count < blocks && choice >= 4)) {
    const length = random.oneIn(60) ? random.length(22) : lengthOf(random);
    if (observed.alloc(length, random.below(random.oneIn(30) ? 15 : 6)) === undefined) {
      counts.refused++;
    }
    return;
  }
  const block = shadow.at(random.below(shadow.count));
  if (choice > 1) observed.free(block);
  else if (choice === 0) observed.resize(block, lengthOf(random));
  else observed.remap(block, random.oneIn(2) ? block.length * 2 : lengthOf(random));
}

for (const { name, open } of subjects) {
  describe(`${name}:`, () => {
    test("a heap that was never used has no item and no byte, and is whole", () => {
      const heap = open();
      const stats = heap.stats();
      assert.deepEqual([...heap.walk()], []);
      assert.equal(stats.heapBytes, 0);
      assert.equal(stats.pageCount, 1);
      assert.equal(heap.verify(), 0);
      assert.equal(heap.trim(), 0);
      heap.reset();
      assert.equal(heap.verify(), 0);
    });

    const reached = { refused: 0, strangers: 0, spans: 0, gaps: 0, idle: 0 };
    for (const seed of seeds(1, 6)) {
      const maximumPages = seed % 3 === 0 ? 12 : undefined;
      const where = maximumPages ? ` in ${maximumPages} pages` : "";
      test(`statistics, walk and rules hold after each random operation${where} (SEED=${seed})`, () => {
        const counts = observedRun(open({ maximumPages }), {
          seed,
          operations: 2000,
          isLimited: maximumPages !== undefined,
        });
        for (const [what, count] of Object.entries(counts)) reached[what] += count;
      });
    }

    test("the random operations reach all cases that they are meant for", (context) => {
      if (process.env.SEED) return context.skip("one seed alone need not");
      for (const [what, count] of Object.entries(reached)) assert.ok(count > 0, what);
    });

    test("the statistics tell the live slots of each size class, and single blocks apart", () => {
      const heap = open();
      const blocks = { 24: [], 100: [], 1000: [] };
      // The longest first: the heap is large enough then for the others to get spans as well.
      for (const length of [1000, 100, 24]) {
        for (let i = 0; i < 1000; i++) blocks[length].push(heap.alloc(length));
      }
      const single = heap.stats().largeBlockCount;
      assert.ok(single > 0);
      // Those allocated last are slots for certain.
      for (const length of [24, 100, 1000]) heap.free(blocks[length].pop(), length);
      const { classes, liveBlockCount, largeBlockCount } = heap.stats();
      assert.equal(liveBlockCount, 2997);
      assert.equal(largeBlockCount, single);
      const live = classes.filter(({ liveSlots }) => liveSlots > 0);
      // 24 bytes at an alignment of 16 take 32.
      assert.deepEqual(
        live.map(({ slotSize }) => slotSize),
        [32, 112, 1024],
      );
      assert.equal(total(live, "liveSlots") + single, 2997);
    });

    test("trim gives the idle spans back, and touches no block", () => {
      const heap = open();
      const observed = new InspectedShadow(heap);
      const kept = [];
      const emptied = [];
      for (const length of [64, 300, 1000]) {
        for (let i = 0; heap.stats().spanCount < kept.length + 1; i++) observed.alloc(length);
        kept.push(length);
        for (let i = 0; i < 5; i++) emptied.push(observed.alloc(length));
      }
      const spans = [...heap.walk()].filter(({ kind }) => kind === "span");
      const inSpan = ({ address }) =>
        spans.some((span) => span.address <= address && address < span.address + span.size);
      for (const block of observed.blocks.filter(inSpan)) observed.free(block);
      const before = checkStatistics(observed);
      assert.equal(before.spanCount, 3, "the current span of a class stays when it becomes idle");
      assert.equal(before.idleSpanBytes, 3 * spanBytes);
      const bytes = checkTrim(observed, before);
      assert.equal(bytes, 3 * spanBytes);
      assert.equal(heap.stats().spanCount, 0);
      observed.shadow.checkAll();
      observed.alloc(1000);
      checkWalk(observed, checkStatistics(observed));
    });

    test("trim changes no byte of a heap in which every span holds a block", () => {
      const heap = open();
      for (let i = 0; i < 5000; i++) heap.alloc(100);
      assert.ok(heap.stats().spanCount > 1);
      const { topBytes } = heap.stats();
      const before = Buffer.from(heap.bytes(0, heap.byteLength)).toString("latin1");
      assert.equal(heap.trim(), topBytes);
      heap.stats();
      const after = Buffer.from(heap.bytes(0, heap.byteLength)).toString("latin1");
      assert.ok(before === after);
    });

    // No memory reaches the end of 64-bit addresses.
    const end = { skip: isWide };
    test(
      "a heap that reaches the end of the address space is whole, and a walk of it ends",
      end,
      () => {
        const heap = open();
        const observed = new InspectedShadow(heap);
        observed.alloc(1000);
        // The table for 4 GiB takes 64 pages.
        const left = 69;
        heap.growAsStranger(65536 - left - heap.pages);
        observed.alloc(left * pageSize - 64 * pageSize - 60_000);
        assert.equal(heap.byteLength, 2 ** 32);
        checkWalk(observed, checkStatistics(observed));
        const last = [...heap.walk()].at(-1);
        assert.deepEqual(last, {
          kind: "records",
          address: 2 ** 32 - 64 * pageSize,
          size: 64 * pageSize,
        });
        observed.reset();
        checkWalk(observed, checkStatistics(observed));
        assert.ok(observed.alloc(200_000) && observed.alloc(1000));
        checkWalk(observed, checkStatistics(observed));
      },
    );
  });
}

describe("granary_walk", () => {
  // A loop of C, as a program would write it; a walk that does not end would never come back.
  const open = () => {
    const heap = InspectedHeap.of(instantiate(program));
    return { heap, walkAll: heap.exports.walk_all };
  };

  test("ends after the last item, and begins again with a new one", () => {
    const { heap, walkAll } = open();
    assert.equal(walkAll(1000), 0);
    heap.alloc(100);
    for (let i = 0; i < 2; i++) assert.equal(walkAll(1000), 3, "block, top, records");
  });

  test("ends after the last item of a full address space", { skip: isWide }, () => {
    const { heap, walkAll } = open();
    heap.alloc(100);
    heap.growAsStranger(65536 - 69 - 1);
    assert.notEqual(heap.alloc(300_000), 0);
    assert.equal(heap.byteLength, 2 ** 32);
    assert.equal(walkAll(1000), 6, "block, free, gap, block, top, records");
  });

  test("ends after a broken item", () => {
    const { heap, walkAll } = open();
    const address = heap.alloc(100);
    heap.alloc(100);
    heap.fill(address - tagBytes, tagBytes, 0xff);
    assert.equal(walkAll(1000), 1);
  });
});

test("the export walk answers for every address, and never traps", () => {
  const heap = InspectedHeap.open();
  for (let i = 0; i < 400; i++) heap.alloc(1 + 7 * i);
  heap.growAsStranger(1);
  heap.alloc(100_000);
  const random = new Random(1);
  for (let i = 0; i < 20_000; i++) {
    const address = random.oneIn(10) ? random.bits() : random.below(heap.byteLength + 100);
    const { kind, size } = heap.itemAt(address);
    assert.ok(kind !== undefined && size <= heap.byteLength, `${address}: ${kind} of ${size}`);
  }
});

test("the module of the default engine has none of these exports", () => {
  const module = new WebAssembly.Module(readModule(productNamed("granary").path));
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  const calls = ["alloc", "free", "memory", "remap", "resize", "vtable"];
  assert.deepEqual(names.sort(), ["__indirect_function_table", ...calls]);
});
