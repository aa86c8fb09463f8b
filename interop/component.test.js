// A component in C whose strings and lists are blocks of Granary, made and called with jco: the host
// allocates what it passes in with cabi_realloc, and the component frees what it returns after the call.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { inRepository, root } from "../tools/paths.js";
import { outputOfSync } from "../tools/run.js";
import { compiler } from "../tools/toolchain.js";
import { componentize } from "./component/componentize.js";

const built = inRepository("build/interop/component");

function linkCore(folder, library, ...more) {
  const core = join(folder, "text.core.wasm");
  const language = ["-x", "c", "-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror"];
  const bare = ["--target=wasm32", "-ffreestanding", "-nostdlib", "-mbulk-memory", "-O2"];
  const source = ["-Iinclude", "interop/component/text.c"];
  const linking = ["-Wl,--no-entry,--stack-first,--export=cabi_realloc", ...more, "-x", "none"];
  const options = [...language, ...bare, ...source, ...linking, library, "-o", core];
  outputOfSync([compiler, ...options], { cwd: root });
  return core;
}

/** Makes the component in a folder; the result makes instances of it. */
async function make(folder, library, ...linking) {
  mkdirSync(folder, { recursive: true });
  const wit = inRepository("interop/component/text.wit");
  const paths = { core: linkCore(folder, library, ...linking), wit, folder };
  const { program } = await componentize(paths, { instantiation: { tag: "sync" } });
  const { instantiate } = await import(pathToFileURL(program));
  const compile = (name) => new WebAssembly.Module(readFileSync(join(folder, name)));
  return (link) => instantiate(compile, {}, link);
}

let plain, checked;
before(async () => {
  plain = await make(built, "dist/libgranary.a");
  // Only the checked library has these to export.
  const check = "-Wl,--export=granary_check,--export=granary_fault";
  checked = await make(join(built, "checked"), "dist/libgranary-checked.a", check);
});

/**
 * A fresh component and its memory.
 *
 * @param {(realloc: Function) => Function} [wrap] what the host calls instead of cabi_realloc
 * @param {Function} [instantiate] makes an instance: `plain` or `checked`
 */
function open(wrap = (realloc) => realloc, instantiate = plain) {
  let core;
  const component = instantiate((module, imports) => {
    const { exports } = new WebAssembly.Instance(module, imports);
    // The modules that jco puts around ours export no memory.
    if (exports.memory) core = exports;
    return { exports: { ...exports, cabi_realloc: wrap(exports.cabi_realloc) } };
  });
  const pages = () => core.memory.buffer.byteLength / 65_536;
  /** Of the checked library: looks at every block, and what kind of fault was met. */
  const check = () => core.granary_check();
  const fault = () => new Uint32Array(core.memory.buffer, core.granary_fault.value, 1)[0];
  return { component, pages, check, fault };
}

const reversed = (text) => [...text].reverse().join("");
const astral = "\u{1f600}\u{10348}\u{2f81a}";
const texts = ["a", "Granary", "größer — 漢字", astral, `a${astral}é`, "x".repeat(70_000)];

