// The growth of `granary` as the host sees it: `memory.buffer.byteLength` before and after each call.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openHeap, pageSize, productNamed } from "./support/products.js";
import { isWide } from "./support/width.js";

const granary = productNamed("granary");

describe("granary", () => {
  test("grows no page for forty small objects of ten sizes, which fit beside the module's data", () => {
    const heap = openHeap(granary);
    const before = heap.pages;
    const lengths = [8, 20, 40, 60, 100, 200, 400, 700, 900, 1500];
    for (let i = 0; i < 40; i++) assert.notEqual(heap.alloc(lengths[i % lengths.length]), 0);
    assert.equal(heap.pages, before);
  });

  test("grows no page for the span of the one size that comes and goes in a fresh module", () => {
    const heap = openHeap(granary);
    const before = heap.pages;
    for (let i = 0; i < 300; i++) heap.free(heap.alloc(64), 64);
    // Slots have no tag between them.
    assert.equal(heap.alloc(64) + 64, heap.alloc(64));
    assert.equal(heap.pages, before);
  });

  test("grows by exactly what a block needs while the heap is small", () => {
    for (const pages of [1, 2, 5, 17]) {
      const heap = openHeap(granary);
      const before = heap.pages;
      heap.alloc(pages * pageSize);
      // The block, its tag and the records of its pages; less what the initial memory has to give.
      assert.ok(heap.pages - before <= pages + 1, `${heap.pages - before} pages for ${pages}`);
    }
  });

  test("grows by a share of itself once it is large, so that growth gets rare", () => {
    const heap = openHeap(granary);
    const grows = [];
    for (let i = 0; i < 4000; i++) {
      const before = heap.pages;
      assert.notEqual(heap.alloc(pageSize - 64), 0);
      if (heap.pages !== before) grows.push(heap.pages - before);
    }
    assert.ok(grows.length < 1500, `${grows.length} grows for 4000 pages`);
    assert.ok(Math.max(...grows) >= 64, "the last ones are large");
  });

  test("grows by the exact need when the larger growth is refused", () => {
    const maximumPages = 3000;
    const heap = openHeap(granary, { maximumPages });
    while (heap.alloc(pageSize - 64) !== 0);
    assert.equal(heap.pages, maximumPages, "to the last page");
  });

  test("grows nothing for one large block where many small ones were freed, of whatever size", () => {
    const heap = openHeap(granary);
    for (const length of [16, 48, 200, 1000, 3000]) {
      const count = Math.floor(2_000_000 / length);
      const blocks = Array.from({ length: count }, () => heap.alloc(length));
      for (const address of blocks) heap.free(address, length);
    }
    const pages = heap.pages;
    assert.notEqual(heap.alloc(1_800_000), 0);
    assert.equal(heap.pages, pages, "emptied spans and freed blocks have coalesced");
  });

  test("grows nothing for blocks of other sizes after everything was freed in random order", () => {
    const heap = openHeap(granary);
    const fill = (length) => {
      const blocks = Array.from({ length: Math.floor(1_000_000 / length) }, () =>
        heap.alloc(length),
      );
      // Every 7th is freed, then the others: this order leaves free blocks everywhere on the way.
      for (let start = 0; start < 7; start++) {
        for (let i = start; i < blocks.length; i += 7) heap.free(blocks[i], length);
      }
    };
    fill(100);
    const pages = heap.pages;
    for (const length of [24, 500, 1000, 5000, 100]) fill(length);
    assert.ok(heap.pages <= pages * 1.25, `${heap.pages} pages after ${pages}`);
  });

  test("grows nothing for a block aligned to 2 GiB when there is no such address, and serves other blocks", () => {
    const heap = openHeap(granary, { maximumPages: 100 });
    const pages = heap.pages;
    assert.equal(heap.alloc(8, 31), 0);
    assert.equal(heap.pages, pages);
    assert.notEqual(heap.alloc(8, 3), 0);
  });

  test("grows up to 2 GiB for a block that is aligned to that", () => {
    const heap = openHeap(granary);
    assert.equal(heap.alloc(8, 31), 2 ** 31);
    heap.bytes(2 ** 31, 8).fill(1);
  });
});

/** A heap in which blocks of this sum lie side by side, in the order of their allocation. */
function openWithRoom(length) {
  const heap = openHeap(granary);
  heap.free(heap.alloc(length), length);
  return heap;
}

