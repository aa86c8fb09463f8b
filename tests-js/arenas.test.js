// Arenas through the calls of hosts and of C programs. The arena itself is for tests-native/unit/arena_test.cc;
// here it is what stands between: `ctx`, the exports, the headers, and what the heap has of it all.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arenaPrograms } from "./support/arena-programs.js";
import { instantiate, link } from "./support/link.js";
import { recordOf } from "./support/public-headers.js";
import { Random, seeds } from "./support/random.js";

const pageSize = 65536;

/** Reads the words at a handle by the fields of include/granary_arena.h. */
function wordsOf({ memory }, handle) {
  const { fields } = recordOf("granary_arena");
  const words = new Uint32Array(memory.buffer, handle, fields.length);
  return Object.fromEntries(fields.map(({ name }, index) => [name, words[index]]));
}

function chunksOf(exports, handle) {
  const chunks = [];
  for (let { chunks: address } = wordsOf(exports, handle); address !== 0;) {
    const [below, size] = new Uint32Array(exports.memory.buffer, address, 2);
    chunks.push({ address, size });
    address = below;
  }
  return chunks;
}

for (const { name, checked, open, pagesBefore } of arenaPrograms) {
  const pagesOf = ({ memory }) => memory.buffer.byteLength / pageSize - pagesBefore;

  describe(`with ${name}`, () => {
    test("a ctx of 0 is the heap, in which what is freed is had again", () => {
      const heap = open();
      const block = heap.alloc(0, 100_000, 4, 0);
      const pages = pagesOf(heap);
      heap.free(0, block, 100_000, 4, 0);
      for (let round = 0; round < 100; round++) {
        const again = heap.alloc(0, 100_000, 4, 0);
        heap.free(0, again, 100_000, 4, 0);
      }
      assert.equal(pagesOf(heap), pages);
    });

    test("blocks of arenas and of the heap keep their bytes beside each other", () => {
      for (const seed of seeds(1, 6)) mixedRun(open(seed % 2 === 0 ? 60 : undefined), seed);
    });

    test("reset and destroy give memory back: many requests take no more than one", () => {
      const heap = open();
      const request = (arena) => {
        for (let count = 0; count < 500; count++) {
          assert.notEqual(heap.alloc(arena, 1 + ((count * 37) % 900), count % 6, 0), 0);
        }
      };
      const kept = heap.arena_new(0);
      request(kept);
      heap.arena_reset(kept);
      const own = heap.arena_new(5000);
      request(own);
      heap.arena_destroy(own);
      // In a checked heap blocks wait in the quarantine first.
      const pages = pagesOf(heap) + (checked ? 4 : 0);
      for (let round = 0; round < 200; round++) {
        request(kept);
        heap.arena_reset(kept);
        const arena = heap.arena_new(5000);
        request(arena);
        heap.arena_destroy(arena);
      }
      assert.ok(pagesOf(heap) <= pages, `${pagesOf(heap)} pages after ${pages}`);
    });

    test("without memory an arena says so, and the heap and the arena are as they were", () => {
      const heap = open(pagesBefore + 6);
      const arena = heap.arena_new(0);
      const blocks = [];
      for (let block; (block = heap.alloc(arena, 3000, 4, 0)) !== 0;) blocks.push(block);
      assert.ok(blocks.length > 60, `${blocks.length} blocks`);
      for (let left = 3000; left > 0; left -= 10) heap.alloc(arena, left, 0, 0);
      assert.equal(heap.alloc(arena, 3000, 4, 0), 0);
      const last = blocks.at(-1);
      assert.equal(heap.remap(arena, last, 3000, 4, 1_000_000, 0), 0);
      for (const block of blocks) heap.free(arena, block, 3000, 4, 0);
      heap.arena_reset(arena);
      for (let round = 0; round < blocks.length; round++) {
        assert.notEqual(heap.alloc(arena, 3000, 4, 0), 0);
      }
      heap.arena_destroy(arena);
      // The block records of a checked heap lie in the middle of it.
      const large = heap.alloc(0, (checked ? 1 : 3) * pageSize, 4, 0);
      assert.notEqual(large, 0, "the heap has all of it back");
    });

    test("an arena over a buffer takes no memory of the heap", { skip: checked }, () => {
      const heap = open();
      const buffer = heap.alloc(0, 1000, 0, 0);
      const pages = pagesOf(heap);
      for (const size of [0, 4, 20]) assert.equal(heap.arena_over(buffer, size), 0);
      for (let round = 0; round < 3; round++) {
        const arena = heap.arena_over(buffer, 1000);
        assert.ok(arena >= buffer && arena < buffer + 8);
        let bytes = 0;
        for (let block; (block = heap.alloc(arena, 10, 0, 0)) !== 0; bytes += 10) {
          assert.ok(block > buffer && block + 10 <= buffer + 1000);
        }
        assert.ok(bytes >= 960);
        heap.arena_reset(arena);
        assert.notEqual(heap.alloc(arena, bytes, 0, 0), 0);
        heap.arena_destroy(arena);
      }
      assert.equal(pagesOf(heap), pages);
      heap.free(0, buffer, 1000, 0, 0);
    });

    test("a checked arena over a buffer has as many bytes at once", { skip: !checked }, () => {
      const heap = open();
      const buffer = heap.alloc(0, 1000, 0, 0);
      const arena = heap.arena_over(buffer, 1000);
      const blocks = [];
      for (let block; (block = heap.alloc(arena, 10, 0, 0)) !== 0;) blocks.push(block);
      assert.ok(blocks.length >= 96 && blocks.length < 100);
      assert.equal(heap.resize(arena, blocks.at(-1), 10, 0, 20, 0), 0);
      heap.free(arena, blocks.pop(), 10, 0, 0);
      assert.notEqual(heap.alloc(arena, 10, 0, 0), 0);
      heap.arena_reset(arena);
      assert.notEqual(heap.alloc(arena, 900, 0, 0), 0);
    });

    test("the words at a handle lead to its chunks, and kept_size limits what stays", () => {
      const heap = open();
      const arena = heap.arena_new(5000);
      const block = heap.alloc(arena, 100, 4, 0);
      if (checked) {
        assert.deepEqual(chunksOf(heap, arena), []);
        return;
      }
      const [chunk] = chunksOf(heap, arena);
      assert.ok(chunk.size >= 5000);
      assert.ok(block > chunk.address && block + 100 <= chunk.address + chunk.size);
      const { next, end, kept_size: kept } = wordsOf(heap, arena);
      assert.equal(next, block + 100);
      assert.equal(end, chunk.address + chunk.size);
      assert.equal(kept, 2 ** 32 - 1);
      heap.arena_reset(arena);
      assert.equal(chunksOf(heap, arena).length, 1);
      const { fields } = recordOf("granary_arena");
      const index = fields.findIndex((field) => field.name === "kept_size");
      new Uint32Array(heap.memory.buffer, arena, fields.length)[index] = 4999;
      heap.arena_reset(arena);
      assert.deepEqual(chunksOf(heap, arena), []);
    });

    test("arena_destroy takes 0 for no arena", () => {
      const heap = open();
      const arena = heap.arena_new(0);
      heap.arena_destroy(0);
      assert.notEqual(heap.alloc(arena, 10, 0, 0), 0);
    });

    test("sizes that cannot exist find no memory", () => {
      const heap = open();
      const arena = heap.arena_new(0);
      for (const size of [2 ** 32 - 1, 2 ** 32 - 16, 2 ** 32 - 65536]) {
        for (const log2 of [0, 4, 16]) assert.equal(heap.alloc(arena, size, log2, 0), 0);
      }
      assert.notEqual(heap.arena_new(2 ** 32 - 1), 0);
      assert.equal(pagesOf(heap), pagesOf(open()));
    });

    test("C's calls take alignments in bytes, and refuse other numbers and no object's sizes", (t) => {
      const heap = open();
      if (heap.c_alloc === undefined) return t.skip("a module has no such calls");
      const arena = heap.arena_new(0);
      for (const align of [1, 2, 16, 4096]) assert.equal(heap.c_alloc(arena, 10, align) % align, 0);
      for (const align of [0, 3, 24]) assert.equal(heap.c_alloc(arena, 10, align), 0);
      assert.equal(heap.c_alloc(arena, 2 ** 31, 1), 0);
      const block = heap.c_alloc(arena, 10, 16);
      assert.equal(heap.c_resize(arena, block, 10, 16, 2 ** 31), 0);
      assert.equal(heap.c_resize(arena, block, 10, 16, 5), 1);
      heap.c_free(arena, block, 5, 16);
      if (!checked) assert.equal(heap.c_alloc(arena, 10, 16), block);
    });
  });
}

