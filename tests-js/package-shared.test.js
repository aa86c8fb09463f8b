// A SharedHeap: one heap in a memory that threads share. What the module does under many threads is for
// threads*.test.js; here it is what the class does, most of it with two objects in one thread, which are two
// threads to the heap.

import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import {
  GranaryError,
  Heap,
  SharedHeap,
  assemble,
  assertThrows,
  folder,
  moduleBytes,
} from "./support/package-staged.js";

const pageSize = 65536;
const pagesOf = ({ memory }) => memory.buffer.byteLength / pageSize;
const module = new WebAssembly.Module(moduleBytes("granary-threads.wasm"));
const sharedMemory = (initial, maximum) =>
  new WebAssembly.Memory({ initial, maximum, shared: true });

/** Two threads' objects of one heap. */
async function twoOf(options = { maximumPages: 200 }) {
  const first = await SharedHeap.create(options);
  return [first, await SharedHeap.open(structuredClone(first.share()))];
}

/** Hands a block over, as a message would. */
function pass(pointer, from, to) {
  const { length, alignment } = from.disown(pointer);
  to.adopt(pointer, length, { alignment });
}

describe("a shared heap", () => {
  test("works in a shared memory of its own, above the pages that it leaves to others", async () => {
    const heap = await SharedHeap.create({ initialPages: 3, maximumPages: 20 });
    assert.ok(heap.memory.buffer instanceof SharedArrayBuffer);
    assert.equal(pagesOf(heap), 4);
    assert.ok(heap.alloc(1000) >= 3 * pageSize);
    while (heap.tryAlloc(1000) !== null);
    assert.equal(pagesOf(heap), 20);
    assert.equal(pagesOf(await SharedHeap.create({ maximumPages: 2 })), 2);
  });

  test("works in a memory that is given, and leaves its bytes as they are but for the 8 at 8", async () => {
    const memory = sharedMemory(2, 100);
    new Uint8Array(memory.buffer).fill(0xab);
    const heap = await SharedHeap.create({ memory });
    assert.equal(heap.memory, memory);
    for (let i = 0; i < 1000; i++) heap.bytes(heap.alloc(1000)).fill(1);
    const changed = new Uint8Array(memory.buffer, 0, 2 * pageSize).findIndex(
      (byte, address) => byte !== 0xab && (address < 8 || address >= 16),
    );
    assert.equal(changed, -1);
  });

  test("is made and opened at once as well", () => {
    const heap = SharedHeap.createSync({ module, maximumPages: 10 });
    const opened = SharedHeap.openSync(heap.share());
    assert.ok(opened instanceof SharedHeap);
    assert.equal(opened.exports.vtable.value, heap.exports.vtable.value);
    assert.deepEqual(Object.keys(heap.share()), ["module", "memory"]);
    assert.equal(heap.share().module, module);
  });

  test("that works in a memory already is opened by create, too", async () => {
    const heap = await SharedHeap.create({ maximumPages: 10 });
    const same = await SharedHeap.create({ memory: heap.memory });
    assert.equal(same.exports.vtable.value, heap.exports.vtable.value);
    assert.equal(pagesOf(same), 2);
  });

  test("is opened in a worker, which reads a block of this thread and answers with one of its own", async () => {
    const heap = await SharedHeap.create({ maximumPages: 100 });
    const pointer = heap.allocString("from the main thread");
    const code = `
      import { parentPort, workerData } from "node:worker_threads";
      import { SharedHeap } from ${JSON.stringify(pathToFileURL(join(folder, "index.js")))};
      const heap = await SharedHeap.open(workerData.shared);
      const { pointer, length, alignment } = workerData.block;
      heap.adopt(pointer, length, { alignment });
      const answer = heap.allocString("read: " + heap.readString(pointer));
      heap.free(pointer);
      parentPort.postMessage({ pointer: answer, ...heap.disown(answer) });
      heap.flush();`;
    const block = { pointer, ...heap.disown(pointer) };
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
      workerData: { shared: heap.share(), block },
    });
    const [[answer]] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
    heap.adopt(answer.pointer, answer.length, { alignment: answer.alignment });
    assert.equal(heap.readString(answer.pointer), "read: from the main thread");
    heap.free(answer.pointer);
  });
});