describe("a component takes and returns", () => {
  test("strings, in ASCII and with characters of two, three and four bytes", () => {
    const { component } = open();
    for (const text of texts) assert.equal(component.reverse(text), reversed(text));
  });

  test("a string of a million characters outside the basic plane", () => {
    const { component } = open();
    const text = astral.repeat(333_333) + "end";
    assert.equal(component.reverse(text), reversed(text));
  });

  test("empty strings and lists", () => {
    const { component } = open();
    for (let i = 0; i < 1000; i++) {
      assert.equal(component.reverse(""), "");
      assert.equal(component.sort(Uint32Array.of()).length, 0);
      assert.equal(component.join([], ", "), "");
      assert.equal(component.join(["", ""], ""), "");
      assert.deepEqual(component.split(""), [""]);
      assert.deepEqual(component.split(" a  b "), ["", "a", "", "b", ""]);
    }
    assert.equal(component.reverse("and on"), "no dna");
  });

  test("lists of numbers", () => {
    const { component } = open();
    for (const length of [1, 2, 100, 100_000]) {
      const numbers = Uint32Array.from({ length }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
      assert.deepEqual(component.sort(numbers), numbers.slice().sort());
    }
  });

  test("lists of strings", () => {
    const { component } = open();
    const words = Array.from({ length: 5000 }, (_, i) => `${i}${astral.repeat(i % 7)}`);
    assert.equal(component.join(words, " "), words.join(" "));
    assert.deepEqual(component.split(words.join(" ")), words);
    assert.equal(component.join(words, " \u{1f9f5} "), words.join(" \u{1f9f5} "));
  });
});

/**
 * One call of every export. Lengths are always the same, and each block is of a size that is large or
 * that comes often: so the heap is soon as it will stay, and a block that is lost each time shows.
 */
function callAll(component, i) {
  const text = `${i % 10}größer — 漢字 ${astral}`.repeat(20);
  assert.equal(component.reverse(text), reversed(text));
  const numbers = Uint32Array.from({ length: 200 }, (_, at) => Math.imul(at + i, 0x9e3779b1));
  assert.deepEqual(component.sort(numbers), numbers.slice().sort());
  const words = Array.from({ length: 100 }, (_, at) => (at % 9 === 0 ? "" : `${astral}${i % 10}`));
  assert.equal(component.join(words, astral.repeat(20)), words.join(astral.repeat(20)));
  assert.deepEqual(component.split(words.join(" ")), words);
}

describe("a component's memory", () => {
  test("does not grow over 10,000 calls of every export", () => {
    const { component, pages } = open();
    for (let i = 0; i < 1000; i++) callAll(component, i);
    const settled = pages();
    for (let i = 0; i < 10_000; i++) callAll(component, i);
    assert.equal(pages(), settled);
  });

  test("is all free again after large strings: as many more fit into it", () => {
    const { component, pages } = open();
    const large = "漢".repeat(1_000_000);
    component.reverse(large);
    const settled = pages();
    for (let i = 0; i < 10; i++) component.reverse(large);
    assert.equal(pages(), settled);
  });
});

test("a component serves a host that grows and shrinks a string's block while it transcodes", () => {
  let moved = 0;
  // As a host does that knows the number of bytes only at the end: half, then the most there may
  // be, then what it is.
  const { component, pages } = open((realloc) => (address, oldSize, align, size) => {
    if (oldSize !== 0 || size < 2) return realloc(address, oldSize, align, size);
    const half = size >> 1;
    const begun = realloc(0, 0, align, half);
    // In the way of growing in place.
    const neighbour = realloc(0, 0, align, half);
    const most = realloc(begun, half, align, size * 3);
    const result = realloc(most, size * 3, align, size);
    realloc(neighbour, half, align, 0);
    if (result !== begun) moved++;
    return result;
  });
  for (let i = 0; i < 500; i++) callAll(component, i);
  const settled = pages();
  for (let i = 0; i < 2000; i++) callAll(component, i);
  assert.ok(moved > 0);
  assert.equal(pages(), settled);
});

/** GRANARY_INSIDE_BLOCK of granary_checked.h. */
const insideBlock = 5;

describe("over libgranary-checked.a a component", () => {
  const openChecked = (wrap) => open(wrap, checked);

  test("returns the same, and no call or block is objected to", () => {
    const { component, check } = openChecked();
    for (const text of texts) assert.equal(component.reverse(text), reversed(text));
    for (let i = 0; i < 100; i++) {
      callAll(component, i);
      check();
    }
  });

  test("does not grow its memory over 2,000 calls of every export", () => {
    const { component, pages, check } = openChecked();
    for (let i = 0; i < 2000; i++) callAll(component, i);
    const settled = pages();
    for (let i = 0; i < 2000; i++) callAll(component, i);
    assert.equal(pages(), settled);
    check();
  });

  test("stops at an address that the host moved on from the beginning of its block", () => {
    const { component, fault } = openChecked((realloc) => (address, oldSize, align, size) => {
      const block = realloc(address, oldSize, align, size);
      return oldSize === 0 && size > 16 ? realloc(block + 16, size, align, size) : block;
    });
    assert.throws(
      () => component.sort(Uint32Array.from({ length: 100 })),
      WebAssembly.RuntimeError,
    );
    assert.equal(fault(), insideBlock);
  });
});