for (const library of ["libgranary", "libgranary-checked"]) {
  describe(`a bare C++ program with granary_arena.hpp and ${library}.a`, () => {
    const open = () => {
      const linkerOptions = [`dist/${library}.a`];
      return instantiate(link("tests-js/library/arena.cc", { library: false, linkerOptions }));
    };

    test("makes objects in an arena that ends with its scope", () => {
      const { memory, sum_of_list: sumOfList, zeros } = open();
      assert.equal(sumOfList(1000), 500_500);
      assert.equal(zeros(10_000), 0);
      assert.equal(zeros(2 ** 30), -1, "an array that cannot be");
      for (let round = 0; round < 10; round++) sumOfList(1000);
      const { byteLength } = memory.buffer;
      for (let round = 0; round < 100; round++) assert.equal(sumOfList(1000), 500_500);
      assert.equal(memory.buffer.byteLength, byteLength);
    });

    test("has one over a buffer, moves arenas, and limits what reset keeps", () => {
      const exports = open();
      if (!library.endsWith("checked")) assert.equal(exports.in_buffer(), 1);
      assert.equal(exports.moved(), 1);
      assert.equal(exports.request(100), 1);
    });
  });
}

/** Random calls on the heap and on three arenas, each block filled with a byte that it keeps. */
function mixedRun(exports, seed) {
  const random = new Random(seed);
  const heaps = [0, 1, 2, 3].map((index) => ({
    context: index === 0 ? 0 : exports.arena_new(random.below(5000)),
    blocks: [],
  }));
  const bytesOf = ({ address, length }) => new Uint8Array(exports.memory.buffer, address, length);
  const check = (block) => {
    const other = bytesOf(block).findIndex((byte) => byte !== block.byte);
    assert.equal(other, -1, `SEED=${seed}: byte ${other} of ${block.length} changed`);
  };
  for (let step = 0; step < 4000; step++) {
    const heap = heaps[random.below(heaps.length)];
    const { context, blocks } = heap;
    const block = random.oneIn(2) ? blocks.at(-1) : blocks[random.below(blocks.length)];
    const choice = random.below(100);
    if (choice < 55 || block === undefined) {
      const [length, log2] = [random.below(random.oneIn(30) ? 50_000 : 400), random.below(8)];
      const address = exports.alloc(context, length, log2, 0);
      if (address === 0) continue;
      assert.equal(address % 2 ** log2, 0);
      const made = { address, length, log2, byte: random.below(256) };
      bytesOf(made).fill(made.byte);
      blocks.push(made);
    } else if (choice < 75) {
      check(block);
      exports.free(context, block.address, block.length, block.log2, 0);
      blocks.splice(blocks.indexOf(block), 1);
    } else if (choice < 98) {
      const length = 1 + random.below(2 * block.length + 10);
      const call = random.oneIn(2) ? "resize" : "remap";
      const answer = exports[call](context, block.address, block.length, block.log2, length, 0);
      if (answer === 0) {
        if (context !== 0) assert.ok(length > block.length, `SEED=${seed}`);
        continue;
      }
      if (call === "remap") block.address = answer;
      check({ ...block, length: Math.min(length, block.length) });
      block.length = length;
      bytesOf(block).fill(block.byte);
    } else if (context !== 0) {
      blocks.forEach(check);
      heap.blocks = [];
      exports.arena_reset(context);
      if (random.oneIn(3)) {
        exports.arena_destroy(context);
        heap.context = exports.arena_new(random.below(5000));
        assert.notEqual(heap.context, 0);
      }
    }
  }
  for (const { blocks } of heaps) blocks.forEach(check);
}
