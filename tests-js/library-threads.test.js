// libgranary-threads.a as a bare C program links it whose threads share its heap. SEED=n replays one seed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { link, refusal } from "./support/link.js";
import { seeds } from "./support/random.js";
import { inThreads, instantiateThread, stackBytes } from "./support/thread-program.js";

const mostThreads = 8;
const library = "dist/libgranary-threads.a";
const compilerOptions = ["-matomics"];
const inspected = ["granary_verify", "granary_trim", "granary_thread_may_wait"];

const shared = (pages) => [
  "--shared-memory",
  "--import-memory",
  `--max-memory=${pages * 65536}`,
  "--export=__stack_pointer",
  `-zstack-size=${(mostThreads + 1) * stackBytes}`,
];

/** The program over a fresh memory of at most so many pages. */
function open(maximumPages) {
  const bytes = link("tests-js/library/threads.c", {
    library: false,
    compilerOptions,
    exports: inspected,
    linkerOptions: [...shared(maximumPages), library],
  });
  const module = new WebAssembly.Module(bytes);
  const memory = new WebAssembly.Memory({ initial: 2, maximum: maximumPages, shared: true });
  const program = { module, memory };
  return { program, main: instantiateThread(program, 0) };
}

describe("threads that share the heap of libgranary-threads.a", () => {
  for (const [what, threads, pages] of [
    ["two threads", 2, 1000],
    ["eight threads", 8, 1000],
    ["four threads in a memory that gets full", 4, 24],
  ]) {
    for (const seed of seeds(1, 2)) {
      test(`keep every byte of the blocks that they pass on: ${what}, seed ${seed}`, async () => {
        const opened = open(pages);
        const seedOf = (thread) => (seed * 7919 + thread * 104_729) | 1;
        const calls = Array.from({ length: threads }, (_, thread) => [seedOf(thread), 20_000]);
        const wrong = await inThreads(opened.program, "run", calls);
        assert.deepEqual(wrong, Array(threads).fill(0), "blocks with a wrong byte, by thread");
        assert.equal(opened.main.granary_verify(), 0, "the heap is whole");
        opened.main.empty_mailboxes();
        assert.equal(opened.main.live_blocks(), 0, "blocks that live when all is freed");
        assert.equal(opened.main.granary_verify(), 0, "the heap is whole when all is freed");
      });
    }
  }
});

describe("a program that links libgranary-threads.a", () => {
  test("may have one thread and a memory of its own", () => {
    const bytes = link("tests-js/library/threads.c", {
      library: false,
      compilerOptions,
      linkerOptions: [library],
    });
    const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
    assert.equal(run(1, 10_000), 0);
  });

  test("cannot forget all blocks at once, because other threads hold some: the linker says so", () => {
    assert.match(
      refusal("tests-js/library/threads.c", {
        library: false,
        compilerOptions,
        exports: ["granary_reset"],
        linkerOptions: [...shared(100), library],
      }),
      /undefined symbol: granary_reset_is_not_for_a_heap_that_threads_share/,
    );
  });
});

describe("a program that links libgranary-threads-checked.a", () => {
  const checked = "dist/libgranary-threads-checked.a";
  const openChecked = () => {
    const bytes = link("tests-js/library/threads-misuse.c", {
      library: false,
      compilerOptions,
      linkerOptions: [...shared(100), checked],
    });
    const module = new WebAssembly.Module(bytes);
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 100, shared: true });
    const program = { module, memory };
    return { program, main: instantiateThread(program, 0) };
  };
  const freedBlock = 7;
  const writtenPastEnd = 11;

  test("has a misuse named and its thread trapped; the others go on, because the lock is free", async () => {
    const { program, main } = openChecked();
    const block = main.make(100);
    main.end(block);
    await assert.rejects(inThreads(program, "end", [[block]]), /unreachable/);
    assert.equal(main.kind_of_fault(), freedBlock);
    const other = main.make(100);
    assert.notEqual(other, 0);
    assert.equal(main.live_blocks(), 1);
    await inThreads(program, "end", [[other]]);
    assert.equal(main.live_blocks(), 0);
  });

  test("has a write past the end of a block named when another thread frees it", async () => {
    const { program, main } = openChecked();
    const block = main.make(100);
    main.write(block, 100);
    await assert.rejects(inThreads(program, "end", [[block]]), /unreachable/);
    assert.equal(main.kind_of_fault(), writtenPastEnd);
  });

  test("keeps every byte of the blocks that threads pass on", async () => {
    const bytes = link("tests-js/library/threads.c", {
      library: false,
      compilerOptions,
      exports: inspected,
      linkerOptions: [...shared(1000), checked],
    });
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 1000, shared: true });
    const program = { module: new WebAssembly.Module(bytes), memory };
    assert.deepEqual(
      await inThreads(program, "run", [
        [1, 3000],
        [2, 3000],
      ]),
      [0, 0],
    );
    const main = instantiateThread(program, 0);
    main.empty_mailboxes();
    assert.equal(main.granary_verify(), 0);
  });
});
