// The crate of rust/ as the global allocator of programs for wasm32-unknown-unknown, built with
// Debian's rustc: collections of the standard library beside models, and what `GlobalAlloc`
// promises beyond plain blocks. All of it over the checked library too, which looks at every block
// after every call.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { setMaximumPages } from "../bench/memory-section.js";
import { seeds } from "../tests-js/support/random.js";
import { build, buildChecked, cargo, check, runBuildScript } from "./rust/cargo.js";

const pageSize = 65_536;

/** A program's exports, in which every panic throws an error that says what the panic said. */
function load(program, { maximumPages } = {}) {
  const bytes = readFileSync(program);
  const limited = maximumPages === undefined ? bytes : setMaximumPages(bytes, maximumPages);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(limited));
  const {
    memory,
    keep_messages: keepMessages,
    message,
    message_length: length,
    granary_check: check = () => {},
  } = exports;
  keepMessages();
  const told = (call, values) => {
    try {
      const result = call(...values);
      check();
      return result;
    } catch (trap) {
      throw new Error(`${trap.message}: ${Buffer.from(memory.buffer, message(), length())}`);
    }
  };
  const entries = Object.entries(exports).map(([name, item]) => [
    name,
    typeof item === "function" ? (...values) => told(item, values) : item,
  ]);
  return Object.fromEntries(entries);
}

for (const { library, make, firstRounds } of [
  { library: "libgranary.a", make: build, firstRounds: 1 },
  // As many blocks of any size as its quarantine of 64 KiB holds, and more.
  { library: "libgranary-checked.a", make: buildChecked, firstRounds: 3000 },
]) {
  describe(`with the crate over ${library} as its global allocator a Rust program`, () => {
    let program;
    before(() => {
      program = make("interop/rust");
    });
    const open = (limits) => load(program, limits);

    test("imports nothing", () => {
      const module = new WebAssembly.Module(readFileSync(program));
      assert.deepEqual(WebAssembly.Module.imports(module), []);
    });

    test("uses the memory it started with before any grows", () => {
      const { memory, first_block: firstBlock } = open();
      const end = memory.buffer.byteLength;
      assert.ok(firstBlock() < end);
      assert.equal(memory.buffer.byteLength, end);
    });

    for (const [name, sentence] of Object.entries({
      vec: "keeps the bytes of vectors that grow, shrink and begin anew",
      string: "edits a string at both ends and in the middle",
      hash_map: "finds in a hash map what was put there",
      btree_map: "keeps a tree map in order, with ranges split off",
      vec_deque: "gets from a deque at both ends what was pushed",
      binary_heap: "gets the greatest first from a heap of boxes",
      rc: "drops a shared value once, when its last owner goes",
    })) {
      for (const seed of seeds(1, 1)) {
        test(`${sentence} (15,000 operations, SEED=${seed})`, () => {
          open()[name](seed, 15_000);
        });
      }
    }

    test("gets blocks at every alignment from 1 byte to 1 MiB, and keeps it in realloc", () => {
      const { aligned } = open();
      for (let log2 = 0; log2 <= 20; log2++) aligned(2 ** log2);
    });

    test("gets zeroed blocks where something was written before", () => {
      const { zeroed } = open();
      for (const size of [1, 24, 100, 1000, 5000, 70_000, 300_000]) zeroed(size);
    });

    test("keeps the contents of a vector from 1 byte to 1 MiB and back", () => {
      open().grown(2 ** 20);
    });

    test("grows a long vector where it is when there is room above it", () => {
      open().grown_in_place(100_000);
    });

    test("is refused what its memory has no room for, and goes on with all it had", () => {
      const { memory, refused } = open({ maximumPages: 40 });
      refused(40 * pageSize);
      assert.ok(memory.buffer.byteLength < 20 * pageSize, "a refused block grows nothing");
    });

    test("shrinks a vector without fail when its memory is full to the last byte", () => {
      for (const [size, newSize] of [
        [1000, 100],
        [2000, 1],
        [24, 3],
        [10_000, 16],
      ]) {
        open({ maximumPages: 40 }).shrunk_in_full_memory(size, newSize);
      }
    });

    test("builds lists and mixed values in arenas, which keep them", () => {
      const { arena_list: list, arena_mixed: mixed, arena_over_buffer: overBuffer } = open();
      list(10_000);
      mixed(300);
      if (library === "libgranary.a") overBuffer();
    });

    test("takes no more memory for many requests of arenas than for the first ones", () => {
      const { memory, arena_requests: requests } = open();
      requests(10);
      const before = memory.buffer.byteLength;
      requests(500);
      assert.equal(memory.buffer.byteLength, before);
    });

    test("is told by an arena that there is no memory", () => {
      open({ maximumPages: 40 }).arena_refused(40 * pageSize);
    });

    test("gets the same memory again after freeing it", () => {
      const { memory, freed } = open();
      for (const size of [24, 3000, 300_000]) {
        freed(size, firstRounds);
        const before = memory.buffer.byteLength;
        freed(size, 10_000);
        assert.equal(memory.buffer.byteLength, before, `${size} bytes`);
      }
    });
  });
}

