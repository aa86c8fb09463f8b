// The classes of heaps: the module over which each works, and the modules and options that it refuses.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ArenaHeap,
  CheckedArenaHeap,
  CheckedHeap,
  InspectedHeap,
  assertThrows,
  moduleBytes,
} from "./support/package-staged.js";

describe("a class of heaps", () => {
  test("has a module of its own, with which it also works at once", async () => {
    const names = [
      [InspectedHeap, "granary-inspect.wasm"],
      [CheckedHeap, "granary-checked.wasm"],
    ];
    for (const [Class, name] of names) {
      const module = new WebAssembly.Module(moduleBytes(name));
      const exported = WebAssembly.Module.exports(module).map(({ name }) => name);
      const heaps = [await Class.create(), Class.createSync({ module })];
      for (const heap of heaps) {
        assert.equal(heap.constructor, Class);
        assert.deepEqual(Object.keys(heap.exports).sort(), exported.sort());
        assert.notEqual(heap.alloc(100), 0);
      }
    }
  });

  test("that catches misuses works in a memory that is given, limited or resizable", async () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 50 });
    new Uint8Array(memory.buffer).fill(0xab);
    const given = await CheckedHeap.create({ memory });
    assert.equal(given.memory, memory);
    const limited = await CheckedHeap.create({ maximumPages: 3 });
    const resizable = await CheckedHeap.create({ maximumPages: 50, resizableBuffer: true });
    for (const heap of [given, limited, resizable]) {
      const pointer = heap.alloc(100);
      heap.bytes(pointer).fill(1);
      assert.equal(heap.tryAlloc(50 * 65536), null);
      new Uint8Array(heap.memory.buffer)[pointer + 100] = 0;
      await assertThrows("ERR_FAULT", /past the end of the block/, () => heap.free(pointer));
      heap.verify();
      heap.reset();
      assert.equal(heap.leaks().blockCount, 0);
    }
    assert.throws(() => limited.memory.grow(3), RangeError);
    assert.ok(new Uint8Array(memory.buffer, 0, 2 * 65536).every((byte) => byte === 0xab));
  });

  test("takes another module that has more exports than it needs", async () => {
    const heap = InspectedHeap.createSync({ module: moduleBytes("granary-checked.wasm") });
    heap.alloc(100_000);
    assert.ok(heap.stats().liveBytes > 100_000);
  });

  test("refuses a module without the exports that it needs, by name", async () => {
    const cases = [
      [
        InspectedHeap,
        "granary.wasm",
        /^module: it does not export stats, walk, verify, trim, reset, as granary-inspect\.wasm does$/,
      ],
      [
        InspectedHeap,
        "granary-import.wasm",
        /^module: it does not export stats, walk, verify, trim, reset, as granary-inspect\.wasm does$/,
      ],
      [
        CheckedHeap,
        "granary-inspect.wasm",
        /^module: it does not export fault, leaks, check, set_limits, as granary-checked\.wasm does$/,
      ],
    ];
    for (const [Class, name, sentence] of cases) {
      const module = moduleBytes(name);
      await assertThrows("ERR_MODULE", sentence, () => Class.create({ module }));
      await assertThrows("ERR_MODULE", sentence, () => Class.createSync({ module }));
    }
  });

  test("of which none with 64-bit addresses is shipped says so", async (t) => {
    if (!WebAssembly.validate(moduleBytes("granary64.wasm"))) return t.skip("no memory64 is here");
    for (const [name, Class] of Object.entries({ ArenaHeap, CheckedArenaHeap })) {
      const sentence = new RegExp(
        `^module: none is shipped for ${name} with 64-bit addresses; ${name}\\.create\\(\\{ module \\}\\) takes one$`,
      );
      await assertThrows("ERR_MODULE", sentence, () => Class.create({ width: 64 }));
    }
  });

  test("refuses what its module cannot do, and options that do not exist", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const module = moduleBytes("granary-checked.wasm");
    for (const options of [{ memory }, { maximumPages: 5 }, { resizableBuffer: true }]) {
      const none =
        /it has a memory of its own; .* env\.memory, and none is shipped for InspectedHeap$/;
      await assertThrows("ERR_MODULE", none, () => InspectedHeap.create(options));
      const other = /it has a memory of its own; .*, as granary-checked-import\.wasm does$/;
      await assertThrows("ERR_MODULE", other, () => CheckedHeap.create({ module, ...options }));
    }
    assert.equal(memory.buffer.byteLength, 65536);
    const unknown = /^InspectedHeap\.create: there is no option "maximum", only module, memory/;
    await assertThrows("ERR_OPTION", unknown, () => InspectedHeap.create({ maximum: 5 }));
    const atOnce = /^CheckedHeap\.createSync: options are an object/;
    await assertThrows("ERR_OPTION", atOnce, () => CheckedHeap.createSync());
    await assertThrows("ERR_OPTION", /not new/, () => new CheckedHeap());
  });
});
