// A memory of 65,536 pages, all that 32-bit addresses reach, filled to its last byte and emptied
// again. Needs 4 GiB of address space, of which it touches some megabytes: `make test-4gib`, not
// part of `make test`. SEED=n replays one seed of the random part.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openHeap, pageSize, products } from "../../tests-js/support/products.js";
import { Random, seeds } from "../../tests-js/support/random.js";

const allPages = 65_536;
const addressSpace = 2 ** 32;

const problem = whyThereIsNoRoom();
if (problem !== undefined) {
  console.error(`test-4gib: this machine does not grant 4 GiB of address space: ${problem}`);
  process.exit(1);
}

for (const product of products.filter(({ name }) => !name.includes("checked"))) {
  const isClassic = product.name === "classic";

  describe(`${product.name} in a memory of 4 GiB`, () => {
    test("fills it to the last page with ever shorter blocks, and gives it all back", () => {
      const heap = new FilledHeap(product);
      for (let length = 2 ** 31; length >= 1; length /= 2) {
        // Without what an engine keeps beside a block, so that powers of two fit.
        while (heap.alloc(Math.max(1, length - 16)));
      }
      assert.equal(heap.pages, allPages);
      assert.equal(heap.alloc(1), false, "not a byte is left");
      heap.check();
      if (!isClassic) {
        const used = heap.liveBytes / addressSpace;
        assert.ok(used > 0.998, `${heap.liveBytes} bytes live`);
      }
      heap.freeEvery(2);
      heap.check();
      heap.freeEvery(1);
      if (!isClassic) heap.assertWhole();
      assert.ok(heap.alloc(1000), "and serves on");
    });

    for (const seed of seeds(1, 4)) {
      test(`fills its last pages with small blocks again and again (SEED=${seed})`, () => {
        const random = new Random(seed);
        const heap = new FilledHeap(product);
        // More than the 64 that a table of records for the whole address space takes.
        heap.leavePages(100 + random.below(200));
        for (let round = 0; round < 6; round++) {
          heap.fillAtRandom(random);
          assert.equal(heap.pages, allPages);
          heap.check();
          heap.changeAtRandom(random);
          heap.check();
          heap.freeAtRandom(random, random.below(4) / 4);
          heap.check();
        }
        heap.freeEvery(1);
        // Without trim, each class of small blocks still has a span somewhere.
        if (heap.canTrim) heap.assertWhole();
      });
    }
  });
}

/** What the machine says, or undefined when it grants a memory of 4 GiB. */
function whyThereIsNoRoom() {
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: allPages });
    memory.grow(allPages - 1);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** A heap whose blocks are marked in their first and last bytes. */
class FilledHeap {
  #heap;
  /** @type {{address: number, length: number}[]} */
  #blocks = [];
  #bytes = new Uint8Array();
  #strangersPages = 0;

  constructor(product) {
    this.#heap = openHeap(product);
  }

  get pages() {
    return this.#heap.byteLength / pageSize;
  }

  get canTrim() {
    return this.#heap.exports.trim !== undefined;
  }

  get liveBytes() {
    return this.#blocks.reduce((sum, { length }) => sum + length, 0);
  }

  /** Whether there was memory. */
  alloc(length) {
    const address = this.#heap.alloc(length);
    if (address === 0) return false;
    this.#mark({ address, length });
    this.#blocks.push({ address, length });
    return true;
  }

  /** A stranger takes all other pages. */
  leavePages(pages) {
    this.#strangersPages = allPages - this.pages - pages;
    this.#heap.growAsStranger(this.#strangersPages);
  }

  fillAtRandom(random) {
    for (let log2 = 16; log2 >= 0; log2--) {
      for (let refused = 0; refused < 3;) {
        if (!this.alloc(random.length(log2))) refused++;
      }
    }
  }

  changeAtRandom(random) {
    for (let count = this.#blocks.length >> 2; count > 0; count--) {
      const block = this.#blocks[random.below(this.#blocks.length)];
      // Now and then to the end of the address space and beyond.
      const length = random.oneIn(10)
        ? addressSpace - block.address - 8 + random.below(16)
        : random.length(14);
      const newLength = Math.min(length, addressSpace - 1);
      const address = random.oneIn(2)
        ? this.#heap.remap(block.address, block.length, 4, newLength)
        : this.#heap.resize(block.address, block.length, 4, newLength) && block.address;
      if (!address) continue;
      block.address = address;
      block.length = newLength;
      this.#mark(block);
    }
  }

  /** All but this share of the blocks. */
  freeAtRandom(random, share) {
    for (let kept = Math.floor(this.#blocks.length * share); this.#blocks.length > kept;) {
      this.#free(random.below(this.#blocks.length));
    }
  }

  freeEvery(step) {
    for (let index = this.#blocks.length - 1; index >= 0; index -= step) this.#free(index);
  }

  /** Nothing overlaps, everything is inside, marks are there, and the heap says that it is whole. */
  check() {
    const sorted = [...this.#blocks].sort((a, b) => a.address - b.address);
    let end = 0;
    for (const { address, length } of sorted) {
      assert.ok(address >= end && address % 16 === 0, `${length} bytes at ${address}`);
      end = address + length;
      assert.ok(end <= addressSpace, `${length} bytes at ${address} end inside`);
    }
    const bytes = this.#view();
    for (const { address, length } of sorted) {
      assert.equal(bytes[address], markOf(address), `the first byte of ${length} at ${address}`);
      const last = address + length - 1;
      assert.equal(bytes[last], length === 1 ? markOf(address) : markOf(last));
    }
    this.#verify();
  }

  /** Of an empty heap: all of its free memory is in one piece, up to the end. */
  assertWhole() {
    this.#verify();
    this.#heap.exports.trim?.();
    // The table of records has 16 bytes for each 16 KiB; a few pages are the module's own.
    const rest = (allPages - this.#strangersPages - 8) * pageSize - 2 ** 22;
    assert.ok(this.alloc(rest), `${rest} bytes in one piece`);
  }

  #free(index) {
    const { address, length } = this.#blocks[index];
    this.#heap.free(address, length);
    this.#blocks[index] = this.#blocks.at(-1);
    this.#blocks.pop();
  }

  #mark({ address, length }) {
    const bytes = this.#view();
    bytes[address + length - 1] = markOf(address + length - 1);
    bytes[address] = markOf(address);
  }

  #verify() {
    const { verify } = this.#heap.exports;
    if (verify !== undefined) assert.equal(verify(), 0, "the rule that verify finds broken");
  }

  /** Growing the memory detaches a view. */
  #view() {
    const { buffer } = this.#heap.exports.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer);
    return this.#bytes;
  }
}

const markOf = (address) => ((address >>> 4) * 7 + 1) & 0xff;