describe("a block of a shared heap", () => {
  test("is ended, resized and viewed only by the thread that has it", async () => {
    const [mine, theirs] = await twoOf();
    const pointer = mine.alloc(100);
    const sentence =
      /is not the pointer of a live block of this heap: .* or another thread has it, which must disown it/;
    for (const call of [
      () => theirs.free(pointer),
      () => theirs.realloc(pointer, 200),
      () => theirs.bytes(pointer),
      () => theirs.disown(pointer),
    ]) {
      await assertThrows("ERR_POINTER", sentence, call);
    }
    pass(pointer, mine, theirs);
    await assertThrows("ERR_POINTER", sentence, () => mine.free(pointer));
    assert.equal(theirs.lengthOf(theirs.realloc(pointer, 20_000)), 20_000);
  });

  test("that another thread ended is used again by any", async () => {
    const [mine, theirs] = await twoOf({ maximumPages: 20 });
    const large = 15 * pageSize;
    for (let round = 0; round < 100; round++) {
      const [from, to] = round % 2 === 0 ? [mine, theirs] : [theirs, mine];
      const pointer = from.alloc(large, { alignment: 4096 });
      from.bytes(pointer).fill(round);
      pass(pointer, from, to);
      assert.ok(to.bytes(pointer).every((byte) => byte === round));
      to.free(pointer);
      await assertThrows("ERR_POINTER", /it was freed/, () => to.free(pointer));
    }
  });

  test("lies above what this thread knew of the memory, where another has made it grow", async () => {
    const [mine, theirs] = await twoOf();
    const known = mine.memory.buffer.byteLength;
    const pointer = theirs.alloc(3 * pageSize);
    theirs.bytes(pointer).fill(0x5a);
    assert.ok(pointer + 3 * pageSize > known);
    pass(pointer, theirs, mine);
    assert.ok(mine.bytes(pointer).every((byte) => byte === 0x5a));
    assert.equal(mine.view(BigUint64Array, pointer)[0], 0x5a5a5a5a5a5a5a5an);
    const copy = mine.allocBytes(mine.bytes(pointer, 1000));
    assert.deepEqual(mine.bytes(copy), mine.bytes(pointer, 1000));
  });

  test("keeps its views when the memory grows", async () => {
    const [mine, theirs] = await twoOf();
    const view = mine.bytes(mine.alloc(100)).fill(7);
    theirs.alloc(50 * pageSize);
    mine.alloc(50 * pageSize);
    assert.equal(view.length, 100);
    assert.ok(mine.bytes(view.byteOffset).every((byte) => byte === 7));
  });

  test("is copied from a view that lies in the memory above what this thread knew", async () => {
    const [mine, theirs] = await twoOf();
    // The copy will lie below what this thread knows, where this block did.
    mine.free(mine.alloc(500));
    const pointer = theirs.alloc(20 * pageSize);
    const source = new Uint8Array(mine.memory.buffer, pointer + 19 * pageSize, 500).fill(3);
    assert.ok(mine.bytes(mine.allocBytes(source)).every((byte) => byte === 3));
  });

  test("is read as text where no TextDecoder takes shared bytes, as in browsers", async (t) => {
    const { TextDecoder } = globalThis;
    const decode = TextDecoder.prototype.decode;
    t.mock.method(TextDecoder.prototype, "decode", function (bytes) {
      assert.ok(!(bytes.buffer instanceof SharedArrayBuffer), "must not be shared");
      return decode.call(this, bytes);
    });
    const heap = await SharedHeap.create({ maximumPages: 10 });
    assert.equal(heap.readString(heap.allocString("Grüße \u{1f33e}")), "Grüße \u{1f33e}");
  });
});

