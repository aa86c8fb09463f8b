// No block of C and C++ is larger than PTRDIFF_MAX bytes, because the difference of its ends would be a
// negative number. A call that is refused for that reason grows nothing and changes nothing. The four
// calls are no face of C: their blocks may reach to the last byte of the memory.
//
// Memory is only reserved here, not touched: the largest blocks have 2 GiB.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { libraries, link } from "./support/link.js";
import { family, Malloc, mallocModules } from "./support/malloc-faces.js";
import { isWide, largestWord, word, wordBytes } from "./support/width.js";

/** PTRDIFF_MAX. */
const largestObject = (largestWord - word(1)) / word(2);
const tooLarge = [
  ...[1, 2, 4097, 2 ** 30].map((above) => largestObject + word(above)),
  ...[65_535, 0].map((below) => largestWord - word(below)),
];
const noSuchMemory = isWide && "no memory with 64-bit addresses has 2^63 bytes";
const ENOMEM = 48;

const own = ["granary_alloc", "granary_alloc_zeroed", "granary_resize", "granary_remap"];
const newForms = [
  ...["_Znwm", "_Znam", "_ZnwmSt11align_val_t", "_ZnamSt11align_val_t"],
  ...["_ZnwmRKSt9nothrow_t", "_ZnamRKSt9nothrow_t"],
  ...["_ZnwmSt11align_val_tRKSt9nothrow_t", "_ZnamSt11align_val_tRKSt9nothrow_t"],
];
const entries = [...family, ...own, ...newForms, "cabi_realloc", "granary_vtable"];

const programs = libraries.map((name) => ({
  name,
  bytes: link([], {
    library: false,
    exports: entries,
    linkerOptions: [`dist/${name}`, "--export-table"],
  }),
}));

const open = (bytes) => new Malloc(bytes);

/** Every way to get a block of the C family, by its name. */
const mallocCalls = {
  malloc: (c, size) => c.malloc(size),
  "calloc of one": (c, size) => c.calloc(1, size),
  "calloc of bytes": (c, size) => c.calloc(size, 1),
  "realloc of NULL": (c, size) => c.realloc(0, size),
  "reallocarray of NULL": (c, size) => c.reallocarray(0, size, 1),
  "aligned_alloc at 16": (c, size) => c.aligned_alloc(16, size),
  "aligned_alloc at 64 KiB": (c, size) => c.aligned_alloc(65_536, size),
  memalign: (c, size) => c.memalign(64, size),
};

const libraryCalls = {
  ...mallocCalls,
  granary_alloc: (c, size) => c.granary_alloc(size, 16),
  granary_alloc_zeroed: (c, size) => c.granary_alloc_zeroed(size, 1),
  "operator new, nothrow": (c, size) => c._ZnwmRKSt9nothrow_t(size, 0),
  "operator new[], nothrow": (c, size) => c._ZnamRKSt9nothrow_t(size, 0),
  "operator new, aligned, nothrow": (c, size) => c._ZnwmSt11align_val_tRKSt9nothrow_t(size, 64, 0),
  "operator new[], aligned, nothrow": (c, size) =>
    c._ZnamSt11align_val_tRKSt9nothrow_t(size, 64, 0),
};

const trapping = {
  "operator new": (c, size) => c._Znwm(size),
  "operator new[]": (c, size) => c._Znam(size),
  "operator new, aligned": (c, size) => c._ZnwmSt11align_val_t(size, 64),
  "operator new[], aligned": (c, size) => c._ZnamSt11align_val_t(size, 64),
  cabi_realloc: (c, size) => c.cabi_realloc(0, 0, 1, size),
};

