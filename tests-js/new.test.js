// Operator new and operator delete in every form of C++17 and 20, in programs without a C++
// library.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { callsOf, functionNames, instantiate, libraries, link } from "./support/link.js";
import { setMaximumPages } from "../bench/memory-section.js";
import { Heap } from "./support/products.js";
import { unsignedCalls } from "./support/unsigned-calls.js";
import { addressBits, largestWord } from "./support/width.js";

// The forms by their symbols: `m` is size_t, `Pv` a pointer.
const alignment = "St11align_val_t";
const nothrow = "RKSt9nothrow_t";
const newForms = ["_Znw", "_Zna"].flatMap((name) => [
  { symbol: `${name}m` },
  { symbol: `${name}m${alignment}`, aligned: true },
  { symbol: `${name}m${nothrow}`, nothrow: true },
  { symbol: `${name}m${alignment}${nothrow}`, aligned: true, nothrow: true },
]);
const deleteForms = ["_Zdl", "_Zda"].flatMap((name) => [
  { symbol: `${name}Pv` },
  { symbol: `${name}Pvm`, sized: true },
  { symbol: `${name}Pv${alignment}`, aligned: true },
  { symbol: `${name}Pvm${alignment}`, sized: true, aligned: true },
  { symbol: `${name}Pv${nothrow}` },
  { symbol: `${name}Pv${alignment}${nothrow}`, aligned: true },
]);
const symbols = [...newForms, ...deleteForms].map(({ symbol }) => symbol);
const sizes = [0, 1, 8, 16, 100, 1000, 2049, 70_000];
const defaultAlignment = 16;

const forms = link([], { exports: symbols, names: true });

/** Calls of a form take the size, the alignment where they have one, and a tag that none reads. */
function openForms(bytes = forms) {
  const exports = instantiate(bytes);
  const calls = unsignedCalls(bytes, exports);
  return {
    heap: new Heap(exports, { addressBits }),
    calls,
    allocate: ({ symbol, aligned }, size, align) =>
      calls[symbol](size, ...(aligned ? [align] : []), 0),
    release: ({ symbol, sized, aligned }, address, size, align) =>
      calls[symbol](address, ...(sized ? [size] : []), ...(aligned ? [align] : []), 0),
  };
}

describe("operator new", () => {
  for (const form of newForms) {
    test(`${form.symbol} gives aligned blocks of their own`, () => {
      const { heap, allocate } = openForms();
      const blocks = [];
      const aligns = form.aligned ? [1, 8, 32, 64, 4096, 65_536] : [defaultAlignment];
      for (const align of aligns) {
        for (const size of sizes) {
          const address = allocate(form, size, align);
          assert.notEqual(address, 0);
          assert.equal(address % align, 0, `${size} bytes at ${align}`);
          blocks.push({ address, size });
        }
      }
      blocks.forEach(({ address, size }, i) => heap.fill(address, size, i));
      blocks.forEach(({ address, size }, i) =>
        assert.equal(heap.firstOther(address, size, i), -1, `${size} bytes`),
      );
      assert.equal(new Set(blocks.map(({ address }) => address)).size, blocks.length);
    });

    const answer = form.nothrow ? "gives null" : "traps in a function that says so";
    test(`${form.symbol} ${answer} when there is no memory`, () => {
      const { allocate } = openForms(setMaximumPages(forms, 10));
      for (const size of [largestWord, 2 ** (addressBits - 1), 700_000]) {
        const call = () => allocate(form, size, 64);
        if (form.nothrow) assert.equal(call(), 0);
        else {
          assert.throws(call, (error) => {
            assert.ok(error instanceof WebAssembly.RuntimeError);
            assert.match(error.stack, /granary_operator_new_found_no_memory/);
            return true;
          });
        }
        assert.notEqual(allocate(form, 100, 64), 0, "and smaller ones are still served");
      }
    });
  }
});

