// granary-checked-import.wasm keeps everything (faults, leaks, statistics, its stack) in pages that it
// grew, and writes to no byte of the program's memory, whatever it finds.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CheckedHeap } from "./support/checked-heap.js";
import { misuses } from "./support/checked-misuses.js";
import { hostPages, pageSize, productNamed, readModule } from "./support/products.js";
import { memoryOf, unsigned, word } from "./support/width.js";

const productName = "granary-checked-import";
const { path } = productNamed(productName);
const module = new WebAssembly.Module(readModule(path));
const programBytes = hostPages * pageSize;
const stackLeft = 256;

/** A checked module over a memory whose program has 0x5a in every byte. */
function open() {
  const heap = CheckedHeap.open({ productName });
  heap.fill(0, programBytes, 0x5a);
  return heap;
}

/** Every call that has something to say, over a heap with blocks of many sizes. */
function askEverything(heap) {
  for (let i = 0; i < 300; i++) heap.alloc(1 + i * 7, i % 10, i);
  heap.alloc(500_000);
  heap.stats();
  assert.ok([...heap.walk()].length > 3);
  assert.equal(heap.verify(), 0);
  assert.equal(heap.leaks().blockCount, 301);
  heap.check();
  heap.trim();
  heap.setLimits({ quarantine: 100_000, fill: 100 });
}

describe("a checked module over an imported memory", () => {
  test("writes nothing into the program's memory, whatever misuse it catches", () => {
    for (const [name, setUp] of Object.entries(misuses)) {
      const heap = open();
      const { call } = setUp(heap);
      heap.caught(call);
      assert.equal(heap.firstOther(0, programBytes, 0x5a), -1, name);
    }
  });

  test("writes nothing into the program's memory, whatever it is asked", () => {
    const heap = open();
    askEverything(heap);
    heap.reset();
    assert.equal(heap.firstOther(0, programBytes, 0x5a), -1);
  });

  test("keeps all of its results in the page that it grew first", () => {
    const heap = open();
    heap.alloc(100);
    const inPage = (address) => {
      assert.ok(address >= programBytes && address < programBytes + pageSize, `${address}`);
    };
    inPage(heap.faultAddress);
    for (const call of ["stats", "leaks"]) inPage(unsigned(heap.exports[call]()));
    inPage(unsigned(heap.exports.walk(word(0))));
    inPage(unsigned(heap.exports.vtable.value));
  });

  test("has room to spare on its stack, whatever it is asked and whatever misuse it catches", () => {
    const unused = (heap) => heap.firstOther(heap.stack.begin, stackLeft, 0) === -1;
    for (const [name, setUp] of Object.entries(misuses)) {
      const heap = open();
      const { call } = setUp(heap);
      for (let i = 0; i < 100; i++) {
        try {
          call();
        } catch (trap) {
          assert.ok(trap instanceof WebAssembly.RuntimeError);
        }
      }
      assert.ok(unused(heap), name);
    }
    const heap = open();
    askEverything(heap);
    assert.ok(unused(heap));
    assert.notEqual(heap.firstOther(heap.stack.begin, heap.stack.end - heap.stack.begin, 0), -1);
  });

  test("counts the times that it grew the memory", () => {
    const heap = open();
    const growthsOf = () => heap.stats().growCount;
    assert.equal(growthsOf(), 0);
    heap.alloc(100_000);
    const { grownPageCount } = heap.stats();
    assert.equal(growthsOf(), 1);
    heap.alloc(1_000_000);
    assert.equal(growthsOf(), 2);
    assert.ok(heap.stats().grownPageCount > grownPageCount);
  });

  test("keeps faults and leaks of its own beside another one over the same memory", () => {
    const memory = memoryOf(1);
    const attach = () => {
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      return CheckedHeap.of({ ...exports, memory });
    };
    const [first, second] = [attach(), attach()];
    const address = first.alloc(100, 4, 7);
    second.alloc(200, 4, 8);
    assert.equal(second.caught(() => second.free(address, 100)).kind, "not a block");
    assert.equal(first.fault.kind, "none");
    assert.deepEqual(first.leaks().groups, [{ allocatedBy: 7, blockCount: 1, bytes: 100 }]);
    assert.deepEqual(second.leaks().groups, [{ allocatedBy: 8, blockCount: 1, bytes: 200 }]);
    first.free(address, 100);
  });
});
