// The values that callers pass may run code: getters, classes of their own, objects that change before a
// promise is kept. The package reads everything once, then checks it, then acts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import {
  CheckedHeap,
  Heap,
  assemble,
  assertThrows,
  folder,
  moduleBytes,
} from "./support/package-staged.js";
import { word } from "./support/width.js";

const pageSize = 65536;

/** An object whose properties count how often they were read. */
function counted(values) {
  const reads = Object.fromEntries(Object.keys(values).map((name) => [name, 0]));
  const object = {};
  for (const [name, value] of Object.entries(values)) {
    const get = () => {
      reads[name]++;
      return value;
    };
    Object.defineProperty(object, name, { get, enumerable: true });
  }
  return { object, reads };
}

const onceEach = (reads) => Object.fromEntries(Object.keys(reads).map((name) => [name, 1]));

describe("the options of create", () => {
  test("are read in the call, even when the object is changed right after it", async () => {
    const options = {};
    const memories = Array.from({ length: 4 }, () => new WebAssembly.Memory({ initial: 1 }));
    const heaps = memories.map((memory) => {
      options.memory = memory;
      return Heap.create(options);
    });
    options.memory = 5;
    for (const [i, heap] of (await Promise.all(heaps)).entries()) {
      assert.equal(heap.memory, memories[i]);
    }
  });

  test("are read in the call, even when they are deleted right after it", async () => {
    const options = { maximumPages: 1, module: moduleBytes("granary-import.wasm") };
    const heap = Heap.create(options);
    delete options.maximumPages;
    options.module = undefined;
    assert.equal((await heap).tryAlloc(100_000), null);
  });

  test("are read once each, by create and createSync", async () => {
    const module = moduleBytes("granary-import.wasm");
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 10 });
    for (const create of [
      (options) => Heap.create(options),
      (options) => Heap.createSync(options),
    ]) {
      for (const values of [
        { module, memory, resizableBuffer: true, width: 32 },
        { module, maximumPages: 5 },
      ]) {
        const { object, reads } = counted(values);
        await create(object);
        assert.deepEqual(reads, onceEach(reads));
      }
    }
  });

  test("include bytes and URLs, which are read in the call, whatever becomes of them", async () => {
    const bytes = Uint8Array.from(moduleBytes("classic.wasm"));
    const fromBytes = Heap.create({ module: bytes });
    bytes.fill(0);
    assert.notEqual((await fromBytes).alloc(1), 0);

    const url = pathToFileURL(join(folder, "classic.wasm"));
    const fromUrl = Heap.create({ module: url });
    url.pathname = "/none.wasm";
    assert.notEqual((await fromUrl).alloc(1), 0);
  });
});

describe("a create that fails does not change the memory that it was given:", () => {
  const failures = {
    "the module has no such exports": { module: moduleBytes("granary-malloc.wasm") },
    "the module has a memory of its own": { module: moduleBytes("classic.wasm") },
    "there is no module": { module: new Uint8Array(8) },
    "the module needs a larger memory": {
      module: assemble(`(module (import "env" "memory" (memory 9))
        (func (export "alloc")) (func (export "resize")) (func (export "remap"))
        (func (export "free")))`),
    },
    "the memory cannot grow": { module: moduleBytes("granary-import.wasm"), maximum: 1 },
    "the memory has no maximum": { module: moduleBytes("granary-import.wasm"), maximum: undefined },
    "an option is wrong": { module: moduleBytes("granary-import.wasm"), maximumPages: 5 },
  };
  for (const [name, { maximum = 10, ...options }] of Object.entries(failures)) {
    test(name, async () => {
      const limits = { initial: 1, ...("maximum" in failures[name] ? {} : { maximum }) };
      if (failures[name].maximum) limits.maximum = failures[name].maximum;
      const memory = new WebAssembly.Memory(limits);
      let made = 0;
      memory.toResizableBuffer = () => made++;
      const { buffer } = memory;
      const given = { memory, resizableBuffer: true, ...options };
      for (const call of [() => Heap.create(given), () => Heap.createSync(given)]) {
        await assert.rejects(async () => call(), { name: "GranaryError" });
        assert.equal(made, 0);
        assert.equal(memory.buffer, buffer);
        assert.equal(buffer.byteLength, pageSize);
      }
    });
  }

  test("a value that only says that it is a module is refused as a module", async () => {
    const module = { [Symbol.toStringTag]: "WebAssembly.Module" };
    await assertThrows("ERR_MODULE", /^module: /, () => Heap.create({ module }));
    await assertThrows("ERR_MODULE", /^module: /, () => Heap.createSync({ module }));
  });
});