describe("operator delete", () => {
  for (const form of deleteForms) {
    test(`${form.symbol} takes blocks back, and does nothing with null`, () => {
      const { heap, allocate, release } = openForms();
      const align = 64;
      const matching = newForms.filter(({ aligned }) => Boolean(aligned) === Boolean(form.aligned));
      const many = sizes.flatMap((size) => Array(Math.ceil(500 / (size + 1))).fill(size));
      for (let round = 0; round < 100; round++) {
        for (const one of matching) {
          const blocks = many.map((size) => allocate(one, size, align));
          many.forEach((size, i) => release(form, blocks[i], size, align));
        }
        release(form, 0, 0, align);
      }
      assert.ok(heap.pages <= 10, `${heap.pages} pages: what was freed is used again`);
    });
  }
});

describe("a C++ program without a C++ library", () => {
  const program = link("tests-js/library/new.cc", { names: true });

  test("allocates and frees with every form of new and delete that the language has", () => {
    assert.equal(callsOf(program).run(), 0, "the line that failed");
  });

  test("does so in C++20 too", () => {
    const options = { compilerOptions: ["-std=c++20"] };
    assert.equal(callsOf(link("tests-js/library/new.cc", options)).run(), 0);
  });

  test("calls each form that its expressions name", () => {
    const names = functionNames(program).filter((name) => /^operator /.test(name));
    const has = (pattern) =>
      assert.ok(
        names.some((name) => pattern.test(name)),
        `${pattern}`,
      );
    has(/^operator new\(unsigned long\)$/);
    has(/^operator new\[\]\(unsigned long\)$/);
    has(/^operator new\[\]\(unsigned long, std::align_val_t\)$/);
    has(/^operator new\(.*align_val_t, std::nothrow_t const&\)$/);
    has(/^operator delete\(void\*, unsigned long\)$/);
    has(/^operator delete\[\]\(void\*, unsigned long, std::align_val_t\)$/);
  });

  test("traps in a function whose name says why when there is no memory", () => {
    assert.throws(
      () => callsOf(program).fail(-1),
      (error) => /granary_operator_new_found_no_memory/.test(error.stack),
    );
  });
});

describe("a C++ program that replaces some forms", () => {
  const program = link("tests-js/library/replaced.cc");

  test("has its own called by the array and sized forms, and the library's for the others", () => {
    assert.equal(callsOf(program).run(), 0, "the line that failed");
  });

  test("reports in its own way when there is no memory", () => {
    const { reports, fail } = callsOf(setMaximumPages(program, 20));
    assert.throws(fail, WebAssembly.RuntimeError);
    assert.equal(reports(), 1);
  });
});

for (const library of libraries) {
  describe(`in a program with a new-handler, linked with ${library},`, () => {
    const options = { exports: [...symbols, "malloc"], names: true, library: false };
    const linkerOptions = [`dist/${library}`];
    const linked = link("tests-js/library/new-handler.cc", { ...options, linkerOptions });
    const program = setMaximumPages(linked, 10);

    /** A full memory with four blocks side by side in reserve. */
    const openFull = () => {
      const opened = openForms(program);
      const { keep, malloc } = opened.calls;
      assert.equal(keep(4, 100_000), 1);
      for (let size = 2 ** 16; size >= 1; size = Math.floor(size / 2)) {
        while (malloc(size) !== 0);
      }
      return opened;
    };

    for (const form of newForms) {
      test(`${form.symbol} calls the handler until there is memory`, () => {
        const { allocate, calls } = openFull();
        calls.set_handler();
        assert.notEqual(allocate(form, 90_000, 64), 0);
        assert.equal(calls.calls(), 1);
        assert.notEqual(allocate(form, 250_000, 64), 0);
        assert.equal(calls.calls(), 4);
      });

      test(`${form.symbol} fails as without a handler when the handler removes itself`, () => {
        const { allocate, calls } = openFull();
        calls.set_handler();
        const call = () => allocate(form, 2 ** (addressBits - 2), 64);
        if (form.nothrow) assert.equal(call(), 0);
        else
          assert.throws(call, (error) => /granary_operator_new_found_no_memory/.test(error.stack));
        assert.equal(calls.calls(), 5);
      });

      test(`${form.symbol} fails as without a handler when none is set`, () => {
        const { allocate, calls } = openFull();
        const call = () => allocate(form, 1000, 64);
        if (form.nothrow) assert.equal(call(), 0);
        else
          assert.throws(call, (error) => /granary_operator_new_found_no_memory/.test(error.stack));
        assert.equal(calls.calls(), 0);
      });
    }
  });
}