/** A buffer that doubles up to half a mebibyte, with a small block allocated before each doubling. */
function doublingPass(heap) {
  const others = [];
  let address = heap.alloc(16);
  let length = 16;
  let copied = 0;
  for (; length < 2 ** 19; length *= 2) {
    others.push(heap.alloc(64));
    let moved = heap.remap(address, length, 4, length * 2);
    if (moved === 0) {
      moved = heap.alloc(length * 2);
      heap.free(address, length);
    }
    if (moved !== address) copied += length;
    address = moved;
  }
  heap.free(address, length);
  for (const other of others) heap.free(other, 64);
  return { copied, pages: heap.pages };
}

describe("granary, when a block changes its length,", () => {
  test("grows the memory for the last block, which does not move", () => {
    const heap = openHeap(granary);
    const address = heap.alloc(100_000);
    let length = 100_000;
    while (length < 10_000_000) {
      assert.ok(heap.resize(address, length, 4, length * 2), `${length} to ${length * 2}`);
      length *= 2;
    }
  });

  for (const kept of [0, 300]) {
    test(`hardly ever copies a doubling buffer, while small blocks come and go beside ${kept}`, () => {
      const heap = openHeap(granary);
      for (let i = 0; i < kept; i++) heap.alloc(64);
      const passes = Array.from({ length: 20 }, () => doublingPass(heap));
      // As much as dlmalloc copies.
      for (const { copied } of passes) assert.ok(copied < 2 ** 14, `${copied} bytes`);
      // The class of the small blocks may get its first span on the way.
      assert.equal(heap.pages, passes[9].pages);
    });
  }

  test("moves a doubling buffer only once, while small blocks come and go beside 2000", () => {
    const heap = openHeap(granary);
    for (let i = 0; i < 2000; i++) heap.alloc(64);
    const passes = Array.from({ length: 20 }, () => doublingPass(heap));
    for (const { copied } of passes) assert.ok(copied < 2 ** 16 + 2 ** 14, `${copied} bytes`);
    assert.equal(heap.pages, passes[9].pages);
  });

  test("moves a doubling buffer only once, where a span lies in its way", () => {
    const heap = openHeap(granary);
    const large = heap.alloc(300_000);
    const small = Array.from({ length: 300 }, () => heap.alloc(64));
    for (const address of small) heap.free(address, 64);
    heap.free(large, 300_000);
    const passes = Array.from({ length: 20 }, () => doublingPass(heap));
    for (const { copied } of passes) assert.ok(copied < 2 ** 18 + 2 ** 14, `${copied} bytes`);
    assert.equal(heap.pages, passes[0].pages);
  });

  test("grows it into the free block above it", () => {
    const heap = openWithRoom(500_000);
    const first = heap.alloc(50_000);
    const second = heap.alloc(50_000);
    heap.alloc(50_000);
    assert.equal(heap.resize(first, 50_000, 4, 60_000), false, "its neighbour is in use");
    heap.free(second, 50_000);
    const pages = heap.pages;
    assert.ok(heap.resize(first, 50_000, 4, 90_000));
    assert.equal(heap.pages, pages);
  });

  test("gives the end of a block that shrinks back", () => {
    const heap = openHeap(granary);
    const address = heap.alloc(500_000);
    const fence = heap.alloc(10_000);
    assert.ok(heap.resize(address, 500_000, 4, 20_000));
    const pages = heap.pages;
    const inTail = heap.alloc(400_000);
    assert.ok(inTail > address && inTail < fence);
    assert.equal(heap.pages, pages);
  });

  test("keeps a small block in place down to half of its slot, and no further", () => {
    const heap = openHeap(granary);
    // Enough of the class to have slots of their own.
    for (let i = 0; i < 1000; i++) heap.alloc(512);
    const address = heap.alloc(512);
    assert.ok(heap.resize(address, 512, 4, 300));
    assert.ok(heap.resize(address, 300, 4, 256));
    assert.equal(heap.resize(address, 256, 4, 255), false);
    assert.ok(heap.resize(address, 256, 4, 512), "and back up to the whole slot");
    assert.equal(heap.resize(address, 512, 4, 513), false);
  });

  test("moves it down into the free block below it, with remap", () => {
    const heap = openWithRoom(1_500_000);
    const before = heap.alloc(300_000);
    const block = heap.alloc(200_000);
    heap.alloc(100_000);
    heap.bytes(block, 200_000).forEach((_, i, bytes) => (bytes[i] = i % 251));
    heap.free(before, 300_000);
    const pages = heap.pages;
    assert.equal(heap.resize(block, 200_000, 4, 400_000), false, "resize may not move it");
    const moved = heap.remap(block, 200_000, 4, 400_000);
    assert.equal(moved, before);
    assert.equal(heap.pages, pages, "no second copy's worth of memory");
    assert.ok(heap.bytes(moved, 200_000).every((byte, i) => byte === i % 251));
  });
});

