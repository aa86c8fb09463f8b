// The malloc family to the letter of C17 and POSIX.1-2017, as the exports of granary-malloc.wasm
// and as linked from the library. Addresses and sizes are compared as unsigned numbers.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mallocFaces } from "./support/malloc-faces.js";
import { pageSize } from "./support/products.js";
import { addressBits, isWide, largestWord, word, wordBytes } from "./support/width.js";

const EINVAL = 28;
const ENOMEM = 48;
/** Half of the address space, whose double is 0 where the upper bits are lost. */
const half = 2 ** (addressBits - 1);
/** Three of them are two more than the address space. */
const aThird = isWide ? 0x5555555555555556n : 0x55555556;
const sizes = [1, 8, 13, 16, 17, 100, 252, 1000, 1025, 2048, 2049, 4096, 20_000, 65_536, 300_000];
// The first few blocks of a size are aligned to 16 in any case; those that follow lie close together.
const sizesAt = (align) => [
  0,
  ...sizes,
  ...Array(align < 16 ? 700 : 0)
    .fill([8, 24, 40])
    .flat(),
];
const notPowersOfTwo = [0, 3, 24, 48, 65_535, word(half) + word(1), largestWord];

for (const { name, open } of mallocFaces) {
  describe(`malloc of ${name}`, () => {
    test("gives blocks of every size, aligned to 16, none over another", () => {
      const c = open();
      const blocks = [];
      for (let size = 0; size < 2500; size++) blocks.push({ address: c.malloc(size), size });
      for (const size of sizes) blocks.push({ address: c.malloc(size), size });
      blocks.sort((a, b) => a.address - b.address);
      blocks.forEach(({ address, size }, i) => {
        assert.notEqual(address, 0);
        assert.equal(address % 16, 0, `${size} bytes`);
        const next = blocks[i + 1]?.address ?? c.byteLength;
        assert.ok(address + Math.max(size, 1) <= next, `${size} bytes`);
      });
    });

    test("gives a block of its own for 0 bytes, and free takes it back", () => {
      const c = open();
      assert.equal(new Set([0, c.malloc(0), c.malloc(0), c.calloc(0, 8), c.calloc(8, 0)]).size, 5);
      const { pages } = c;
      for (let i = 0; i < 100_000; i++) c.free(c.malloc(0));
      assert.equal(c.pages, pages);
    });

    test("answers NULL for a size that cannot exist, and nothing grows", () => {
      const c = open();
      const { pages } = c;
      for (const below of [0, 1, 7, 8, 15, 16, 17, 4096, 65_535, 65_536]) {
        const size = largestWord - word(below);
        assert.equal(c.malloc(size), 0);
        assert.equal(c.calloc(1, size), 0);
        assert.equal(c.realloc(0, size), 0);
        assert.equal(c.aligned_alloc(64, size), 0);
      }
      assert.equal(c.pages, pages);
    });
  });

  describe(`free of ${name}`, () => {
    test("does nothing with NULL", () => {
      const c = open();
      c.free(c.malloc(100));
      const before = Buffer.from(c.exports.memory.buffer.slice(0));
      c.free(0);
      assert.ok(before.equals(Buffer.from(c.exports.memory.buffer)));
    });

    test("takes back the blocks of every call, and their memory serves any other", () => {
      const c = open();
      const result = c.malloc(wordBytes);
      const posix = (size) => {
        assert.equal(c.posix_memalign(result, 32, size), 0);
        return c.wordAt(result);
      };
      const calls = [
        (size) => c.malloc(size),
        (size) => c.calloc(1, size),
        (size) => c.realloc(0, size),
        (size) => c.realloc(c.malloc(10), size),
        (size) => c.reallocarray(0, 1, size),
        (size) => c.aligned_alloc(128, size),
        (size) => c.memalign(4096, size),
        posix,
      ];
      const work = () => {
        for (const call of calls) {
          const blocks = sizes.map(call);
          for (const address of blocks) c.free(address);
        }
      };
      // The engine settles as it sees which sizes come often.
      for (let round = 0; round < 100; round++) work();
      const { pages } = c;
      for (let round = 0; round < 500; round++) work();
      assert.equal(c.pages, pages);
      c.free(c.malloc((pages - 3) * pageSize));
      assert.equal(c.pages, pages, "emptied, it serves one block of nearly all pages");
    });
  });

  describe(`calloc of ${name}`, () => {
    test("gives zeroed blocks, also where something was written before", () => {
      const c = open();
      for (const size of [...sizes, 24, 40, 5000, 70_000]) {
        const dirty = Array.from({ length: 10 }, () => c.malloc(size));
        for (const address of dirty) c.fill(address, size, 0xff);
        for (const address of dirty) c.free(address);
        const blocks = Array.from({ length: 20 }, () => c.calloc(size, 1));
        for (const address of blocks) {
          assert.equal(c.firstOther(address, size, 0), -1, `${size} bytes`);
          c.fill(address, size, 0xee);
        }
        for (const address of blocks) c.free(address);
      }
    });

    test("gives room for all elements", () => {
      const c = open();
      const address = c.calloc(300, 40);
      assert.ok(c.malloc_usable_size(address) >= 12_000);
      assert.equal(c.firstOther(address, 12_000, 0), -1);
    });

    test("answers NULL when the product of its arguments overflows, and nothing grows", () => {
      const c = open();
      const { pages } = c;
      // Each product is small once its upper bits are lost.
      for (const [count, size] of [
        [2 ** (addressBits / 2), 2 ** (addressBits / 2)],
        [half, 2],
        [3, aThird],
        [aThird, 3],
        [largestWord, largestWord],
      ]) {
        assert.equal(c.calloc(count, size), 0, `${count} of ${size}`);
        assert.equal(c.reallocarray(0, count, size), 0, `${count} of ${size}`);
      }
      assert.equal(c.pages, pages);
    });

    test("does not clear memory that was never used", () => {
      const c = open();
      const first = c.malloc(100_000);
      // The host writes where nothing was ever allocated: only clearing could remove it.
      const beyond = c.byteLength - 8192;
      assert.ok(beyond > first + 100_000);
      c.fill(beyond, 1, 0x5a);
      const size = beyond - first - 100_000 + 64;
      const address = c.calloc(1, size);
      assert.ok(address < beyond && beyond < address + size, "the block holds that byte");
      assert.equal(c.bytes(beyond, 1)[0], 0x5a);
    });
  });

  describe(`realloc of ${name}`, () => {
    test("keeps the contents up to the smaller size, moved or not, and the result is aligned", () => {
      const c = open();
      let moved = 0;
      let stayed = 0;
      for (const size of sizes) {
        for (const newSize of [...sizes, size + 1, size - 1, size * 2]) {
          const address = c.malloc(size);
          const neighbour = c.malloc(16);
          c.fill(address, size, 0x5a);
          const result = c.realloc(address, newSize);
          const what = `${size} to ${newSize}`;
          assert.notEqual(result, 0, what);
          assert.equal(result % 16, 0, what);
          assert.equal(c.firstOther(result, Math.min(size, newSize), 0x5a), -1, what);
          assert.ok(c.malloc_usable_size(result) >= newSize, what);
          if (result === address) stayed++;
          else moved++;
          c.free(result);
          c.free(neighbour);
        }
      }
      assert.ok(moved > 0 && stayed > 0, `${moved} moved, ${stayed} stayed`);
    });

    test("reads no byte beyond the old block, not even where the memory ends", () => {
      const c = open();
      const hole = c.malloc(200_000);
      const below = c.malloc(16);
      const block = c.malloc(40_000);
      const above = c.malloc(16);
      assert.ok(block < above && block + 190_000 > c.byteLength, "the memory ends soon");
      c.free(hole);
      c.fill(block, 40_000, 0x5a);
      const moved = c.realloc(block, 190_000);
      assert.ok(moved < below, "the block moved into the hole");
      assert.equal(c.firstOther(moved, 40_000, 0x5a), -1);
    });

    test("of NULL does what malloc does", () => {
      const c = open();
      const other = open();
      for (const size of [0, ...sizes]) assert.equal(c.realloc(0, size), other.malloc(size));
    });

    test("to 0 bytes keeps a block, which only free ends", () => {
      const c = open();
      for (const size of sizes) {
        const address = c.realloc(c.malloc(size), 0);
        assert.notEqual(address, 0);
        c.fill(address, 1, 0x77);
        const others = Array.from({ length: 200 }, () => c.malloc(1));
        assert.ok(!others.includes(address), `block of ${size}`);
        for (const other of others) c.free(other);
        assert.equal(c.firstOther(address, 1, 0x77), -1);
        c.free(address);
      }
    });

    test("that fails leaves the block as it was", () => {
      const c = open(20);
      for (const size of sizes) {
        const address = c.malloc(size);
        const usable = c.malloc_usable_size(address);
        c.fill(address, usable, 0x3c);
        for (const newSize of [largestWord, largestWord - word(16), half, 20 * pageSize]) {
          assert.equal(c.realloc(address, newSize), 0, `${size} to ${newSize}`);
          assert.equal(c.reallocarray(address, 1, newSize), 0, `${size} to ${newSize}`);
        }
        assert.equal(c.reallocarray(address, half, 2), 0);
        assert.equal(c.malloc_usable_size(address), usable);
        assert.equal(c.firstOther(address, usable, 0x3c), -1);
        c.free(address);
      }
    });

    test("with an array's arguments (reallocarray) keeps the contents", () => {
      const c = open();
      const address = c.reallocarray(0, 10, 10);
      c.fill(address, 100, 0x21);
      const grown = c.reallocarray(address, 300, 10);
      assert.equal(c.firstOther(grown, 100, 0x21), -1);
      assert.ok(c.malloc_usable_size(grown) >= 3000);
    });
  });

  describe(`aligned blocks of ${name}`, () => {
    for (const call of ["aligned_alloc", "memalign"]) {
      test(`${call} serves every power of two up to 64 KiB, and none below 16`, () => {
        const c = open();
        for (let align = 1; align <= 65_536; align *= 2) {
          for (const size of sizesAt(align)) {
            const address = c[call](align, size);
            const what = `${size} bytes at ${align}`;
            assert.notEqual(address, 0, what);
            assert.equal(address % Math.max(align, 16), 0, what);
            c.fill(address, size, 1);
          }
        }
      });

      test(`${call} answers NULL for an alignment that is no power of two`, () => {
        const c = open();
        for (const align of notPowersOfTwo) assert.equal(c[call](align, 100), 0, `${align}`);
      });
    }

    test("posix_memalign serves every power of two from the size of a pointer to 64 KiB", () => {
      const c = open();
      const result = c.malloc(wordBytes);
      for (let align = wordBytes; align <= 65_536; align *= 2) {
        for (const size of sizesAt(align)) {
          assert.equal(c.posix_memalign(result, align, size), 0);
          const address = c.wordAt(result);
          assert.notEqual(address, 0);
          assert.equal(address % Math.max(align, 16), 0, `${size} bytes at ${align}`);
        }
      }
    });

    test("posix_memalign that fails says why, and leaves the result as it was", () => {
      const c = open(20);
      const result = c.malloc(wordBytes);
      c.fill(result, wordBytes, 0x99);
      for (const align of [...notPowersOfTwo, 1, 2]) {
        assert.equal(c.posix_memalign(result, align, 100), EINVAL, `${align}`);
      }
      for (const size of [largestWord, half, 20 * pageSize]) {
        assert.equal(c.posix_memalign(result, 16, size), ENOMEM, `${size} bytes`);
      }
      assert.equal(c.firstOther(result, wordBytes, 0x99), -1);
    });
  });

  describe(`malloc_usable_size of ${name}`, () => {
    test("is at least the size, and all of it can be written without harm to other blocks", () => {
      const c = open();
      const aligns = [16, 16, 64, 1024];
      const blocks = [...sizes, ...sizes, ...sizes].map((size, i) => {
        const address = c.aligned_alloc(aligns[i % aligns.length], size);
        const usable = c.malloc_usable_size(address);
        assert.ok(usable >= size, `${usable} of ${size}`);
        return { address, usable, value: i + 1 };
      });
      for (const { address, usable, value } of blocks) c.fill(address, usable, value);
      for (const { address, usable, value } of blocks) {
        assert.equal(c.firstOther(address, usable, value), -1);
        c.free(address);
      }
      const { pages } = c;
      for (const { usable } of blocks) c.malloc(usable);
      assert.equal(c.pages, pages, "the heap is whole");
    });

    test("is 0 for NULL", () => assert.equal(open().malloc_usable_size(0), 0));
  });
}
