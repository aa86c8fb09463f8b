// Views of blocks: what they cover, and that the class always answers with a view that is good, whether
// growth replaces the memory's buffer or lengthens it.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Heap, assertThrows } from "./support/package-staged.js";
import { isWide, word } from "./support/width.js";

const pageSize = 65536;

describe("a view", () => {
  test("covers the block, or as much of it as is asked for", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(1025);
    for (const [view, length] of [
      [heap.bytes(pointer), 1025],
      [heap.bytes(pointer, 10), 10],
      [heap.bytes(pointer, 0), 0],
      [heap.bytes(pointer, 1025), 1025],
    ]) {
      assert.ok(view instanceof Uint8Array);
      assert.equal(view.byteOffset, pointer);
      assert.equal(view.byteLength, length);
      assert.equal(view.buffer, heap.memory.buffer);
    }
  });

  test("is of the class that is asked for, and counts in its elements", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(1025);
    const classes = [Int8Array, Uint8ClampedArray, Int16Array, Uint32Array, Float32Array];
    for (const type of [...classes, Float64Array, BigInt64Array, BigUint64Array]) {
      const whole = heap.view(type, pointer);
      assert.equal(whole.constructor, type);
      assert.equal(whole.length, Math.floor(1025 / type.BYTES_PER_ELEMENT));
      assert.equal(whole.byteOffset, pointer);
      assert.equal(heap.view(type, pointer, 3).length, 3);
    }
  });

  test("of the class DataView counts in bytes and starts anywhere", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(13, { alignment: 1 });
    const view = heap.view(DataView, pointer);
    assert.equal(view.byteLength, 13);
    view.setFloat64(5, 0.5, true);
    assert.equal(heap.view(DataView, pointer, 13).getFloat64(5, true), 0.5);
  });

  test("that is taken after growth, by the heap or by a stranger, shows the block's bytes", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(100);
    heap.bytes(pointer).fill(8);
    const growths = [() => heap.alloc(1_000_000), () => heap.memory.grow(word(1))];
    for (const grow of growths) {
      const before = heap.bytes(pointer);
      grow();
      assert.equal(before.length, 0, "growth detached the one before");
      assert.ok(heap.bytes(pointer).every((byte) => byte === 8));
      assert.equal(heap.bytes(pointer).length, 100);
      assert.equal(heap.view(Float32Array, pointer).buffer, heap.memory.buffer);
    }
  });

  test("shows the right one of two memories, each with a heap of its own", async () => {
    const heaps = [await Heap.create(), await Heap.create()];
    const pointers = heaps.map((heap) => heap.alloc(100));
    heaps.forEach((heap, i) => heap.bytes(pointers[i]).fill(i + 1));
    heaps[0].alloc(1_000_000);
    heaps.forEach((heap, i) => {
      assert.ok(heap.bytes(pointers[i]).every((byte) => byte === i + 1));
    });
    assert.notEqual(heaps[0].memory, heaps[1].memory);
  });
});

test("a view that the runtime does not make is refused, and the block stays", async () => {
  const heap = await Heap.create();
  const pointer = heap.alloc(1000);
  // Stands in for a runtime whose views end before the block does. Growth makes the heap look at it.
  Object.defineProperty(heap.memory, "buffer", { value: new ArrayBuffer(8) });
  heap.memory.grow(word(1));
  const calls = {
    bytes: () => heap.bytes(pointer, 1000),
    view: () => heap.view(Int8Array, pointer, 1000),
  };
  for (const [name, call] of Object.entries(calls)) {
    const sentence = new RegExp(
      `^${name}: the runtime makes no view of 1000 elements at ${pointer}: `,
    );
    const { cause } = await assertThrows("ERR_RANGE", sentence, call);
    assert.ok(cause instanceof RangeError);
  }
  assert.equal(heap.lengthOf(pointer), 1000);
});

