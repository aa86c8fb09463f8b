// The crate of rust/ over libgranary-threads.a, as far as Debian's rustc 1.63 goes: a program without the
// standard library, in two workers that share a heap. SEED=n replays one seed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { seeds } from "../tests-js/support/random.js";
import { inThreads, instantiateThread } from "../tests-js/support/thread-program.js";
import { buildThreads } from "./rust/cargo.js";

const threads = 2;
const rounds = 3000;
// Of the 1 MiB that rustc gives the program.
const stack = 65_536;
// What rustc links with a shared memory has this maximum.
const maximumPages = 16_384;

// Debian's `core` and `alloc` are compiled without atomics, which the linker would refuse.
const unchecked = ["--no-check-features"];
const exported = ["--export=__stack_pointer", "--export=granary_verify"];

describe("with the crate over libgranary-threads.a a Rust program without std", () => {
  test("keeps every byte of the values that its threads pass on", async () => {
    const {
      status,
      stderr,
      module: path,
    } = buildThreads({
      linkerOptions: [...unchecked, ...exported],
    });
    assert.equal(status, 0, stderr);
    const module = new WebAssembly.Module(readFileSync(path));
    for (const seed of seeds(1, 2)) {
      const memory = new WebAssembly.Memory({ initial: 20, maximum: maximumPages, shared: true });
      const program = { module, memory, stack };
      const main = instantiateThread(program, 0);
      const calls = Array.from({ length: threads }, (_, thread) => [
        (seed * 7919 + thread * 104_729) | 1,
        rounds,
      ]);
      const wrong = await inThreads(program, "run", calls);
      assert.deepEqual(wrong, Array(threads).fill(0), `SEED=${seed}`);
      assert.equal(main.empty_mailboxes(), 0, `SEED=${seed}`);
      assert.equal(main.granary_verify(), 0, `the heap is whole, SEED=${seed}`);
    }
  });
});

describe("linking a Rust program with threads", () => {
  test("is refused with Debian's std, which is for one thread", () => {
    const { status, stderr } = buildThreads({ cargoOptions: ["--features", "std"] });
    assert.notEqual(status, 0);
    assert.match(stderr, /--shared-memory is disallowed by std-\S+\.o because it was not compiled/);
  });

  test("is refused with libgranary.a in a sentence that names the right library", () => {
    const { status, stderr } = buildThreads({ variables: { GRANARY_LIB: "granary" } });
    assert.notEqual(status, 0);
    assert.match(
      stderr,
      /--shared-memory is disallowed by granary_is_single_threaded_link_libgranary-threads\.o/,
    );
  });
});
