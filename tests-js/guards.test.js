// The sources refuse builds that they are not made for, at compile time and with a clear message.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runSync } from "../tools/run.js";
import { compiler } from "../tools/toolchain.js";

function compile(...options) {
  const common = ["-std=c++20", "-ffreestanding", "-fsyntax-only", "-I.", "alloc/abi/vtable.cc"];
  return runSync([compiler, ...common, ...options]);
}

const classic = '-DGRANARY_PRODUCT="alloc/products/classic.h"';
const wasm32 = "--target=wasm32-unknown-unknown";
const wasm64 = "--target=wasm64-unknown-unknown";

test("the face of the four calls compiles for wasm32 and for wasm64", () => {
  for (const target of [wasm32, wasm64]) {
    const { status, stderr } = compile(target, classic);
    assert.equal(stderr, "");
    assert.equal(status, 0);
  }
});

test("a target other than WebAssembly is refused in a sentence", () => {
  const { status, stderr } = compile("--target=x86_64-linux-gnu", classic);
  assert.notEqual(status, 0);
  assert.match(stderr, /granary is an allocator for WebAssembly: compile for wasm32 or wasm64/);
});

test("classic refuses a target with atomics in a sentence", () => {
  const { status, stderr } = compile(wasm32, classic, "-matomics");
  assert.notEqual(status, 0);
  assert.match(stderr, /this product is single-threaded: compile it without atomics/);
});

test("a build that names no product is refused in a sentence", () => {
  const { status, stderr } = compile(wasm32);
  assert.notEqual(status, 0);
  assert.match(stderr, /name the product: -DGRANARY_PRODUCT=/);
});

test("a build that names an unknown product is refused with the name of the header", () => {
  const { status, stderr } = compile(wasm32, '-DGRANARY_PRODUCT="alloc/products/other.h"');
  assert.notEqual(status, 0);
  assert.match(stderr, /'alloc\/products\/other\.h' file not found/);
});