describe("a getter among the options of a block", () => {
  test("is read once", async () => {
    const heap = await CheckedHeap.create();
    const calls = [
      [{ alignment: 64, caller: 5 }, (options) => heap.alloc(10, options)],
      [{ alignment: 64, caller: 5 }, (options) => heap.tryAlloc(10, options)],
      [{ alignment: 64, caller: 5 }, (options) => heap.allocBytes(new Uint8Array(5), options)],
      [{ alignment: 64, caller: 5 }, (options) => heap.allocString("text", options)],
      [{ alignment: 64, caller: 5 }, (options) => heap.allocCString("text", options)],
      [{ alignment: 64, caller: 5 }, (options) => heap.allocArray([1], Int32Array, options)],
      [{ caller: 5, zeroed: true }, (options) => heap.allocArray(Int32Array, 5, options)],
      [{ caller: 5 }, (options) => heap.resize(heap.alloc(10), 5, options)],
      [{ caller: 5 }, (options) => heap.remap(heap.alloc(10), 5, options)],
      [{ caller: 5 }, (options) => heap.realloc(heap.alloc(10), 5000, options)],
      [{ caller: 5 }, (options) => heap.block(heap.alloc(10)).realloc(5000, options)],
      [{ caller: 5 }, (options) => heap.block(heap.alloc(10)).free(options)],
      [{ caller: 5 }, (options) => heap.freeAll(options)],
      [{ caller: 5 }, (options) => heap.free(heap.alloc(1), options)],
      [{ alignment: 16 }, (options) => heap.adopt(...released(heap), options)],
      [{ quarantine: 5, fill: 5 }, (options) => heap.setLimits(options)],
    ];
    for (const [values, call] of calls) {
      const { object, reads } = counted(values);
      call(object);
      assert.deepEqual(reads, onceEach(reads));
    }
  });

  test("that frees the block makes free fail, and the block is free once", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(100);
    const options = {
      get caller() {
        heap.free(pointer);
        return 0;
      },
    };
    const sentence = /^free: \d+ is not the pointer of a live block/;
    await assertThrows("ERR_POINTER", sentence, () => heap.free(pointer, options));
    assert.notEqual(heap.alloc(100), heap.alloc(100));
  });

  test("that frees the block of a handle does not make it end the next block there", async () => {
    const heap = await Heap.create();
    for (const call of ["free", "realloc"]) {
      const block = heap.block(heap.alloc(100));
      let next;
      const options = {
        get caller() {
          heap.free(block.pointer);
          next = heap.alloc(100);
          return 0;
        },
      };
      const sentence = new RegExp(`^${call}: the block of this handle has ended$`);
      const operands = call === "free" ? [options] : [50, options];
      await assertThrows("ERR_POINTER", sentence, () => block[call](...operands));
      assert.equal(heap.lengthOf(next), 100);
    }
  });

  test("that takes the block over first makes adopt fail", async () => {
    const heap = await Heap.create();
    const [pointer, length] = released(heap);
    const options = {
      get alignment() {
        heap.adopt(pointer, length);
        return 16;
      },
    };
    const call = () => heap.adopt(pointer, length, options);
    await assertThrows("ERR_POINTER", /is a live block of this heap already$/, call);
  });

  test("that detaches the data or grows the memory runs before the data is read", async () => {
    const heap = await Heap.create();
    const source = heap.alloc(100);
    heap.bytes(source).fill(7);
    const data = new Uint8Array(8);
    const growing = {
      get alignment() {
        heap.memory.grow(word(1));
        return 16;
      },
    };
    const detaching = {
      get alignment() {
        structuredClone(null, { transfer: [data.buffer] });
        return 16;
      },
    };
    const gone = /the buffer of the data is detached/;
    await assertThrows("ERR_TYPE", gone, () => heap.allocBytes(heap.bytes(source), growing));
    await assertThrows("ERR_TYPE", gone, () => heap.allocBytes(data, detaching));
    assert.equal(heap.lengthOf(source), 100);
  });
});

