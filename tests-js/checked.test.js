// The misuses that a checked heap catches (docs/checked.md), what it says of each, and that the heap is
// as good as before. The module for hosts and the library for C programs pass the same tests.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CheckedHeap, defaults, faultBytes, patterns, zoneBytes } from "./support/checked-heap.js";
import {
  by,
  flip,
  flushQuarantine,
  free,
  misuses,
  moreThanAnyMemory,
  take,
} from "./support/checked-misuses.js";
import { instantiate, link } from "./support/link.js";
import { setMaximumPages } from "../bench/memory-section.js";
import { pageSize, productNamed } from "./support/products.js";
import { namesOf } from "./support/public-headers.js";
import { addressBits, isWide } from "./support/width.js";

/** The library is for wasm32 alone. */
const program = isWide
  ? undefined
  : link(["tests-js/library/inspect.c", "tests-js/library/checked.c"], {
      library: false,
      linkerOptions: ["dist/libgranary-checked.a"],
      exports: ["granary_fault", "__stack_pointer"],
    });

const subjects = ["granary-checked", "granary-checked-import"].map((productName) => ({
  name: `${productNamed(productName).name}.wasm`,
  open: (options) => CheckedHeap.open({ ...options, productName }),
}));
if (program !== undefined) {
  subjects.push({
    name: "a C program with libgranary-checked.a",
    open: ({ maximumPages } = {}) => {
      const bytes = maximumPages ? setMaximumPages(program, maximumPages) : program;
      const exports = instantiate(bytes);
      return CheckedHeap.of({ ...exports, fault: exports.granary_fault });
    },
  });
}

/** The memory without the stack and the fault record. */
function snapshot(heap) {
  const bytes = heap.bytes(0, heap.byteLength).slice();
  bytes.fill(0, heap.stack.begin, heap.stack.end);
  bytes.fill(0, heap.faultAddress, heap.faultAddress + faultBytes);
  return Buffer.from(bytes);
}

