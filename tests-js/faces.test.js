// The faces of libgranary.a beside each other: all share one heap, and a program holds only the faces
// that it uses.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { callsOf, functionNames, instantiate, link } from "./support/link.js";
import { family, Malloc } from "./support/malloc-faces.js";

const sizes = [8, 16, 100, 1000, 2049, 70_000];
const publicNames = (names) => names.filter((name) => !name.startsWith("granary::"));

describe("a block of libgranary.a", () => {
  const own = ["granary_alloc", "granary_remap", "granary_resize", "granary_free"];
  const program = link([], { exports: [...family, ...own, "cabi_realloc", "_Znwm", "_ZdlPv"] });
  const open = () => new Malloc(program);

  /** Each face by how a block of it begins and ends. */
  const faces = {
    "the library's own calls": {
      alloc: ({ granary_alloc: alloc }, size) => alloc(size, 16),
      free: ({ granary_free: free }, address, size) => free(address, size, 16),
    },
    malloc: {
      alloc: ({ malloc }, size) => malloc(size),
      free: ({ free }, address) => free(address),
    },
    cabi_realloc: {
      alloc: ({ cabi_realloc: realloc }, size) => realloc(0, 0, 16, size),
      free: ({ cabi_realloc: realloc }, address, size) => realloc(address, size, 16, 0),
    },
    "operator new": {
      alloc: ({ _Znwm: allocate }, size) => allocate(size),
      free: ({ _ZdlPv: release }, address) => release(address),
    },
  };

  for (const [from, { alloc }] of Object.entries(faces)) {
    for (const [to, { free }] of Object.entries(faces)) {
      test(`that ${from} allocated may be freed by ${to}`, () => {
        const c = open();
        const many = sizes.flatMap((size) => Array(Math.ceil(2000 / size)).fill(size));
        for (let round = 0; round < 600; round++) {
          const blocks = many.map((size) => alloc(c, size));
          if (round < 3) {
            many.forEach((size, i) => c.fill(blocks[i], size, i));
            many.forEach((size, i) => assert.equal(c.firstOther(blocks[i], size, i & 0xff), -1));
          }
          many.forEach((size, i) => free(c, blocks[i], size));
        }
        assert.ok(c.pages <= 6, `${c.pages} pages: what was freed is used again`);
      });
    }
  }

  test("that the library's own calls allocated may be resized by realloc, and the other way round", () => {
    const c = open();
    for (const size of sizes) {
      const address = c.granary_alloc(size, 16);
      c.fill(address, size, 0x2b);
      assert.ok(c.malloc_usable_size(address) >= size);
      const grown = c.realloc(address, size + 50);
      assert.equal(c.firstOther(grown, size, 0x2b), -1);
      assert.equal(c.granary_resize(grown, size + 50, 16, size + 49), 1);
      const longer = c.granary_remap(grown, size + 49, 16, 3 * size + 60);
      assert.equal(c.firstOther(longer || grown, size, 0x2b), -1);
      c.free(longer || grown);
    }
  });

  test("is aligned to 16 after realloc, also when it was aligned to less before", () => {
    const c = open();
    for (const size of [8, 24, 40, 100, 3000]) {
      for (let i = 0; i < 3000; i++) {
        const address = c.granary_alloc(size, 8);
        c.fill(address, size, 0x66);
        const result = c.realloc(address, size);
        assert.equal(result % 16, 0, `${size} bytes at ${address}`);
        assert.equal(c.firstOther(result, size, 0x66), -1);
      }
    }
  });
});

describe("a program that links libgranary.a", () => {
  test("holds only the library's own calls that it uses", () => {
    const names = functionNames(link("tests-js/library/two-calls.c", { names: true }));
    assert.deepEqual(publicNames(names).sort(), ["granary_alloc", "granary_free", "run"]);
  });

  test("holds only malloc and free when it uses no others", () => {
    const program = link("tests-js/library/malloc-only.c", { names: true });
    assert.deepEqual(publicNames(functionNames(program)).sort(), ["free", "malloc", "run"]);
    assert.equal(callsOf(program).run(), 1);
  });

  test("uses the whole malloc family, and the library's own calls on its blocks", () => {
    assert.equal(callsOf(link("tests-js/library/malloc.c")).run(), 0, "the line that failed");
  });

  test("has the names that wasi-libc calls, for the same functions", () => {
    const names = ["malloc", "calloc", "free"];
    const exports = instantiate(
      link([], { exports: [...names, ...names.map((name) => `__libc_${name}`)] }),
    );
    for (const name of names) assert.equal(exports[`__libc_${name}`], exports[name], name);
  });
});
