// granary-threads-checked.wasm: instances over one memory, each with a stack of its own. A misuse traps in
// the instance that made it, is named, and the others go on.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { modules, readModule } from "./support/products.js";

const { path } = modules.find(({ name }) => name === "granary-threads-checked");
const module = new WebAssembly.Module(readModule(path));
const newMemory = () => new WebAssembly.Memory({ initial: 1, maximum: 200, shared: true });
const instance = (memory) => new WebAssembly.Instance(module, { env: { memory } }).exports;
const pagesOf = (memory) => memory.buffer.byteLength / 65536;

/** GRANARY_FREED_BLOCK and GRANARY_WRONG_LENGTH of include/granary_checked.h. */
const freedBlock = 7;
const wrongLength = 8;

/** The kind of the latest fault. */
const kindOf = (memory, { fault }) => new Uint32Array(memory.buffer, fault.value, 1)[0];

describe("instances of granary-threads-checked over one memory", () => {
  test("are one heap, with a page for its state and one for the stack of each", () => {
    const memory = newMemory();
    const instances = Array.from({ length: 5 }, () => instance(memory));
    assert.equal(pagesOf(memory), 1 + 1 + 5);
    assert.equal(new Set(instances.map(({ fault }) => fault.value)).size, 1, "one record");
    const blocks = instances.map(({ alloc }) => alloc(0, 100, 4, 0) >>> 0);
    assert.equal(new Set(blocks).size, 5);
    blocks.forEach((block, index) => instances.at(-1 - index).free(0, block, 100, 4, 0));
    assert.equal(instances[0].verify(), 0);
  });

  test("go on after a misuse of one, which traps and is named for all", () => {
    const memory = newMemory();
    const [first, second] = [instance(memory), instance(memory)];
    const block = first.alloc(0, 100, 4, 0) >>> 0;
    second.free(0, block, 100, 4, 0);
    assert.throws(() => second.free(0, block, 100, 4, 0), WebAssembly.RuntimeError);
    assert.equal(kindOf(memory, first), freedBlock);
    const other = first.alloc(0, 100, 4, 0) >>> 0;
    assert.throws(() => second.free(0, other, 99, 4, 0), WebAssembly.RuntimeError);
    assert.equal(kindOf(memory, first), wrongLength);
    for (let misuse = 0; misuse < 1000; misuse++) {
      assert.throws(() => second.free(0, other + 8, 1, 0, 0), WebAssembly.RuntimeError);
    }
    second.free(0, other, 100, 4, 0);
    assert.equal(first.verify(), 0);
  });

  test("have the limits that one of them set, also when another one is made", () => {
    const memory = newMemory();
    const first = instance(memory);
    first.set_limits(0, 64);
    const second = instance(memory);
    const block = second.alloc(0, 100, 4, 0);
    second.free(0, block, 100, 4, 0);
    assert.equal(first.alloc(0, 100, 4, 0), block, "no quarantine keeps it");
  });
});