for (const { name, open } of subjects) {
  describe(`${name} catches`, () => {
    for (const [misuse, setUp] of Object.entries(misuses)) {
      test(misuse, () => {
        const heap = open();
        const witness = take(heap, 300);
        const { call, fault, takesOut, endsAll } = setUp(heap);
        const before = snapshot(heap);
        assert.deepEqual(heap.caught(call), fault);
        if (!takesOut) assert.ok(snapshot(heap).equals(before), "nothing has changed");
        if (!endsAll) {
          assert.equal(heap.firstOther(witness.address, witness.length, 0x11), -1);
          free(heap, witness);
        }
        for (const length of [40, 40_000]) free(heap, take(heap, length));
        assert.equal(heap.verify(), 0);
      });
    }
  });

  describe(`${name}:`, () => {
    test("there is no fault before the first one", () => {
      const heap = open();
      free(heap, take(heap));
      heap.check();
      assert.deepEqual(new Set(Object.values(heap.fault)), new Set(["none", 0]));
    });

    test("a heap goes on after a thousand faults of each kind", () => {
      const heap = open();
      const block = take(heap);
      for (let i = 0; i < 1000; i++) {
        assert.equal(heap.caught(() => heap.free(block.address, 99)).kind, "wrong length");
        assert.equal(heap.caught(() => heap.free(8, 1, 0)).kind, "not a block");
        const resized = () => heap.resize(block.address, 100, 4, 0);
        assert.equal(heap.caught(resized).kind, "new length zero");
        const remapped = () => heap.remap(block.address + 1, 100, 4, 200);
        assert.equal(heap.caught(remapped).kind, "inside block");
        assert.equal(heap.caught(() => heap.alloc(1, addressBits)).kind, "alignment out of range");
        flip(heap, block.address - 1);
        assert.equal(heap.caught(() => heap.check()).kind, "written before start");
        flip(heap, block.address - 1);
      }
      assert.equal(heap.firstOther(block.address, 100, 0x11), -1);
      free(heap, block);
      assert.equal(heap.leaks().blockCount, 0);
      assert.equal(heap.verify(), 0);
    });

    test("the block that free was given is still live when free met a damaged block", () => {
      const heap = open();
      const [damaged, block] = [take(heap), take(heap, 65_000)];
      free(heap, damaged);
      flip(heap, damaged.address);
      free(heap, take(heap, 65_000));
      assert.equal(heap.fault.kind, "none");
      assert.equal(heap.caught(() => free(heap, block)).kind, "written after free");
      assert.equal(heap.leaks().blockCount, 1);
      free(heap, block);
      assert.equal(heap.leaks().blockCount, 0);
    });

    test("fresh memory is filled up to the limit, and so is what a block grows by", () => {
      const heap = open();
      for (const length of [1, 15, 64, 65, 3000]) {
        const address = heap.alloc(length, 0);
        const filled = Math.min(length, defaults.fill);
        assert.equal(heap.firstOther(address, filled, patterns.fresh), -1, `${length} bytes`);
      }
      const address = heap.alloc(20);
      heap.fill(address, 20, 0x11);
      assert.ok(heap.resize(address, 20, 4, 40));
      assert.equal(heap.firstOther(address, 20, 0x11), -1);
      assert.equal(heap.firstOther(address + 20, 20, patterns.fresh), -1);
    });

    test("a freed block is filled up to the limit, and no further", () => {
      const heap = open();
      const block = take(heap, 200);
      free(heap, block);
      assert.equal(heap.firstOther(block.address, defaults.fill, patterns.freed), -1);
      const rest = heap.firstOther(block.address + defaults.fill, 200 - defaults.fill, 0x11);
      assert.equal(rest, -1);
    });

    test("a zone of the pattern lies below every block, and one above it", () => {
      const heap = open();
      for (const [index, length] of [0, 5, 100, 3000].entries()) {
        const address = heap.alloc(length, 4 * index);
        assert.equal(heap.firstOther(address - 12, 12, patterns.zone), -1);
        assert.equal(heap.firstOther(address + length, zoneBytes, patterns.zone), -1);
      }
    });

    test("every byte that is filled is looked at", () => {
      const heap = open();
      const blocks = Array.from({ length: 70 }, (_, length) => take(heap, length));
      for (const block of blocks) free(heap, block);
      for (const { address, length } of blocks) {
        for (let offset = 0; offset < Math.min(length, defaults.fill); offset++) {
          flip(heap, address + offset);
          assert.equal(heap.caught(() => heap.check()).block, address, `${offset} of ${length}`);
          flip(heap, address + offset);
        }
      }
      heap.check();
    });

    test("the fill limit decides how much of a freed block is looked at", () => {
      for (const [fill, offset, isCaught] of [
        [16, 15, true],
        [16, 16, false],
        [0, 0, false],
        [300, 200, true],
        [2 ** 32 - 1, 999, true],
      ]) {
        const heap = open();
        heap.setLimits({ fill });
        const block = take(heap, 1000);
        free(heap, block);
        flip(heap, block.address + offset);
        if (isCaught) assert.equal(heap.caught(() => heap.check()).kind, "written after free");
        else heap.check();
      }
    });

    test("the quarantine keeps the latest blocks, zones included, up to its limit", () => {
      const heap = open();
      // With zones, a 512th part of the quarantine.
      const length = defaults.quarantine / 512 - 2 * zoneBytes;
      const blocks = Array.from({ length: 600 }, () => take(heap, length));
      for (const block of blocks) free(heap, block);
      const kinds = blocks.map((block) => heap.caught(() => free(heap, block)).kind);
      assert.deepEqual(new Set(kinds.slice(0, 88)), new Set(["not a block"]));
      assert.deepEqual(new Set(kinds.slice(88)), new Set(["freed block"]));
    });

    test("a block that is larger than the quarantine is used again at once", () => {
      const none = open();
      none.setLimits({ quarantine: 0 });
      const { address, length } = take(none, 20_000);
      none.free(address, length);
      assert.equal(none.alloc(length), address, "with a quarantine of 0 bytes, every one");
      const heap = open();
      const early = take(heap);
      const large = take(heap, 200_000);
      free(heap, early);
      free(heap, large);
      assert.equal(heap.caught(() => free(heap, early)).kind, "freed block", "others stay");
      assert.equal(take(heap, 200_000).address, large.address);
    });

    test("live memory stays bounded when blocks come and go", () => {
      const heap = open();
      for (let i = 0; i < 20_000; i++) free(heap, take(heap, 1 + ((i * 37) % 500)));
      assert.ok(heap.stats().liveBytes < 2 * defaults.quarantine);
      assert.ok(heap.pages < 8);
    });

    test("the quarantine is emptied before alloc answers that there is no memory", () => {
      const heap = open({ maximumPages: 6 });
      heap.setLimits({ quarantine: 2 ** 32 - 1 });
      for (let round = 0; round < 20; round++) {
        const block = take(heap, 200_000);
        assert.notEqual(block.address, 0, `round ${round}`);
        free(heap, block);
      }
      assert.equal(heap.alloc(500_000), 0);
      assert.notEqual(heap.alloc(100), 0);
    });

    test("an alloc that finds no memory grows nothing, however many blocks there are", () => {
      const heap = open();
      for (let count = 0; count < 3000; count++) {
        const { byteLength } = heap;
        assert.equal(heap.alloc(moreThanAnyMemory - 99), 0);
        assert.equal(heap.byteLength, byteLength, `after ${count} blocks`);
        heap.alloc(1);
      }
      assert.equal(heap.leaks().blockCount, 3000);
    });

    test("check looks at every block, however many there are", () => {
      const heap = open();
      heap.setLimits({ quarantine: 2 ** 20 });
      const blocks = Array.from({ length: 1000 }, (_, i) => take(heap, i));
      for (const block of blocks.slice(500)) free(heap, block);
      heap.check();
      for (const [index, kind] of [
        [0, "written past end"],
        [250, "written past end"],
        [499, "written past end"],
        [600, "written after free"],
        [999, "written after free"],
      ]) {
        const { address, length } = blocks[index];
        flip(heap, address + length);
        const fault = heap.caught(() => heap.check());
        assert.deepEqual([fault.kind, fault.block], [kind, address]);
        flip(heap, address + length);
      }
      heap.check();
    });

    test("everything can be allocated again after a reset", () => {
      const heap = open();
      for (let round = 0; round < 3; round++) {
        const blocks = Array.from({ length: 200 }, (_, i) => take(heap, 1 + i * 10));
        for (const block of blocks.slice(100)) free(heap, block);
        assert.equal(heap.leaks().blockCount, 100);
        heap.check();
        heap.reset();
        assert.equal(heap.leaks().blockCount, 0);
        assert.equal(heap.verify(), 0);
      }
      assert.ok(heap.pages < 8);
    });
  });
}

