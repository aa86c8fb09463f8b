// The npm package as files: what is packed, and that its manifest, its types and its class agree.

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inlined, manifest, modules, stage } from "../js/stage.js";
import { outputOfSync } from "../tools/run.js";
import {
  CheckedHeap,
  Heap,
  InspectedHeap,
  SharedHeap,
  folder,
  temporaryFolder,
} from "./support/package-staged.js";

const shippedWithoutBeingNamed = ["LICENSE", "README.md", "package.json"];

describe("the package", () => {
  test("packs only the files that its manifest names, the modules and the licence", () => {
    const packed = JSON.parse(npm("pack", "--dry-run", "--json"));
    // npm 12 answers with an object by package name, older ones with an array.
    const [{ files }] = Array.isArray(packed) ? packed : Object.values(packed);
    const named = manifest.files.filter((name) => !name.includes("*"));
    const texts = inlined.map((name) => name.replace(".wasm", ".base64.js"));
    assert.deepEqual(
      files.map(({ path }) => path).sort(),
      [...shippedWithoutBeingNamed, ...named, ...modules, ...texts].sort(),
    );
  });

  test("ships every module by name, those that the classes open among them", () => {
    assert.deepEqual(
      modules.toSorted(),
      readdirSync(folder).filter((name) => name.endsWith(".wasm")),
    );
    const sources = manifest.files.filter((name) => /^[^*]*\.js$/.test(name));
    const opened = sources.flatMap((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return [...text.matchAll(/new URL\("\.\/(.*?)", import\.meta\.url\)\s*[,}]/g)];
    });
    assert.ok(opened.length >= 9);
    for (const [, name] of opened) assert.ok(modules.includes(name), name);
    for (const name of modules.filter((name) => !name.includes("64"))) {
      assert.ok(WebAssembly.validate(readFileSync(join(folder, name))), name);
    }
  });

  test("has a file behind every entry of its exports, the types first", () => {
    for (const [entry, target] of Object.entries(manifest.exports)) {
      const paths = typeof target === "string" ? [target] : Object.values(target);
      for (const path of paths) assert.ok(existsSync(join(folder, path)), `${entry}: ${path}`);
      if (typeof target !== "string") assert.equal(Object.keys(target)[0], "types", entry);
    }
  });

  test("depends on nothing and runs nothing when it is installed", () => {
    const risky = /dependencies|scripts|bundled/i;
    assert.deepEqual(
      Object.keys(manifest).filter((key) => risky.test(key)),
      [],
    );
  });

  test("says in its types what each class has, and nothing else", async () => {
    const { Recorder } = await import(pathToFileURL(join(folder, "recorder.js")));
    // What a class has in other ways than its base is declared again.
    const again = ["create", "createSync", "exports"];
    const cases = [
      ["index.d.ts", Heap, []],
      ["inspected-heap.d.ts", InspectedHeap, again],
      ["checked-heap.d.ts", CheckedHeap, again],
      ["shared-heap.d.ts", SharedHeap, again],
      ["recorder.d.ts", Recorder, []],
    ];
    for (const [file, Class, inherited] of cases) {
      const types = readFileSync(join(folder, file), "utf8");
      const [, body] = types.split(new RegExp(`^export class ${Class.name}\\b.*$`, "m"));
      const [members] = body.split(/^\}/m);
      const declared = [...members.matchAll(/^ {2}(?:static |readonly )*(\w+)[<(:]/gm)]
        .map(([, name]) => name)
        .filter((name) => name !== "constructor");
      const own = (object, not) =>
        Object.getOwnPropertyNames(object).filter((name) => !not.includes(name));
      const actual = [
        ...own(Class, ["length", "name", "prototype"]),
        ...own(Class.prototype, ["constructor"]),
        ...inherited,
      ];
      assert.deepEqual([...new Set(declared)].sort(), actual.sort());
    }
  });

  test("says in its types what heaps and arenas have in common, and what handles have", async () => {
    const types = readFileSync(join(folder, "index.d.ts"), "utf8");
    const heap = await Heap.create();
    const ofAllocators = Object.getPrototypeOf(Heap.prototype);
    const ofBlocks = Object.getPrototypeOf(heap.block(heap.alloc(1)));
    for (const [name, prototype] of [
      ["Allocator", ofAllocators],
      ["Block", ofBlocks],
    ]) {
      const [, body] = types.split(new RegExp(`^export interface ${name}<`, "m"));
      const [members] = body.split(/^\}/m);
      const declared = [...members.matchAll(/^ {2}(?:readonly )?(\w+)[<(:]/gm)].map(
        ([, member]) => member,
      );
      const actual = [];
      for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
        actual.push(...Object.getOwnPropertyNames(at).filter((member) => member !== "constructor"));
      }
      assert.deepEqual([...new Set(declared)].sort(), [...new Set(actual)].sort(), name);
    }
  });

  test("says in its types what it exports, and nothing else", async () => {
    const declarations = manifest.files.filter((name) => name.endsWith(".d.ts"));
    const declaredIn = (names) => {
      const types = names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
      return [...types.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
    };
    const exportedBy = async (name) => Object.keys(await import(pathToFileURL(join(folder, name))));
    const others = ["inline.d.ts", "recorder.d.ts"];
    const own = declaredIn(declarations.filter((name) => !others.includes(name)));
    assert.deepEqual(own.sort(), (await exportedBy("index.js")).sort());
    assert.deepEqual(
      declaredIn(["recorder.d.ts"]).sort(),
      (await exportedBy("recorder.js")).sort(),
    );
    // The others are declared as in index.d.ts.
    const inline = (await exportedBy("inline.js")).filter((name) => name.endsWith("Heap"));
    assert.deepEqual(declaredIn(["inline.d.ts"]).sort(), inline.sort());
  });

  test("lists in its types exactly the codes that its sources throw", () => {
    const codes = (text) => [...new Set(text.match(/"ERR_\w+"/g))].sort();
    const sources = readdirSync(folder).filter((name) => name.endsWith(".js"));
    const thrown = sources.map((name) => readFileSync(join(folder, name), "utf8")).join();
    assert.deepEqual(codes(readFileSync(join(folder, "index.d.ts"), "utf8")), codes(thrown));
  });

  test("can be put together in a new folder, and in one that exists", () => {
    const nested = join(temporaryFolder("stage"), "a", "b");
    stage(nested);
    assert.deepEqual(readdirSync(stage(nested)).sort(), readdirSync(folder).sort());
  });
});

function npm(...parameters) {
  return outputOfSync(["npm", ...parameters], { cwd: folder });
}
