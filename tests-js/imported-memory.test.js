// An imported memory need not be zero: a program may be instantiated anew over the memory of an instance
// that is gone, and the host may have written anywhere. A heap takes only two things to be zero: pages
// that it grew itself, and its own state, which the linker promises to clear.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { libraries, link } from "./support/link.js";
import { family, Malloc } from "./support/malloc-faces.js";
import { Heap, pageSize, productNamed, readModule } from "./support/products.js";
import { Random } from "./support/random.js";
import { ShadowHeap } from "./support/shadow-heap.js";
import { addressBits, memoryOf } from "./support/width.js";

const initialPages = 4;
const dirt = 0xaa;
const sizes = [1, 24, 100, 1000, 2048, 2049, 3000, 20_000, 70_000, 200_000];

const names = [...family, "granary_alloc_zeroed", "granary_free", "granary_verify"];

/** The ways in which the linker keeps its promise: what clears the data, and with which options. */
const promises = {
  "a start function": [],
  "zeroes in the module": ["--features=mutable-globals,sign-ext", "--no-check-features"],
};

const programs = libraries.flatMap((library) =>
  Object.entries(promises).map(([promise, options]) => {
    const memory = ["--import-memory", `--initial-memory=${initialPages * pageSize}`];
    const linkerOptions = [...memory, ...options, `dist/${library}`];
    const bytes = link([], { library: false, exports: names, linkerOptions });
    const name = `${library}, cleared by ${promise},`;
    return { name, bytes, module: new WebAssembly.Module(bytes) };
  }),
);

const dirtyMemory = (pages = initialPages) => {
  const memory = memoryOf(pages);
  new Uint8Array(memory.buffer).fill(dirt);
  return memory;
};

function open({ bytes, module }, memory) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return new Malloc(bytes, { ...exports, memory });
}

/** Blocks of every size, zeroed as they have to be; then all of their bytes are written to. */
function work(c, rounds) {
  for (let round = 0; round < rounds; round++) {
    const blocks = sizes.flatMap((size) =>
      [c.calloc(1, size), c.calloc(size, 1), c.granary_alloc_zeroed(size, 64)].map((address) => {
        assert.notEqual(address, 0);
        assert.equal(c.firstOther(address, size, 0), -1, `${size} bytes at ${address}`);
        c.fill(address, size, 0xff);
        return { address, size };
      }),
    );
    blocks.forEach(({ address, size }, i) => c.fill(address, size, i));
    blocks.forEach(({ address, size }, i) =>
      assert.equal(c.firstOther(address, size, i), -1, `${size} bytes at ${address}`),
    );
    assert.equal(c.granary_verify(), 0);
    for (const { address } of blocks) c.free(address);
    assert.equal(c.granary_verify(), 0);
  }
}

for (const program of programs) {
  describe(`a program with ${program.name} over`, () => {
    test("a memory of the host that is not zero gets zeroed blocks, and its heap is whole", () => {
      const c = open(program, dirtyMemory());
      assert.equal(c.granary_verify(), 0, "before the first block");
      assert.equal(c.firstOther(c.calloc(1, 3000), 3000, 0), -1);
      assert.equal(c.granary_verify(), 0);
      work(c, 6);
    });

    test("the memory of an instance that is gone begins anew, again and again", () => {
      const memory = dirtyMemory();
      for (let instance = 0; instance < 4; instance++) {
        const c = open(program, memory);
        assert.equal(c.granary_verify(), 0, `before the first block of instance ${instance}`);
        assert.equal(c.firstOther(c.calloc(1, 3000), 3000, 0), -1);
        work(c, 2);
        new Uint8Array(memory.buffer, 0, pageSize).fill(dirt);
      }
    });

    test("the memory of an instance that is gone gets the same blocks as that instance", () => {
      const memory = memoryOf(initialPages);
      const [first, second] = [1, 2].map(() => {
        const c = open(program, memory);
        return Array.from({ length: 100 }, (_, i) => c.malloc(1 + i * 7));
      });
      assert.deepEqual(second, first);
    });

    test("a memory with more pages than it asks for does not touch those pages", () => {
      const memory = dirtyMemory(initialPages + 3);
      const c = open(program, memory);
      work(c, 2);
      assert.equal(c.firstOther(initialPages * pageSize, 3 * pageSize, dirt), -1);
    });
  });
}

describe("a module over an imported memory that is not zero", () => {
  const module = new WebAssembly.Module(readModule(productNamed("granary-import").path));

  test("serves blocks, and so does the next one when it is gone, and neither changes what was there", () => {
    const memory = dirtyMemory(2);
    for (let instance = 1; instance <= 3; instance++) {
      const { byteLength } = memory.buffer;
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const shadow = new ShadowHeap(new Heap({ ...exports, memory }, { addressBits }));
      const random = new Random(instance);
      for (let i = 0; i < 5000; i++) {
        if (shadow.count < 200) shadow.alloc(random.length(14), random.below(8));
        else shadow.free(shadow.at(random.below(shadow.count)));
      }
      shadow.checkAll();
      const before = new Uint8Array(memory.buffer, 0, byteLength);
      assert.ok(
        before.every((byte) => byte === dirt),
        `instance ${instance}`,
      );
      new Uint8Array(memory.buffer).fill(dirt);
    }
  });
});