describe("the malloc family of libgranary-checked.a:", { skip: program === undefined }, () => {
  const open = () => {
    const exports = instantiate(program);
    return CheckedHeap.of({ ...exports, fault: exports.granary_fault });
  };
  const unknown = { length: 0, alignment: 0, newLength: 0, caller: 0 };

  test("all calls that take a pointer catch one that was freed, and one into a block", () => {
    const heap = open();
    const { c_malloc: malloc, c_free: free } = heap.exports;
    const [freed, live] = [malloc(100), malloc(200)];
    free(freed);
    for (const [call, use] of [
      ["free", free],
      ["resize", (pointer) => heap.exports.c_realloc(pointer, 300)],
      ["resize", heap.exports.c_usable_size],
    ]) {
      const fault = (kind, address, block, length) => {
        const nobody = { allocatedBy: 0, freedBy: 0, heap: 0, blockHeap: 0 };
        const known = { block, blockLength: length, blockAlignment: 4, ...nobody };
        return { kind, call, address, ...unknown, ...known };
      };
      const twice = heap.caught(() => use(freed));
      assert.deepEqual(twice, fault("freed block", freed, freed, 100));
      const inside = heap.caught(() => use(live + 16));
      assert.deepEqual(inside, fault("inside block", live + 16, live, 200));
    }
    free(live);
    assert.equal(heap.leaks().blockCount, 0);
  });

  test("a write to the byte above a block of malloc, calloc or realloc is caught", () => {
    const heap = open();
    const { c_malloc: malloc, c_calloc: calloc, c_realloc: realloc, c_free: free } = heap.exports;
    for (const pointer of [malloc(13), calloc(13, 1), realloc(malloc(1), 13), realloc(0, 13)]) {
      flip(heap, pointer + 13);
      assert.equal(heap.caught(() => free(pointer)).kind, "written past end");
      flip(heap, pointer + 13);
      free(pointer);
    }
  });

  test("calloc gives zeroes, realloc keeps the bytes, and a block has the size asked for", () => {
    const heap = open();
    const { c_calloc: calloc, c_realloc: realloc, c_usable_size: usableSize } = heap.exports;
    for (const size of [1, 63, 64, 65, 5000]) {
      const pointer = calloc(size, 1);
      assert.equal(heap.firstOther(pointer, size, 0), -1);
      heap.fill(pointer, size, 0x22);
      const moved = realloc(pointer, 3 * size);
      assert.equal(heap.firstOther(moved, size, 0x22), -1);
      assert.equal(usableSize(moved), 3 * size);
    }
    heap.check();
  });
});

test("each kind of fault has its misuse", () => {
  const met = Object.values(misuses).map((setUp) => {
    const heap = CheckedHeap.open();
    take(heap, 300);
    return setUp(heap).fault.kind;
  });
  // Those of arenas are in arenas-checked.test.js.
  const kinds = namesOf("granary_fault_kind").filter((kind) => !/none|arena|heap/.test(kind));
  assert.deepEqual(new Set(met), new Set(kinds));
});
