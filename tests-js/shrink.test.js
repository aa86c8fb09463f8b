// Making a block smaller never fails: in a memory that is full to the last byte the block stays where
// it is, or goes where there is room for it. Strings that hosts shrink, Lua and Rust's shrink_to_fit
// rely on it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CheckedHeap } from "./support/checked-heap.js";
import { libraries, link } from "./support/link.js";
import { family, Malloc, mallocModules } from "./support/malloc-faces.js";
import { setMaximumPages } from "../bench/memory-section.js";
import { openHeap, products } from "./support/products.js";

const maximumPages = 32;
/** From a block of each class of sizes to less of every kind. */
const shrinks = [
  [1000, 100],
  [1000, 1],
  [2048, 1000],
  [24, 3],
  [104, 50],
  [130, 64],
  [3000, 40],
  [20_000, 2000],
  [20_000, 1],
  [100_000, 16],
  [100_000, 99_999],
];

/** So many blocks that their class, if it is one of small blocks, has spans of slots. */
const spanful = (size) => (size > 2048 ? 1 : Math.ceil(2 ** 15 / size));

/** A heap that is smaller has no room for the first span of a class. */
const largeBlock = 400_000;

/** The last of so many, in a heap where classes get spans. */
function amongOthers(alloc, size) {
  // Refused where the heap is as large already.
  alloc(largeBlock);
  return Array.from({ length: spanful(size) }, () => alloc(size)).at(-1);
}

/** Takes what is left of the memory, down to the last byte that can be had. */
function takeTheRest(alloc) {
  for (let size = 2 ** 20; size >= 1; size = Math.floor(size / 2)) {
    while (alloc(size) !== 0);
  }
}

const own = ["granary_alloc", "granary_remap", "granary_free", "cabi_realloc", "granary_verify"];
const programs = libraries.map((library) => {
  const checked = library.includes("checked") ? ["granary_check"] : [];
  return {
    name: library,
    bytes: link([], {
      library: false,
      exports: [...family, ...own, ...checked, "granary_vtable"],
      linkerOptions: [`dist/${library}`, "--export-table"],
    }),
  };
});

const open = (bytes) => new Malloc(setMaximumPages(bytes, maximumPages));

/** How each face begins, shrinks and ends a block; the alignment that the block keeps. */
const mallocWays = {
  realloc: {
    align: 16,
    begin: (c, size) => c.malloc(size),
    shrink: (c, address, size, newSize) => c.realloc(address, newSize),
    end: (c, address) => c.free(address),
  },
  reallocarray: {
    align: 16,
    begin: (c, size) => c.calloc(size, 1),
    shrink: (c, address, size, newSize) => c.reallocarray(address, newSize, 1),
    end: (c, address) => c.free(address),
  },
  "realloc of an aligned block": {
    align: 16,
    begin: (c, size) => c.aligned_alloc(256, size),
    shrink: (c, address, size, newSize) => c.realloc(address, newSize),
    end: (c, address) => c.free(address),
  },
};

const libraryWays = {
  ...mallocWays,
  "realloc of a block of granary_alloc that is aligned to 8": {
    align: 8,
    begin(c, size) {
      const address = c.granary_alloc(size, 8);
      return address % 16 === 0 ? c.granary_alloc(size, 8) : address;
    },
    shrink: (c, address, size, newSize) => c.realloc(address, newSize),
    end: (c, address, size) => c.granary_free(address, size, 8),
  },
  cabi_realloc: {
    align: 4,
    begin: (c, size) => c.cabi_realloc(0, 0, 4, size),
    shrink: (c, address, size, newSize) => c.cabi_realloc(address, size, 4, newSize),
    end: (c, address, size) => c.cabi_realloc(address, size, 4, 0),
  },
  granary_remap: {
    align: 64,
    begin: (c, size) => c.granary_alloc(size, 64),
    shrink: (c, address, size, newSize) => c.granary_remap(address, size, 64, newSize),
    end: (c, address, size) => c.granary_free(address, size, 64),
  },
  "remap of granary_vtable": {
    align: 1,
    begin: (c, size) => tableOf(c).alloc(size, 0),
    shrink: (c, address, size, newSize) => tableOf(c).remap(address, size, 0, newSize),
    end: (c, address, size) => tableOf(c).free(address, size, 0),
  },
};

const tableOf = (c) => c.throughTable(c.exports.granary_vtable.value);

