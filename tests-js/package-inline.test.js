// The entry `granary/inline`: the classes of the package with their modules inside. package-scope.test.js has it in a
// scope that has little else, interop/package-inline.test.js in bundles and browsers.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inlined } from "../js/stage.js";
import * as granary from "./support/package-staged.js";
import { assertThrows, folder, moduleBytes } from "./support/package-staged.js";

const load = (name) => import(pathToFileURL(join(folder, name)));
const inline = await load("inline.js");
const classNames = Object.keys(inline).filter((name) => name.endsWith("Heap"));
const optionsOf = (name) => (name === "SharedHeap" ? { maximumPages: 20 } : {});

describe("granary/inline", () => {
  test("has the names of granary", async () => {
    assert.deepEqual(Object.keys(inline), Object.keys(await load("index.js")));
  });

  test("has classes whose heaps are those of granary, made at once or awaited, without a fetch", async (t) => {
    const fetched = t.mock.method(globalThis, "fetch");
    assert.equal(classNames.length, 6);
    for (const name of classNames) {
      const Class = inline[name];
      assert.equal(Class.name, name);
      for (const heap of [Class.createSync(optionsOf(name)), await Class.create(optionsOf(name))]) {
        assert.ok(heap instanceof granary[name] && heap instanceof Class);
        assert.equal(heap.readCString(heap.allocCString("grain")), "grain");
      }
    }
    assert.equal(fetched.mock.callCount(), 0);
  });

  test("compiles each module once", async (t) => {
    const own = pathToFileURL(
      join(
        granary.stageElsewhere("inline", (text) => text),
        "inline.js",
      ),
    );
    const { Heap } = await import(own);
    const compile = t.mock.method(WebAssembly, "compile");
    await Promise.all([Heap.create(), Heap.create(), Heap.create({ maximumPages: 5 })]);
    assert.equal(compile.mock.callCount(), 1);
    const made = t.mock.method(WebAssembly, "Module");
    Heap.createSync();
    Heap.createSync({ maximumPages: 5 });
    // The others only ask what the runtime can do.
    const large = made.mock.calls.filter((call) => call.arguments[0].length > 1000);
    assert.equal(large.length, 1);
  });

  test("takes memories, limits and other modules as granary does", async () => {
    const { Heap, CheckedHeap } = inline;
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 50 });
    assert.equal(Heap.createSync({ memory }).memory, memory);
    assert.equal((await CheckedHeap.create({ memory })).memory, memory);
    assert.equal(Heap.createSync({ maximumPages: 3 }).tryAlloc(200_000), null);
    const other = Heap.createSync({ module: moduleBytes("classic.wasm") });
    assert.equal(other.tryAlloc(1, { alignment: 2 ** 17 }), null);
    assert.notEqual(Heap.createSync({ module: undefined }).tryAlloc(1), null);
  });

  test("refuses what is no option, as granary does", async () => {
    const { Heap, SharedHeap } = inline;
    for (const options of [null, 5, "module"]) {
      const sentence = /^Heap\.createSync: options are an object/;
      await assertThrows("ERR_OPTION", sentence, () => Heap.createSync(options));
    }
    const unknown = /^Heap\.create: there is no option "maximum", only module, memory/;
    await assertThrows("ERR_OPTION", unknown, () => Heap.create({ maximum: 5 }));
    await assertThrows("ERR_OPTION", /needs maximumPages/, () => SharedHeap.createSync());
  });

  test("lets a thread open the heap of another one", async () => {
    const { SharedHeap } = inline;
    const heap = SharedHeap.createSync({ maximumPages: 20 });
    const pointer = heap.allocCString("grain");
    const opened = SharedHeap.openSync(heap.share());
    assert.ok(opened instanceof SharedHeap);
    assert.equal(opened.readCString(pointer), "grain");
  });
});

test("the text of each module is its bytes", async () => {
  const { bytesOfBase64 } = await load("base64.js");
  assert.ok(inlined.length >= 6);
  for (const module of inlined) {
    const name = module.replace(".wasm", ".base64.js");
    const { default: text } = await load(name);
    assert.deepEqual(bytesOfBase64(text), new Uint8Array(moduleBytes(module)));
    assert.match(readFileSync(join(folder, name), "utf8"), /^export default "[\w+/]+";$/m);
  }
  for (let length = 0; length < 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
    const text = Buffer.from(bytes).toString("base64").replaceAll("=", "");
    assert.deepEqual(bytesOfBase64(text), bytes);
  }
});