describe("granary, when its memory cannot grow,", () => {
  test("serves the blocks that fit into the initial memory, and then answers 0 and changes nothing", () => {
    const initialPages = openHeap(granary).pages;
    const heap = openHeap(granary, { maximumPages: initialPages });
    const blocks = [];
    for (let address; (address = heap.alloc(100)) !== 0;) blocks.push(address);
    assert.ok(blocks.length > 300, `${blocks.length} blocks`);
    blocks.forEach((address, i) => heap.fill(address, 100, i & 0xff));
    for (const length of [100, 1000, 100_000, 2 ** 31]) assert.equal(heap.alloc(length), 0);
    assert.equal(heap.pages, initialPages);
    for (const [i, address] of blocks.entries()) {
      assert.equal(heap.firstOther(address, 100, i & 0xff), -1);
      heap.free(address, 100);
    }
    assert.notEqual(heap.alloc(20_000), 0, "what was freed serves any other size");
  });

  test("refuses to grow the last block and leaves it as it was", () => {
    const heap = openHeap(granary, { maximumPages: 4 });
    const address = heap.alloc(100_000);
    heap.fill(address, 100_000, 0x3c);
    assert.equal(heap.resize(address, 100_000, 4, 400_000), false);
    assert.equal(heap.remap(address, 100_000, 4, 400_000), 0);
    assert.equal(heap.firstOther(address, 100_000, 0x3c), -1);
    assert.ok(heap.resize(address, 100_000, 4, 110_000), "a smaller growth is still served");
  });
});

describe("granary, when a stranger grows the memory,", () => {
  test("does not touch the stranger's pages and serves further blocks from its next growth", () => {
    const heap = openHeap(granary);
    heap.alloc(100_000);
    const stranger = heap.growAsStranger(3);
    heap.fill(stranger, 3 * pageSize, 0x99);
    const blocks = Array.from({ length: 50 }, () => heap.alloc(30_000));
    for (const address of blocks) heap.fill(address, 30_000, 0x11);
    for (const address of blocks) heap.free(address, 30_000);
    assert.equal(heap.firstOther(stranger, 3 * pageSize, 0x99), -1);
  });

  test("still uses the end of its own pages below the stranger's", () => {
    const heap = openHeap(granary);
    heap.alloc(100_000);
    const stranger = heap.growAsStranger(1);
    heap.alloc(1_000_000);
    const blocks = Array.from({ length: 20 }, () => heap.alloc(1000));
    assert.ok(blocks.some((address) => address < stranger));
  });
});

/** From the first to the last of those blocks that lie side by side. */
function longestRun(blocks) {
  let [begin, end, longest] = [0, 0, 0];
  for (const { address, length } of [...blocks].sort((a, b) => a.address - b.address)) {
    if (address - end > pageSize) begin = address;
    end = address + length;
    longest = Math.max(longest, end - begin);
  }
  return longest;
}

// No memory reaches the end of 64-bit addresses.
describe("granary, at the end of the address space,", { skip: isWide }, () => {
  test("uses the last page below 4 GiB, and no address wraps", () => {
    const heap = openHeap(granary);
    heap.growAsStranger(65_536 - 200 - heap.pages);
    const blocks = [];
    // Until everything is refused, down to the smallest.
    for (const length of [100_000, 10_000, 1000, 100, 8]) {
      for (let address; (address = heap.alloc(length)) !== 0;) {
        assert.ok(address + length <= 2 ** 32);
        heap.fill(address, length, blocks.length & 0xff);
        blocks.push({ address, length });
      }
    }
    assert.equal(heap.pages, 65_536);
    const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
    assert.ok(bytes > 60 * pageSize, `${bytes} bytes`);
    blocks.forEach(({ address, length }, i) =>
      assert.equal(heap.firstOther(address, length, i & 0xff), -1),
    );
    const last = blocks.reduce((one, other) => (other.address > one.address ? other : one));
    assert.equal(heap.resize(last.address, last.length, 4, 2 ** 32 - 1), false);
    for (const { address, length } of blocks) heap.free(address, length);
    assert.notEqual(heap.alloc(longestRun(blocks)), 0, "and it all coalesces again");
  });
});
