// An HTML page in the place of a module: servers answer with one where no file is, often with status 200.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Heap, assertThrows, moduleBytes, temporaryFolder } from "./support/package-staged.js";

const page = "<!doctype html><title>Not here</title>";
const sentence = /^module: .* gave no module: it is an HTML page, with which servers answer where/;

const answer = (type, body = page) => new Response(body, { headers: { "content-type": type } });

describe("an HTML page in the place of a module is told apart", () => {
  test("by its type, whatever it begins with", async () => {
    for (const type of ["text/html", "Text/HTML; charset=utf-8"]) {
      for (const body of [page, `\n${page}`, ""]) {
        const call = () => Heap.create({ module: answer(type, body) });
        const { cause } = await assertThrows("ERR_MODULE", sentence, call);
        assert.ok(cause instanceof WebAssembly.CompileError);
      }
    }
  });

  test("by its first byte, in an answer of any other type, in a file, and in bytes", async () => {
    const path = join(temporaryFolder("html"), "granary.wasm");
    writeFileSync(path, page);
    const bytes = new TextEncoder().encode(page);
    for (const module of [
      answer("text/plain"),
      answer("application/octet-stream"),
      pathToFileURL(path),
      bytes,
      bytes.buffer,
      new DataView(bytes.buffer),
      Promise.resolve(bytes),
    ]) {
      await assertThrows("ERR_MODULE", sentence, () => Heap.create({ module }));
    }
    for (const module of [bytes, bytes.buffer, new DataView(bytes.buffer)]) {
      await assertThrows("ERR_MODULE", sentence, () => Heap.createSync({ module }));
    }
  });

  test("from a module that is only served as one", async () => {
    const heap = await Heap.create({ module: answer("text/html", moduleBytes("classic.wasm")) });
    assert.notEqual(heap.tryAlloc(1), null);
  });

  test("from other bytes, of which the runtime says what is wrong", async () => {
    const detached = new Uint8Array(8);
    structuredClone(null, { transfer: [detached.buffer] });
    for (const module of [new Uint8Array(8), new Uint8Array(0), detached]) {
      const other = /^module: these bytes gave no module: (?!it is an HTML page)/;
      await assertThrows("ERR_MODULE", other, () => Heap.create({ module }));
      await assertThrows("ERR_MODULE", other, () => Heap.createSync({ module }));
    }
  });
});