describe("a thread of a shared heap", () => {
  test("gives back with flush what it holds, keeps its blocks, and goes on", async () => {
    const [mine, theirs] = await twoOf({ maximumPages: 4 });
    // All that is free is one block again once nobody holds any: the longest that can be had.
    const longest = () => {
      let length = 4 * pageSize;
      let pointer;
      while ((pointer = theirs.tryAlloc(length)) === null) length -= 64;
      theirs.free(pointer);
      return length;
    };
    const kept = mine.alloc(10);
    mine.flush();
    const before = longest();
    const blocks = Array.from({ length: 600 }, () => mine.alloc(150));
    for (const pointer of blocks) mine.free(pointer);
    assert.ok(longest() < before);
    mine.flush();
    assert.equal(longest(), before);
    mine.free(kept);
    mine.free(mine.alloc(10));
  });

  /** A module that remembers what it is told, which is no heap. */
  const telling = assemble(`(module
    (import "env" "memory" (memory 1 65536 shared))
    (global $told (mut i32) (i32.const 0))
    (func (export "alloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
    (func (export "free") (param i32 i32 i32 i32 i32))
    (func (export "thread_flush"))
    (func (export "thread_may_wait") (param i32) (global.set $told (local.get 0)))
    (func (export "told") (result i32) (global.get $told)))`);

  test("waits for the lock where it may, and is never told so where Atomics.wait throws", (t) => {
    const options = { module: telling, maximumPages: 10 };
    assert.equal(SharedHeap.createSync(options).exports.told(), 1);
    t.mock.method(Atomics, "wait", () => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    const heap = SharedHeap.createSync(options);
    assert.equal(heap.exports.told(), 0);
    assert.equal(SharedHeap.openSync(heap.share()).exports.told(), 0);
  });

  test("hears that the heap is broken, and how that may have come", async () => {
    const heap = await SharedHeap.create({ maximumPages: 10 });
    const pointer = heap.alloc(24, { alignment: 8 });
    // Raw code ends a block that the object has: the next block lies where it is still live.
    heap.exports.free(0, pointer, 24, 3, 0);
    await assertThrows("ERR_BROKEN", /or a thread ended a block that another one had not/, () =>
      heap.alloc(24, { alignment: 8 }),
    );
  });
});

describe("what a shared heap refuses:", () => {
  const refused = async (code, sentence, options) => {
    await assertThrows(code, sentence, () => SharedHeap.create(options));
    await assertThrows(code, sentence, () => SharedHeap.createSync({ module, ...options }));
  };

  test("options that are unknown, missing, out of range or contradictory", async () => {
    const memory = sharedMemory(1, 10);
    const pages = { maximumPages: 10 };
    await assertThrows("ERR_OPTION", /^SharedHeap.create: options are an object/, () =>
      SharedHeap.create(5),
    );
    await assertThrows("ERR_OPTION", /^SharedHeap.create needs/, () => SharedHeap.create());
    await refused("ERR_OPTION", /there is no option "width", only module, memory,/, { width: 64 });
    await refused("ERR_OPTION", /^SharedHeap\.\w+ needs maximumPages, because .* a maximum/, {});
    for (const maximumPages of [0, 1, 1.5, 65537, "10", NaN, null]) {
      await refused("ERR_OPTION", /^maximumPages is a whole number from 2 to 65536/, {
        maximumPages,
      });
    }
    for (const initialPages of [0, 10, 2.5, "1", null]) {
      const sentence = /^initialPages is a whole number from 1 to 9, because .* of the 10 pages/;
      await refused("ERR_OPTION", sentence, { ...pages, initialPages });
    }
    await refused("ERR_OPTION", /`memory` has its own/, { memory, ...pages });
    await refused("ERR_OPTION", /`memory` has its own/, { memory, initialPages: 1 });
    assert.equal(memory.buffer.byteLength, pageSize);
  });

  test("a memory that is none, is not shared, has no page or cannot grow", async () => {
    const cases = [
      [/a WebAssembly.Memory is needed, not 5/, 5],
      [/not an object \(SharedArrayBuffer\)/, new SharedArrayBuffer(8)],
      [
        /^memory: this one is not shared between threads; .*\{ shared: true \}, and a Heap this/,
        new WebAssembly.Memory({ initial: 1 }),
      ],
      [/the module does not take it/, sharedMemory(0, 10)],
      [/it has 2 pages and cannot grow by the one that/, sharedMemory(2, 2)],
    ];
    for (const [sentence, memory] of cases) await refused("ERR_MEMORY", sentence, { memory });
  });

  test("a module that is not for threads", async () => {
    const sentence =
      /^module: it does not export thread_flush, thread_may_wait, as granary-threads\.wasm does$/;
    for (const name of ["granary.wasm", "granary-import.wasm", "granary-checked-import.wasm"]) {
      const options = { module: moduleBytes(name), maximumPages: 10 };
      await refused("ERR_MODULE", sentence, options);
    }
    const missing = new URL("none.wasm", pathToFileURL(`${folder}/`));
    const call = () => SharedHeap.create({ module: missing, maximumPages: 10 });
    await assertThrows("ERR_MODULE", /none\.wasm gave no module/, call);
  });

  test("to open what share did not return", async () => {
    const { memory } = await SharedHeap.create({ maximumPages: 10 });
    const cases = [
      ["ERR_OPTION", /^SharedHeap\.open(Sync)?: options are an object \{ module, memory \}/, 5],
      ["ERR_OPTION", /there is no option "maximumPages"/, { module, memory, maximumPages: 10 }],
      ["ERR_MODULE", /a WebAssembly.Module is needed, as share returns it, not und/, { memory }],
      ["ERR_MODULE", /not an object \(Uint8Array\)/, { module: new Uint8Array(8), memory }],
      ["ERR_MEMORY", /a WebAssembly.Memory is needed, not undefined/, { module }],
    ];
    for (const [code, sentence, shared] of cases) {
      await assertThrows(code, sentence, () => SharedHeap.open(shared));
      await assertThrows(code, sentence, () => SharedHeap.openSync(shared));
    }
  });

  test("a runtime that has no SharedArrayBuffer, with the headers that a page needs", async (t) => {
    const heap = await SharedHeap.create({ maximumPages: 10 });
    const shared = heap.share();
    const { SharedArrayBuffer } = globalThis;
    delete globalThis.SharedArrayBuffer;
    t.after(() => (globalThis.SharedArrayBuffer = SharedArrayBuffer));
    const sentence =
      /no SharedArrayBuffer; .*Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp$/;
    await refused("ERR_ENGINE", sentence, { maximumPages: 10 });
    await assertThrows("ERR_ENGINE", sentence, () => SharedHeap.open(shared));
    await assertThrows("ERR_ENGINE", sentence, () => SharedHeap.openSync(shared));
  });

  test("a length, an alignment or a view, in the words of any heap", async () => {
    const heap = await SharedHeap.create({ maximumPages: 10 });
    const pointer = heap.alloc(10);
    const cases = [
      ["ERR_LENGTH", () => heap.alloc(-1)],
      ["ERR_LENGTH", () => heap.realloc(pointer, 0)],
      ["ERR_ALIGNMENT", () => heap.alloc(1, { alignment: 3 })],
      ["ERR_RANGE", () => heap.bytes(pointer, 11)],
      ["ERR_POINTER", () => heap.free(pointer + 1)],
      ["ERR_POINTER", () => heap.adopt(2 ** 32 - 16, 8)],
      ["ERR_POINTER", () => heap.adopt(pointer, 10)],
      ["ERR_NO_MEMORY", () => heap.alloc(10 * pageSize)],
      ["ERR_OPTION", () => new SharedHeap()],
    ];
    for (const [code, call] of cases) {
      assert.throws(call, (thrown) => thrown instanceof GranaryError && thrown.code === code, code);
    }
  });

  test("a Heap refuses the memory and the module of a shared one, and names the class for them", async () => {
    const memory = sharedMemory(1, 10);
    const forThis = /this one is shared between threads; .*, and a SharedHeap this one$/;
    await assertThrows("ERR_MEMORY", forThis, () => Heap.create({ memory }));
    const other = /^module: it is for memories that threads share; a SharedHeap takes it$/;
    await assertThrows("ERR_MODULE", other, () => Heap.create({ module }));
    await assertThrows("ERR_MODULE", other, () => Heap.createSync({ module }));
  });
});