for (const { name, bytes, ways } of [
  ...mallocModules.map((module) => ({ ...module, ways: mallocWays })),
  ...programs.map((program) => ({ ...program, ways: libraryWays })),
]) {
  describe(`in a full memory with ${name}`, () => {
    for (const [way, { align, begin, shrink, end }] of Object.entries(ways)) {
      test(`${way} makes every block smaller, with its contents`, () => {
        for (const [size, newSize] of shrinks) {
          const what = `${size} to ${newSize}`;
          const c = open(bytes);
          const address = amongOthers((length) => begin(c, length), size);
          assert.notEqual(address, 0, what);
          c.fill(address, size, 0x5a);
          takeTheRest(c.malloc);
          const shorter = shrink(c, address, size, newSize);
          assert.notEqual(shorter, 0, what);
          assert.equal(shorter % align, 0, what);
          assert.equal(c.firstOther(shorter, newSize, 0x5a), -1, what);
          end(c, shorter, newSize);
          if (c.granary_verify) assert.equal(c.granary_verify(), 0, what);
          if (c.granary_check) c.granary_check();
        }
      });

      test(`${way} makes a block smaller again and again, and larger when there is room`, () => {
        const c = open(bytes);
        const sizes = [2000, 990, 480, 230, 100, 40, 16, 1];
        let address = amongOthers((length) => begin(c, length), sizes[0]);
        const other = c.malloc(100_000);
        c.fill(address, sizes[0], 0x6b);
        takeTheRest(c.malloc);
        for (let i = 1; i < sizes.length; i++) {
          address = shrink(c, address, sizes[i - 1], sizes[i]);
          assert.notEqual(address, 0, `${sizes[i]}`);
          assert.equal(c.firstOther(address, sizes[i], 0x6b), -1);
        }
        c.free(other);
        const grown = c.realloc(address, 50_000);
        assert.notEqual(grown, 0);
        assert.equal(c.bytes(grown, 1)[0], 0x6b);
      });
    }
  });
}

for (const product of products.filter(({ header }) => header !== "classic")) {
  test(`remap of ${product.name} makes every block smaller in a full memory`, () => {
    for (const [size, newSize] of shrinks) {
      for (const alignment of [0, 3, 4, 7]) {
        const what = `${size} to ${newSize} at ${alignment}`;
        const heap = openHeap(product, { maximumPages });
        const address = amongOthers((length) => heap.alloc(length, alignment), size);
        heap.fill(address, size, 0x5a);
        takeTheRest((length) => heap.alloc(length));
        const shorter = heap.remap(address, size, alignment, newSize);
        assert.notEqual(shorter, 0, what);
        assert.equal(shorter % 2 ** alignment, 0, what);
        assert.equal(heap.firstOther(shorter, newSize, 0x5a), -1, what);
        heap.free(shorter, newSize, alignment);
        if (heap.exports.verify) assert.equal(heap.exports.verify(), 0, what);
      }
    }
  });
}

describe("a block that a checked heap made smaller", () => {
  /** From 1000 bytes to 100, in a memory with room or without. */
  function shrunk({ full }) {
    const heap = CheckedHeap.open({ maximumPages });
    amongOthers((length) => heap.alloc(length), 1000);
    const address = heap.alloc(1000, 4, 11);
    heap.fill(address, 1000, 0x11);
    if (full) takeTheRest((length) => heap.alloc(length));
    return { heap, old: address, address: heap.remap(address, 1000, 4, 100, 22) };
  }

  test("moves where there is room, and its old place waits in the quarantine", () => {
    const { heap, old, address } = shrunk({ full: false });
    assert.notEqual(address, old);
    const { kind, allocatedBy, freedBy } = heap.caught(() => heap.free(old, 1000, 4));
    assert.deepEqual([kind, allocatedBy, freedBy], ["freed block", 11, 22]);
    heap.bytes(old + 5, 1)[0] ^= 1;
    assert.equal(heap.caught(() => heap.check()).kind, "written after free");
    assert.equal(heap.firstOther(address, 100, 0x11), -1);
  });

  test("still has the caller that allocated it", () => {
    const { heap, address } = shrunk({ full: false });
    const ofAllocator = () => heap.leaks().groups.filter(({ allocatedBy }) => allocatedBy === 11);
    assert.deepEqual(ofAllocator(), [{ allocatedBy: 11, blockCount: 1, bytes: 100 }]);
    heap.free(address, 100, 4);
    assert.deepEqual(ofAllocator(), []);
  });

  test("has its new length, moved or not, and a write to the byte above it is caught", () => {
    for (const full of [false, true]) {
      const { heap, old, address } = shrunk({ full });
      assert.equal(address === old, full);
      assert.equal(heap.caught(() => heap.free(address, 1000, 4)).kind, "wrong length");
      heap.bytes(address + 100, 1)[0] ^= 1;
      assert.equal(heap.caught(() => heap.free(address, 100, 4)).kind, "written past end");
      heap.bytes(address + 100, 1)[0] ^= 1;
      heap.free(address, 100, 4);
      heap.check();
      assert.equal(heap.verify(), 0);
    }
  });

  test("is as it was when the call finds a damaged block in the quarantine", () => {
    const heap = CheckedHeap.open();
    amongOthers((length) => heap.alloc(length), 1000);
    const damaged = heap.alloc(1000);
    const address = heap.alloc(1000);
    const filler = heap.alloc(64_000);
    heap.fill(address, 1000, 0x11);
    heap.free(damaged, 1000);
    heap.free(filler, 64_000);
    heap.bytes(damaged, 1)[0] ^= 1;
    const { kind, call, block } = heap.caught(() => heap.remap(address, 1000, 4, 100));
    assert.deepEqual([kind, call, block], ["written after free", "remap", damaged]);
    const { blockCount, bytes } = heap.leaks();
    const count = spanful(1000) + 1;
    assert.deepEqual([blockCount, bytes], [1 + count, largeBlock + count * 1000]);
    assert.equal(heap.firstOther(address, 1000, 0x11), -1);
    assert.notEqual(heap.remap(address, 1000, 4, 100), 0);
  });
});