for (const { name, bytes, calls } of [
  ...mallocModules.map((module) => ({ ...module, calls: mallocCalls })),
  ...programs.map((program) => ({ ...program, calls: libraryCalls })),
]) {
  describe(`for more than PTRDIFF_MAX bytes in ${name}`, () => {
    for (const [call, allocate] of Object.entries(calls)) {
      test(`${call} answers NULL, and nothing grows`, () => {
        const c = open(bytes);
        c.malloc(100);
        const { pages } = c;
        for (const size of tooLarge) assert.equal(allocate(c, size), 0, `${size} bytes`);
        assert.equal(c.pages, pages);
      });
    }

    test("posix_memalign answers ENOMEM, with the result as it was, and nothing grows", () => {
      const c = open(bytes);
      const result = c.malloc(wordBytes);
      c.fill(result, wordBytes, 0x99);
      const { pages } = c;
      for (const size of tooLarge) assert.equal(c.posix_memalign(result, 16, size), ENOMEM);
      assert.equal(c.firstOther(result, wordBytes, 0x99), -1);
      assert.equal(c.pages, pages);
    });

    test("realloc answers NULL, and the block is as it was, however much room there is above it", () => {
      const c = open(bytes);
      for (const held of [100, 3000, 100_000]) {
        const address = c.malloc(held);
        c.fill(address, held, 0x3c);
        const { pages } = c;
        for (const size of tooLarge) {
          assert.equal(c.realloc(address, size), 0, `${held} to ${size}`);
          assert.equal(c.reallocarray(address, size, 1), 0, `${held} to ${size}`);
        }
        assert.equal(c.pages, pages);
        assert.equal(c.firstOther(address, held, 0x3c), -1);
        assert.ok(c.malloc_usable_size(address) >= held);
        c.free(address);
      }
    });
  });
}

for (const { name, bytes } of programs) {
  describe(`for more than PTRDIFF_MAX bytes in ${name}`, () => {
    for (const [call, allocate] of Object.entries(trapping)) {
      test(`${call} traps, and nothing grows`, () => {
        const c = open(bytes);
        c.malloc(100);
        const { pages } = c;
        for (const size of tooLarge) {
          assert.throws(() => allocate(c, size), WebAssembly.RuntimeError, `${size} bytes`);
        }
        assert.equal(c.pages, pages);
      });
    }

    test("no block grows through granary_resize, granary_remap or cabi_realloc", () => {
      const c = open(bytes);
      const address = c.granary_alloc(100_000, 16);
      c.fill(address, 100_000, 0x5d);
      const { pages } = c;
      for (const size of tooLarge) {
        assert.equal(c.granary_resize(address, 100_000, 16, size), 0);
        assert.equal(c.granary_remap(address, 100_000, 16, size), 0);
        const grow = () => c.cabi_realloc(address, 100_000, 16, size);
        assert.throws(grow, WebAssembly.RuntimeError);
      }
      assert.equal(c.pages, pages);
      assert.equal(c.firstOther(address, 100_000, 0x5d), -1);
      assert.equal(c.granary_remap(address, 100_000, 16, 100_001), address);
    });

    const calls = "the calls of granary_vtable refuse no block, because theirs are no objects of C";
    test(calls, { skip: noSuchMemory }, () => {
      const c = open(bytes);
      const heap = c.throughTable(c.exports.granary_vtable.value);
      assert.notEqual(heap.alloc(tooLarge[0]), 0);
    });
  });
}

describe("for PTRDIFF_MAX bytes", { skip: noSuchMemory }, () => {
  for (const { name, bytes } of programs) {
    const calls = Object.entries({ ...libraryCalls, ...trapping });
    // The checked library writes zeroes into every byte, and 2 GiB are too many for a test.
    const untouched = calls.filter(([call]) => !/checked/.test(name) || !/calloc|zero/.test(call));
    for (const [call, allocate] of untouched) {
      test(`${call} of ${name} gives a block where the memory has room`, () => {
        const c = open(bytes);
        const address = allocate(c, largestObject);
        assert.notEqual(address, 0);
        assert.ok(address + largestObject <= c.byteLength);
      });
    }

    test(`realloc of ${name} lets a block grow to that length`, () => {
      const c = open(bytes);
      const address = c.malloc(100_000);
      assert.equal(c.realloc(address, largestObject), address);
      assert.equal(c.realloc(address, largestObject + 1), 0);
    });
  }
});
