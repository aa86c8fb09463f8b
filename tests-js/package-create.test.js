// The making of a heap: where its module comes from, in which memory it works, and what it refuses.

import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { stage } from "../js/stage.js";
import {
  Heap,
  assemble,
  assertThrows,
  folder,
  moduleBytes,
  temporaryFolder,
} from "./support/package-staged.js";

const pageSize = 65536;
const pagesOf = ({ memory }) => memory.buffer.byteLength / pageSize;
const classicBytes = moduleBytes("classic.wasm");

/** Only `classic` honours no alignment above 64 KiB. */
const isClassic = (heap) => heap.tryAlloc(1, { alignment: 2 ** 17 }) === null;

describe("a heap's module", () => {
  let server;
  let origin;
  before(async () => {
    server = createServer(answer);
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  test("is granary.wasm unless told otherwise", async () => {
    const heap = await Heap.create();
    assert.equal(isClassic(heap), false);
    assert.equal(heap.memory, heap.exports.memory);
  });

  test("comes from bytes, a module, a response, a URL, or a promise of one", async () => {
    const { buffer, byteOffset, length } = classicBytes;
    const sources = {
      bytes: classicBytes,
      "an ArrayBuffer": buffer.slice(byteOffset, byteOffset + length),
      "a module": new WebAssembly.Module(classicBytes),
      "a response": new Response(classicBytes, { headers: { "content-type": "application/wasm" } }),
      "a response of another type": new Response(classicBytes),
      "a promise of a response": fetch(`${origin}/classic.wasm`),
      "a URL": new URL(`${origin}/classic.wasm`),
      "a URL as a string": `${origin}/other-type/classic.wasm`,
      "a file's URL": pathToFileURL(join(folder, "classic.wasm")),
    };
    for (const [name, module] of Object.entries(sources)) {
      assert.ok(isClassic(await Heap.create({ module })), name);
    }
  });

  test("comes at once from bytes or a module", () => {
    for (const module of [classicBytes, new WebAssembly.Module(classicBytes)]) {
      assert.ok(isClassic(Heap.createSync({ module })));
    }
  });

  test("may have more exports than the four calls, and the heap shows them", () => {
    const heap = Heap.createSync({
      module: assemble(`(module
        (memory (export "memory") 1)
        (func (export "alloc") (param i32 i32 i32 i32) (result i32) (i32.const 16))
        (func (export "resize") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
        (func (export "remap") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))
        (func (export "free") (param i32 i32 i32 i32 i32))
        (func (export "stats") (result i32) (i32.const 42)))`),
    });
    assert.equal(heap.exports.stats(), 42);
  });

  test("is tried again after a failure", async () => {
    const own = stage(temporaryFolder("retry"));
    rmSync(join(own, "granary.wasm"));
    const { Heap } = await import(pathToFileURL(join(own, "index.js")));
    await assert.rejects(Heap.create(), { code: "ERR_MODULE" });
    cpSync(join(folder, "granary.wasm"), join(own, "granary.wasm"));
    assert.notEqual((await Heap.create()).alloc(1), 0);
  });

  test("that cannot be had causes an exception that says why", async () => {
    const cases = [
      [/a URL, a Response, bytes or a WebAssembly.Module is needed, not 5/, 5],
      [/is needed, not null/, null],
      [/is needed, not an object \(Object\)/, {}],
      [/"granary.wasm" is no URL; for a file, new URL\("/, "granary.wasm"],
      [/these bytes gave no module: .*magic/, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)],
      [/not-there\.wasm gave no module: ENOENT/, pathToFileURL(join(folder, "not-there.wasm"))],
      [/\/none\.wasm was answered with 404/, `${origin}/none.wasm`],
      [/\/text\.wasm gave no module/, `${origin}/text.wasm`],
      [/the response was answered with 500/, new Response("", { status: 500 })],
      [/http:\/\/127\.0\.0\.1:1\/ gave no module: fetch failed/, "http://127.0.0.1:1/"],
    ];
    for (const [sentence, module] of cases) {
      await assertThrows("ERR_MODULE", sentence, () => Heap.create({ module }));
    }
    const rejected = () => Heap.create({ module: Promise.reject(new Error("offline")) });
    await assertThrows(
      "ERR_MODULE",
      /the promise that was given gave no module: offline/,
      rejected,
    );
  });

  test("that has to be waited for is refused where nothing waits", async () => {
    for (const module of [undefined, new URL(`${origin}/classic.wasm`), Promise.resolve()]) {
      const call = () => Heap.createSync({ module });
      await assertThrows("ERR_MODULE", /bytes or a WebAssembly.Module is needed, not/, call);
    }
    const call = () => Heap.createSync({ module: Uint8Array.of(0) });
    await assertThrows("ERR_MODULE", /these bytes gave no module/, call);
  });

  test("without the four calls, or that needs more than a memory, is refused by name", async () => {
    const cases = [
      [/it does not export alloc, resize, remap, as granary/, moduleBytes("granary-malloc.wasm")],
      [
        /it imports env\.print; a heap can give it env\.memory only/,
        assemble(`(module
        (import "env" "memory" (memory 0)) (import "env" "print" (func)))`),
      ],
      [
        /it does not export alloc, resize, remap, free, as/,
        assemble(`(module
        (import "env" "memory" (memory 0)))`),
      ],
      [
        /it does not export memory, as/,
        assemble(`(module
        (func (export "alloc")) (func (export "resize")) (func (export "remap"))
        (func (export "free")))`),
      ],
    ];
    for (const [sentence, module] of cases) {
      await assertThrows("ERR_MODULE", sentence, () => Heap.create({ module }));
      await assertThrows("ERR_MODULE", sentence, () => Heap.createSync({ module }));
    }
  });
});

describe("a heap's memory", () => {
  test("may be given, and the heap takes only pages of it that it grows", async () => {
    const memory = new WebAssembly.Memory({ initial: 3, maximum: 100 });
    new Uint8Array(memory.buffer).fill(0xab);
    const heap = await Heap.create({ memory });
    assert.equal(heap.memory, memory);
    const pointers = [];
    for (let i = 0; i < 1000; i++) pointers.push(heap.alloc(1000));
    for (const pointer of pointers) {
      assert.ok(pointer >= 3 * pageSize);
      heap.bytes(pointer).fill(1);
    }
    const before = new Uint8Array(memory.buffer, 0, 3 * pageSize);
    assert.ok(before.every((byte) => byte === 0xab));
  });

  test("may be shared by two heaps, whose blocks never meet", async () => {
    const memory = new WebAssembly.Memory({ initial: 0 });
    const heaps = [await Heap.create({ memory }), await Heap.create({ memory })];
    const blocks = [];
    for (let i = 0; i < 500; i++) {
      const heap = heaps[i % 2];
      const pointer = heap.alloc(3000);
      heap.bytes(pointer).fill(i);
      blocks.push({ heap, pointer, value: i & 0xff });
    }
    for (const { heap, pointer, value } of blocks) {
      assert.ok(heap.bytes(pointer).every((byte) => byte === value));
    }
    const [{ pointer }] = blocks;
    await assertThrows("ERR_POINTER", /is not the pointer of a live/, () => heaps[1].free(pointer));
  });

  test("has no more pages than maximumPages", async () => {
    for (const maximumPages of [1, 2, 10]) {
      const heap = await Heap.create({ maximumPages });
      for (let i = 0; i < 1000; i++) heap.tryAlloc(1000);
      assert.equal(pagesOf(heap), maximumPages);
      assert.throws(() => heap.memory.grow(1), RangeError);
    }
  });

  test("is made for a module that imports one, also at once", () => {
    const module = moduleBytes("granary-import.wasm");
    const heap = Heap.createSync({ module });
    assert.notEqual(heap.alloc(100_000), 0);
    const limited = Heap.createSync({ module, maximumPages: 1 });
    assert.equal(limited.tryAlloc(100_000), null);
    const memory = new WebAssembly.Memory({ initial: 1 });
    assert.equal(Heap.createSync({ module, memory }).memory, memory);
  });

  test("that cannot grow by a page is refused, and stays as it was", async () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
    const sentence = /it has 2 pages and cannot grow by the one that .* a larger maximum is needed/;
    const module = moduleBytes("granary-import.wasm");
    await assertThrows("ERR_MEMORY", sentence, () => Heap.create({ memory }));
    await assertThrows("ERR_MEMORY", sentence, () => Heap.createSync({ memory, module }));
    assert.ok(new Uint8Array(memory.buffer).every((byte) => byte === 0));
  });

  test("is refused when it is no memory, or shared between threads", async () => {
    const cases = [
      [/a WebAssembly.Memory is needed, not 5/, 5],
      [/a WebAssembly.Memory is needed, not null/, null],
      [/not an object \(ArrayBuffer\)/, new ArrayBuffer(8)],
      [
        /is shared between threads/,
        new WebAssembly.Memory({ initial: 1, maximum: 9, shared: true }),
      ],
      [/the module does not take it/, { [Symbol.toStringTag]: "WebAssembly.Memory" }],
    ];
    for (const [sentence, memory] of cases) {
      await assertThrows("ERR_MEMORY", sentence, () => Heap.create({ memory }));
    }
  });

  test("and limits are refused for a module with a memory of its own", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    for (const options of [{ memory }, { maximumPages: 5 }, { resizableBuffer: true }]) {
      const call = () => Heap.create({ module: classicBytes, ...options });
      await assertThrows("ERR_MODULE", /it has a memory of its own; .* granary-import.wasm/, call);
    }
    assert.equal(memory.buffer.byteLength, pageSize);
  });

  test("that the runtime does not give causes ERR_NO_MEMORY", async (t) => {
    const refuse = function () {
      throw new RangeError("could not allocate memory");
    };
    t.mock.method(WebAssembly, "Memory", refuse);
    const sentence = /the runtime gives none: could not allocate memory/;
    await assertThrows("ERR_NO_MEMORY", sentence, () => Heap.create({ maximumPages: 5 }));
    t.mock.method(WebAssembly, "instantiate", async () => refuse());
    await assertThrows("ERR_NO_MEMORY", sentence, () => Heap.create());
  });
});

describe("the options of a heap", () => {
  test("are refused when they are unknown, out of range or contradictory", async () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const cases = [
      [/options are an object \{ module, memory,.*not 5/, 5],
      [/options are an object .*not null/, null],
      [/there is no option "maximum", only module, memory, maximumPages/, { maximum: 5 }],
      [/maximumPages is a whole number from 1 to 65536 .*, not 0/, { maximumPages: 0 }],
      [/, not 65537/, { maximumPages: 65537 }],
      [/, not 1\.5/, { maximumPages: 1.5 }],
      [/, not "5"/, { maximumPages: "5" }],
      [/, not NaN/, { maximumPages: NaN }],
      [/resizableBuffer is true or false, not 1/, { resizableBuffer: 1 }],
      [/^width is 32 or 64 \(the bits of an address\), not 33/, { width: 33 }],
      [/^width is 32 or 64 .*, not "64"/, { width: "64" }],
      [/^width is 32 or 64 .*, not the bigint 64n/, { width: 64n }],
      [/`memory` has its own/, { memory, maximumPages: 5 }],
    ];
    for (const [sentence, options] of cases) {
      await assertThrows("ERR_OPTION", sentence, () => Heap.create(options));
      await assertThrows("ERR_OPTION", sentence, () => Heap.createSync(options));
    }
    assert.equal(memory.buffer.byteLength, pageSize);
  });

  test("that are undefined count as missing", async () => {
    const [memory, module, maximumPages, resizableBuffer, width] = [];
    const heap = await Heap.create({ memory, module, maximumPages, resizableBuffer, width });
    assert.equal(heap.memory, heap.exports.memory);
  });

  test("do not make a heap with new: create does", async () => {
    await assertThrows("ERR_OPTION", /made by Heap.create or Heap.createSync/, () => new Heap());
    await assertThrows("ERR_OPTION", /not new/, () => new Heap({}, {}));
  });

  test("are handed to the class that create is called on", async () => {
    class Counting extends Heap {}
    assert.ok((await Counting.create()) instanceof Counting);
    assert.ok(Counting.createSync({ module: classicBytes }) instanceof Counting);
  });
});

/** A server for `classic.wasm`, with the right type and, under /other-type/, another. */
function answer({ url }, response) {
  const types = {
    "/classic.wasm": "application/wasm",
    "/other-type/classic.wasm": "application/octet-stream",
  };
  if (types[url]) response.writeHead(200, { "content-type": types[url] }).end(classicBytes);
  else if (url === "/text.wasm") response.writeHead(200).end("<!doctype html>");
  else response.writeHead(404).end();
}