describe("building with the crate", () => {
  test("says in one line which library is missing", () => {
    const { status, stderr } = cargo("interop/rust", { GRANARY_LIB_DIR: "/nowhere" });
    assert.notEqual(status, 0);
    assert.match(stderr, /^\s*granary: \/nowhere\/libgranary\.a is not there: run `make`/m);
  });

  test("for another target says which ones it is for", () => {
    const { status, stderr } = cargo("rust", {}, "x86_64-unknown-linux-gnu");
    assert.notEqual(status, 0);
    assert.match(
      stderr,
      /^error: granary is for 32-bit WebAssembly: cargo build --target wasm32-unknown-unknown /m,
    );
  });

  test("for a target whose library is not installed names the target", () => {
    const { status, stderr } = cargo("rust", {}, "wasm32-unknown-emscripten");
    assert.notEqual(status, 0);
    assert.match(stderr, /can't find crate for `core`/);
    assert.match(stderr, /the `wasm32-unknown-emscripten` target may not be installed/);
  });

  test("says in one line which setting the linker misses, when it misses one", () => {
    const variables = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: "" };
    const results = "build/interop/rust/no-flags";
    const { status, stderr } = cargo("examples/rust", variables, undefined, results);
    assert.notEqual(status, 0);
    const [, saying] =
      /linker says "(.*?)", add RUSTFLAGS="-C link-arg=--no-fatal-warnings"$/m.exec(stderr);
    assert.ok(stderr.split("\n").some((line) => / error: /.test(line) && line.includes(saying)));
  });

  // Debian's rustc does not know all of these targets; cargo calls the script for each alike.
  for (const [target, os, library] of [
    ["wasm32-unknown-unknown", "unknown", "granary"],
    ["wasm32v1-none", "none", "granary"],
    ["wasm32-wasi", "wasi", "granary"],
    ["wasm32-wasip1", "wasi", "granary"],
    ["wasm32-wasip2", "wasi", "granary"],
    ["wasm32-wasip1-threads", "wasi", "granary-threads"],
    ["wasm32-unknown-emscripten", "emscripten", "granary-emscripten"],
  ]) {
    test(`for ${target} links lib${library}.a`, () => {
      const { status, stdout, stderr } = runBuildScript({
        TARGET: target,
        CARGO_CFG_TARGET_OS: os,
      });
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`^cargo:rustc-link-lib=static=${library}$`, "m"));
      assert.doesNotMatch(stdout, /^cargo:warning/m);
    });
  }

  test("does not depend on which cargo wrote the lock files: 1.65 reads their version", () => {
    for (const path of [
      "rust",
      "examples/rust",
      "interop/rust",
      "interop/rust-threads",
      "interop/rust-wasi",
    ]) {
      // A later cargo keeps the version that it finds; without a file it would write a later one.
      assert.match(readFileSync(`${path}/Cargo.lock`, "utf8"), /^version = 3$/m, path);
    }
  });

  test("makes the example of examples/rust, which runs", () => {
    const module = new WebAssembly.Module(readFileSync(build("examples/rust", "example")));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const { exports } = new WebAssembly.Instance(module);
    assert.equal(exports.first_and_last(), 0x1234);
    assert.equal(exports.count_primes(10_000), 1229);
  });
});

describe("the compiler refuses", () => {
  const begin = `
    let mut arena = granary::Arena::new().unwrap();
    let text = arena.alloc_str("grain").unwrap();`;
  const refusals = {
    "use of a value after reset": [`${begin} arena.reset(); text.len();`, "E0502"],
    "use of a value after the arena's end": [`${begin} drop(arena); text.len();`, "E0505"],
    "an arena that outlives its buffer": [
      "let arena = { let mut b = [std::mem::MaybeUninit::<u8>::uninit(); 99]; granary::Arena::over(&mut b) };" +
        " arena.is_some();",
      "E0597",
    ],
    "an arena in another thread": [
      "let arena = granary::Arena::new().unwrap(); std::thread::spawn(move || drop(arena));",
      "E0277",
    ],
  };
  for (const [what, [body, code]] of Object.entries(refusals)) {
    test(what, () => {
      const { status, stderr } = check(`pub fn wrong() { ${body} }`);
      assert.notEqual(status, 0);
      assert.match(stderr, new RegExp(`^error\\[${code}\\]`, "m"));
    });
  }

  test("nothing in the same program without the mistake", () => {
    const { status, stderr } = check(`pub fn right() { ${begin} text.len(); arena.reset(); }`);
    assert.equal(status, 0, stderr);
  });
});
