// What the package says when there is no memory: how many pages there are of at most how many, which no runtime
// tells, and the largest free block where the module knows it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setMaximumPages } from "../bench/memory-section.js";
import {
  ArenaHeap,
  CheckedHeap,
  Heap,
  InspectedHeap,
  SharedHeap,
  assertThrows,
  moduleBytes,
} from "./support/package-staged.js";
import { isWide } from "./support/width.js";

const tooMuch = isWide ? 2 ** 38 : 2 ** 32 - 1;
const pagesOf = ({ memory }) => memory.buffer.byteLength / 65536;

/** Asserts what is said of the memory, of which a call that asks for too much takes nothing. */
async function assertSaid(heap, ending) {
  const length = heap.width === 64 ? 2 ** 38 : 2 ** 32 - 1;
  const { message } = await assertThrows("ERR_NO_MEMORY", /./, () => heap.alloc(length));
  assert.equal(message, `alloc: there is no memory for ${length} bytes: ${ending}`);
}

describe("the sentence of a heap that has no memory", () => {
  test("says how many pages there are, and the maximum of the memory that was made", async () => {
    for (const maximumPages of [1, 2, 3, 100, 127, 128, 129, 16383, 16384, 16385, 65536]) {
      const heap = await Heap.create({ maximumPages });
      await assertSaid(heap, `the memory has 1 of at most ${maximumPages} pages`);
    }
  });

  test("says what any memory can have where there is no maximum", async () => {
    const most = isWide ? 2 ** 18 : 2 ** 16;
    await assertSaid(await Heap.create(), `the memory has 1 of at most ${most} pages`);
  });

  test("says the maximum of a memory that is given, and of a module's own", async () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 777 });
    const given = await Heap.create({ memory });
    await assertSaid(given, "the memory has 3 of at most 777 pages");
    const module = setMaximumPages(moduleBytes("classic.wasm"), 4);
    const own = Heap.createSync({ module });
    own.alloc(10);
    await assertSaid(own, `the memory has ${pagesOf(own)} of at most 4 pages`);
    const resizable = await Heap.create({ maximumPages: 50, resizableBuffer: true });
    await assertSaid(resizable, "the memory has 1 of at most 50 pages");
  });

  test("says the maximum of a memory that threads share", { skip: isWide }, async () => {
    const heap = await SharedHeap.create({ maximumPages: 9 });
    await assertSaid(heap, `the memory has ${pagesOf(heap)} of at most 9 pages`);
  });

  test("says how long the largest free block is where the module knows it", async () => {
    for (const Class of [InspectedHeap, CheckedHeap]) {
      const heap = await Class.create();
      const middle = [1000, 50_000, 1000].map((length) => heap.alloc(length))[1];
      heap.free(middle);
      // A checked heap may give up its quarantine before it refuses.
      assert.equal(heap.tryAlloc(tooMuch), null);
      const { largestFreeBytes, pageCount } = heap.stats();
      assert.ok(largestFreeBytes > 0);
      const most = isWide ? 2 ** 18 : 2 ** 16;
      await assertSaid(
        heap,
        `the memory has ${pageCount} of at most ${most} pages; ` +
          `the largest free block has ${largestFreeBytes} bytes`,
      );
    }
  });

  test(
    "says of an arena what its heap says, or how long its buffer is",
    { skip: isWide },
    async () => {
      const heap = await ArenaHeap.create({ maximumPages: 6 });
      const buffer = heap.alloc(1000);
      const arena = heap.arena();
      await assertSaid(arena, `the memory has ${pagesOf(heap)} of at most 6 pages`);
      await assertSaid(heap.arenaOver(buffer, 1000), "the arena is over a buffer of 1000 bytes");
    },
  );
});