describe("a class of views of the user's own", () => {
  test("gives views of the block like any other", async () => {
    class Floats extends Float64Array {}
    class Words extends DataView {}
    const heap = await Heap.create();
    const pointer = heap.alloc(100);
    assert.equal(heap.view(Floats, pointer).length, 12);
    assert.ok(heap.view(Floats, pointer, 3) instanceof Floats);
    assert.equal(heap.view(Words, pointer).byteLength, 100);
    assert.equal(heap.view(Buffer, pointer).length, 100);
  });

  test("gives no view past the block, whatever it says of its elements", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(100);
    const lies = [1, 2, 4, 16].map(
      (size) =>
        class Liar extends Float64Array {
          static get BYTES_PER_ELEMENT() {
            return size;
          }
        },
    );
    class Stretched extends Uint8Array {
      constructor(buffer, pointer, length) {
        super(buffer, pointer, 2 * length);
      }
      get byteLength() {
        return 100;
      }
    }
    class Elsewhere extends Uint8Array {
      constructor(buffer, pointer, length) {
        super(buffer, pointer + 16, length);
      }
      get byteOffset() {
        return pointer;
      }
    }
    class Everything extends DataView {
      constructor(buffer) {
        super(buffer);
      }
    }
    class Failing extends Uint8Array {
      constructor() {
        throw new RangeError("mine");
      }
    }
    const sentence =
      /^view: the class of a typed array, or DataView, is needed; (Liar|Str|Else|Every|Fail)\w* ma/;
    for (const type of [...lies, Stretched, Elsewhere, Everything, Failing]) {
      await assertThrows("ERR_TYPE", sentence, () => heap.view(type, pointer));
      await assertThrows("ERR_TYPE", sentence, () => heap.view(type, pointer, 5));
    }
    for (const size of [0, -8, 1.5, "8"]) {
      class Wrong extends Float64Array {
        static BYTES_PER_ELEMENT = size;
      }
      await assertThrows("ERR_TYPE", /^view: the class of a typed/, () =>
        heap.view(Wrong, pointer),
      );
    }
  });

  test("that ends or shortens the block in its constructor gives no view", async () => {
    const heap = await Heap.create();
    const pointer = heap.alloc(1000);
    class Shortening extends Uint8Array {
      constructor(...extent) {
        super(...extent);
        heap.realloc(pointer, 10);
      }
    }
    class Freeing extends Uint8Array {
      constructor(...extent) {
        super(...extent);
        heap.free(pointer);
      }
    }
    await assertThrows("ERR_RANGE", /has 10 bytes/, () => heap.view(Shortening, pointer));
    await assertThrows("ERR_POINTER", /is not the pointer/, () => heap.view(Freeing, pointer));
  });
});

test("data that only says that it is an ArrayBuffer is refused", async () => {
  const heap = await Heap.create();
  const sentence = /^allocBytes: an ArrayBuffer or a view of one is needed/;
  const data = { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 100, length: 2 ** 30 };
  await assertThrows("ERR_TYPE", sentence, () => heap.allocBytes(data));
});

/** Pointer and length of a live block that the heap does not know. */
function released(heap) {
  const pointer = heap.alloc(50);
  heap.disown(pointer);
  return [pointer, 50];
}
