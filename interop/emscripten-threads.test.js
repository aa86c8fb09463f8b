// Programs that Debian's emscripten compiles with pthreads, linked with libgranary-threads.a before
// emscripten's own library. SEED=n replays one seed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seeds } from "../tests-js/support/random.js";
import {
  compile,
  folder,
  missing,
  moduleSize,
  outputOfScript,
  runEmcc,
  threads,
} from "./emscripten/compiler.js";

const library = "dist/libgranary-threads.a";
const growth = ["-sALLOW_MEMORY_GROWTH", "-sMAXIMUM_MEMORY=1GB"];
const levels = ["-O0", "-O2", "-Oz"];

/** What each program of threads writes when all is as it should be. */
const programs = {
  "blocks.c": {
    does: "keeps every byte of blocks that threads pass on, and JavaScript sees the memory that grew",
    writes: [
      "blocks with a wrong byte: 0",
      "bytes that JavaScript read right: 12800 of 12800",
      "the byte that JavaScript wrote: 77",
    ],
  },
  "sbrk.c": {
    does: "calls sbrk itself, and neither blocks nor what sbrk gave lose a byte",
    writes: ["refused: 0", "wrong bytes: 0", "sbrk was called: 1"],
  },
  "containers.cc": {
    does: "keeps the strings and maps of C++ that threads pass on",
    writes: ["wrong strings: 0"],
  },
};

const compileWithThreads = (source, variant, options) =>
  compile(source, variant, [...threads, ...options]);

describe("with libgranary-threads.a a program of emscripten", { skip: missing }, () => {
  for (const [source, { does, writes }] of Object.entries(programs)) {
    for (const level of levels) {
      test(`${does} (${level})`, () => {
        const script = compileWithThreads(source, level, [level, ...growth, library]);
        for (const seed of seeds(1, 2)) {
          const written = outputOfScript(script, seed >>> 0);
          assert.deepEqual(written.trim().split("\n"), writes, `SEED=${seed}`);
        }
      });
    }
  }

  for (const [does, options] of [
    ["may have its main function in a thread, too", ["-O2", "-sPROXY_TO_PTHREAD"]],
    ["touches no memory above what sbrk gave", ["-O1", "-sSAFE_HEAP"]],
  ]) {
    test(does, () => {
      const script = compileWithThreads("blocks.c", options.at(-1), [
        ...options,
        ...growth,
        library,
      ]);
      assert.equal(outputOfScript(script, 1), `${programs["blocks.c"].writes.join("\n")}\n`);
    });
  }

  for (const [what, memory, size] of [
    ["a memory that does not grow", ["-sINITIAL_MEMORY=32MB", "-sABORTING_MALLOC=0"], 32],
    ["a memory that grows to its maximum", ["-sALLOW_MEMORY_GROWTH", "-sMAXIMUM_MEMORY=64MB"], 64],
  ]) {
    test(`has all of ${what}, and is refused what no memory has`, () => {
      // The largest requests reach over more than the address space only near its beginning.
      const options = ["-O2", "-sTOTAL_STACK=64KB", ...memory];
      const script = compileWithThreads("limits.c", size, [...options, library]);
      // Less than 3 MiB are the data, the stacks of both threads, and what 64 KiB and a tag do not fill.
      const written = outputOfScript(script, size - 3);
      assert.equal(written, "huge blocks: 0\nas many blocks as expected: 1\n");
    });
  }

  test("needs no more memory for the threads that come after others", () => {
    const script = compileWithThreads("short-threads.c", "O2", ["-O2", ...growth, library]);
    assert.equal(outputOfScript(script), "bytes for the later threads: 0\n");
  });

  test("is smaller than with emscripten's own allocator", (context) => {
    for (const level of ["-O2", "-Oz"]) {
      const [ours, theirs] = [[library], []].map((libraries, index) =>
        moduleSize(
          compileWithThreads("short-threads.c", `size${level}-${index}`, [
            level,
            ...growth,
            ...libraries,
          ]),
        ),
      );
      context.diagnostic(`${level}: ${ours} bytes with Granary, ${theirs} with dlmalloc`);
      assert.ok(ours < theirs, `${ours} bytes with Granary, ${theirs} without`);
    }
  });
});

describe("linking a program of emscripten with threads", { skip: missing }, () => {
  const refusal = (options) => {
    const { status, stderr } = runEmcc("short-threads.c", `${folder}/refused.js`, [
      ...threads,
      ...options,
    ]);
    assert.notEqual(status, 0);
    return stderr;
  };

  test("is refused with libgranary.a in a sentence that names the right library", () => {
    assert.match(
      refusal([...growth, "dist/libgranary.a"]),
      /--shared-memory is disallowed by granary_is_single_threaded_link_libgranary-threads\.o/,
    );
  });

  test("is refused when it calls what only emscripten's allocator has", () => {
    const options = [...growth, "-Wl,-u,valloc", library];
    assert.match(refusal(options), /duplicate symbol: emscripten_builtin_malloc/);
  });

  test("without a library that has sbrk is refused", () => {
    assert.match(refusal([...growth, "-sMALLOC=none", library]), /undefined symbol: sbrk/);
  });
});
