// The package in scopes that have less than a page or Node has: only ECMAScript and WebAssembly, or no
// URLs of the package's own files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inRepository } from "../tools/paths.js";
import { outputOfSync } from "../tools/run.js";
import { assertThrows, folder, stageElsewhere } from "./support/package-staged.js";
import { Random, seeds } from "./support/random.js";

const runner = inRepository("tests-js/support/bare-scope.js");

/** What the code answers in a scope of ECMAScript and WebAssembly. */
function inBareScope(code, entry = "index.js") {
  const options = ["--experimental-vm-modules", "--no-warnings", runner, folder, entry, code];
  return JSON.parse(outputOfSync([process.execPath, ...options]));
}

describe("in a scope of ECMAScript and WebAssembly alone", () => {
  test("no other global exists", () => {
    const names = ["TextEncoder", "TextDecoder", "URL", "fetch", "process", "setTimeout"];
    assert.deepEqual(
      inBareScope(`return ${JSON.stringify(names)}.map((name) => typeof globalThis[name])`),
      names.map(() => "undefined"),
    );
  });

  test("heaps of every class work, from bytes or a module, at once or awaited", () => {
    const answer = inBareScope(`
      const { Heap, InspectedHeap, CheckedHeap } = granary;
      const plain = await Heap.create({ module: bytes("granary.wasm") });
      const pointer = plain.realloc(plain.alloc(100), 200_000);
      plain.bytes(pointer).fill(7);
      const module = new WebAssembly.Module(bytes("granary-import.wasm"));
      const limited = Heap.createSync({ module, maximumPages: 2 });
      const inspected = InspectedHeap.createSync({ module: bytes("granary-inspect.wasm") });
      inspected.alloc(50_000);
      const memory = new WebAssembly.Memory({ initial: 1 });
      const checked = await CheckedHeap.create({ module: bytes("granary-checked-import.wasm"), memory });
      const overrun = checked.alloc(10);
      new Uint8Array(memory.buffer)[overrun + 10] = 1;
      let kind;
      try { checked.free(overrun); } catch (fault) { kind = fault.kind; }
      return [
        plain.view(Uint32Array, pointer)[0],
        limited.tryAlloc(200_000),
        inspected.stats().liveBlockCount,
        kind,
      ];`);
    assert.deepEqual(answer, [0x07070707, null, 1, "written-past-end"]);
  });

  test("heaps of every class of granary/inline are made at once from nothing", () => {
    const answer = inBareScope(
      `const { Heap, InspectedHeap, CheckedHeap, ArenaHeap, CheckedArenaHeap, SharedHeap } = granary;
      const heaps = [Heap, InspectedHeap, CheckedHeap, ArenaHeap, CheckedArenaHeap].map((Class) =>
        Class.createSync(),
      );
      heaps.push(SharedHeap.createSync({ maximumPages: 10 }), await Heap.create());
      return heaps.map((heap) => heap.readCString(heap.allocCString("Grüße")));`,
      "inline.js",
    );
    assert.deepEqual(answer, Array(7).fill("Grüße"));
  });

  test("strings are written and read as everywhere", () => {
    const texts = ["", "granary", "\ufeffgrün \u{1f33e}\0end", "\ud800a\udc00", "x".repeat(10_000)];
    const answer = inBareScope(`
      const heap = granary.Heap.createSync({ module: bytes("granary.wasm") });
      return ${JSON.stringify(texts)}.map((text) => {
        const pointer = heap.allocString(text);
        return [[...heap.bytes(pointer)], heap.readString(pointer)];
      });`);
    answer.forEach(([bytes, text], i) => {
      const expected = new TextEncoder().encode(texts[i]);
      assert.deepEqual(bytes, [...expected]);
      assert.equal(text, new TextDecoder("utf-8", { ignoreBOM: true }).decode(expected));
    });
  });

  for (const seed of seeds(1, 3)) {
    test(`malformed bytes are read as everywhere (SEED=${seed})`, () => {
      const random = new Random(seed);
      // Bytes near the borders of what may follow what.
      const edges = [0, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf];
      edges.push(0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
      const rows = Array.from({ length: 2000 }, () =>
        Array.from({ length: 1 + random.below(8) }, () => edges[random.below(edges.length)]),
      );
      const answer = inBareScope(`
        const heap = granary.Heap.createSync({ module: bytes("granary.wasm") });
        return ${JSON.stringify(rows)}.map((row) => {
          const pointer = heap.allocBytes(Uint8Array.from(row));
          const text = heap.readString(pointer);
          heap.free(pointer);
          return text;
        });`);
      const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
      rows.forEach((row, i) => {
        assert.equal(answer[i], decoder.decode(Uint8Array.from(row)), `${row}`);
      });
    });
  }

  test("a module that would have to be fetched is refused, and the refusal says what to give", () => {
    const answer = inBareScope(`
      const { Heap, CheckedHeap, GranaryError } = granary;
      const calls = [
        () => Heap.create(),
        () => CheckedHeap.create({ maximumPages: 5 }),
        () => Heap.create({ module: "https://example.org/granary.wasm" }),
      ];
      return Promise.all(calls.map(async (call) => {
        try { await call(); } catch (failure) {
          return [failure instanceof GranaryError, failure.code, failure.message];
        }
      }));`);
    const sentences = [
      /^module: the package cannot tell here where its granary\.wasm lies: give it, as in Heap\.create\(\{ module \}\); /,
      /^module: the package .* granary-checked-import\.wasm .*, as in CheckedHeap\.create\(\{ module \}\); /,
      /^module: nothing can be fetched here, .*: bytes or a WebAssembly\.Module are needed$/,
    ];
    answer.forEach(([isGranaryError, code, message], i) => {
      assert.ok(isGranaryError, message);
      assert.equal(code, "ERR_MODULE");
      assert.match(message, sentences[i]);
    });
  });
});

describe("where the package's files cannot be found", () => {
  for (const [what, url] of [
    ["in a bundle of CommonJS, which has no import.meta.url", "undefined"],
    ["in a worker made of a Blob", JSON.stringify("blob:https://example.org/0a1b")],
    ["in a script of a data URL", JSON.stringify("data:text/javascript,1")],
  ]) {
    test(`the refusal names { module } ${what}`, async () => {
      const own = stageElsewhere("bundled", (text) => text.replaceAll("import.meta.url", url));
      const { CheckedHeap, GranaryError, Heap } = await import(
        pathToFileURL(join(own, "index.js"))
      );
      for (const [name, call] of [
        ["Heap", () => Heap.create()],
        ["Heap", () => Heap.create({ maximumPages: 5 })],
        ["CheckedHeap", () => CheckedHeap.create()],
      ]) {
        const sentence = new RegExp(
          `cannot tell here where .* lies: give it, as in ${name}\\.create\\(\\{ mod`,
        );
        const failure = await assertThrows("ERR_MODULE", sentence, call, GranaryError);
        assert.ok(failure.cause instanceof TypeError);
      }
      const module = readFileSync(join(folder, "classic.wasm"));
      assert.notEqual((await Heap.create({ module })).alloc(1), 0);
    });
  }

  test("the refusal names { module } where the file is missing", async () => {
    const own = stageElsewhere("alone", (text) => text.replaceAll("./granary", "./none/granary"));
    const { GranaryError, Heap } = await import(pathToFileURL(join(own, "index.js")));
    const sentence = /granary\.wasm gave no module: ENOENT.*; if granary\.wasm .*\(\{ module \}\)$/;
    await assertThrows("ERR_MODULE", sentence, () => Heap.create(), GranaryError);
  });
});