describe("with resizableBuffer", () => {
  test("views stay good when the memory grows", async () => {
    const memory = resizableMemory({ initial: 1, maximum: 100 });
    const heap = await Heap.create({ memory, resizableBuffer: true });
    assert.equal(memory.buffer.resizable, true);
    const pointer = heap.alloc(100);
    const view = heap.bytes(pointer);
    view.fill(6);
    heap.alloc(1_000_000);
    assert.ok(memory.buffer.byteLength > 1_000_000);
    assert.equal(view.length, 100);
    assert.equal(view.buffer, heap.bytes(pointer).buffer);
    assert.ok(view.every((byte) => byte === 6));
  });

  test("strings are read and written where TextDecoder refuses views of such buffers", async (t) => {
    const { decode } = TextDecoder.prototype;
    t.mock.method(TextDecoder.prototype, "decode", function (bytes) {
      if (bytes.buffer.resizable) throw new TypeError("must not be resizable");
      return decode.call(this, bytes);
    });
    const memory = resizableMemory({ initial: 1, maximum: 100 });
    const heap = await Heap.create({ memory, resizableBuffer: true });
    assert.throws(() => new TextDecoder().decode(heap.bytes(heap.alloc(1))), TypeError);
    assert.equal(heap.readString(heap.allocString("grün")), "grün");
  });

  test("a heap works in a runtime without such buffers too", async (t) => {
    const { toResizableBuffer } = WebAssembly.Memory.prototype;
    delete WebAssembly.Memory.prototype.toResizableBuffer;
    t.after(() => {
      if (toResizableBuffer) WebAssembly.Memory.prototype.toResizableBuffer = toResizableBuffer;
    });
    const heap = await Heap.create({ maximumPages: 100, resizableBuffer: true });
    const pointer = heap.alloc(100);
    heap.bytes(pointer).fill(4);
    heap.alloc(1_000_000);
    assert.notEqual(heap.memory.buffer.resizable, true);
    assert.ok(heap.bytes(pointer).every((byte) => byte === 4));
  });

  test("a memory that the heap makes has the maximum that such a buffer needs", async (t) => {
    const made = t.mock.method(WebAssembly, "Memory");
    const heap = await Heap.create({ resizableBuffer: true });
    const { initial, maximum } = made.mock.calls.at(-1).arguments[0];
    assert.deepEqual([initial, maximum], [word(0), word(isWide ? 262144 : 65536)]);
    assert.notEqual(heap.alloc(1_000_000), 0);
  });

  test("a memory whose buffer cannot be made resizable is refused, and stays as it was", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    memory.toResizableBuffer = () => {
      throw new TypeError("Memory must have a maximum");
    };
    const call = () => Heap.create({ memory, resizableBuffer: true });
    await assertThrows("ERR_MEMORY", /needs one with a maximum/, call);
    assert.equal(memory.buffer.byteLength, pageSize);
  });

  test("set to false, the buffer stays of the kind it was", async () => {
    const memory = resizableMemory({ initial: 1, maximum: 100 });
    await Heap.create({ memory, resizableBuffer: false });
    assert.notEqual(memory.buffer.resizable, true);
  });
});

/**
 * A memory with `toResizableBuffer`: the runtime's, or a stand-in over a buffer of its own that follows
 * the memory's length. The module writes nothing that the tests read, so it need not see that buffer.
 */
function resizableMemory(limits) {
  const memory = new WebAssembly.Memory(limits);
  if (typeof memory.toResizableBuffer === "function") return memory;
  const { get: realBuffer } = Object.getOwnPropertyDescriptor(
    WebAssembly.Memory.prototype,
    "buffer",
  );
  memory.toResizableBuffer = () => {
    const maxByteLength = limits.maximum * pageSize;
    const buffer = new ArrayBuffer(realBuffer.call(memory).byteLength, { maxByteLength });
    const get = () => {
      buffer.resize(realBuffer.call(memory).byteLength);
      return buffer;
    };
    Object.defineProperty(memory, "buffer", { get });
    return buffer;
  };
  return memory;
}
