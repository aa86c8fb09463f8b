// Programs without threads that Debian's emscripten compiles, linked with libgranary-emscripten.a before
// emscripten's own library; and how the libraries that are not for emscripten are refused. SEED=n
// replays one seed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rows } from "../tools/products.js";
import { seeds } from "../tests-js/support/random.js";
import { compile, folder, missing, outputOfScript, runEmcc } from "./emscripten/compiler.js";

const library = "dist/libgranary-emscripten.a";
// growth.c's JavaScript also calls malloc and free.
const growth = ["-sALLOW_MEMORY_GROWTH", "-sEXPORTED_FUNCTIONS=_main,_malloc,_free"];
const levels = ["-O0", "-O1", "-O2", "-O3", "-Os", "-Oz"];
const ways = [...levels.map((level) => [level]), ["-O2", "-flto"], ["-O1", "-sSAFE_HEAP"]];

/** What each program writes when all is as it should be. */
const programs = {
  "growth.c": {
    does: "keeps every byte beside a program's own sbrk, and JavaScript sees the memory that grew",
    writes: [
      "wrong bytes: 0",
      "broken rules: 0",
      "bytes that JavaScript read right: 12800 of 12800",
      "the byte that JavaScript wrote: 77",
      "live blocks at the end: 0",
    ],
  },
  "texts.cc": {
    does: "keeps the maps and strings of C++, and JavaScript reads the string that grew",
    writes: ["wrong strings: 0", "words that JavaScript read: 524288 of 524288"],
  },
};

describe("with libgranary-emscripten.a a program of emscripten", { skip: missing }, () => {
  for (const [source, { does, writes }] of Object.entries(programs)) {
    for (const way of ways) {
      test(`${does} (${way.join(" ")})`, () => {
        const script = compile(source, way.at(-1), [...way, ...growth, library]);
        for (const seed of seeds(1, 2)) {
          const written = outputOfScript(script, seed >>> 0);
          assert.deepEqual(written.trim().split("\n"), writes, `SEED=${seed}`);
        }
      });
    }
  }

  for (const level of ["-O0", "-O2"]) {
    test(`throws and catches exceptions, also from a new without memory (${level})`, () => {
      const script = compile("exceptions.cc", level, [level, "-fexceptions", ...growth, library]);
      assert.deepEqual(outputOfScript(script).trim().split("\n"), [
        `bytes of what was caught: ${200 * 1000}`,
        "a huge new: bad_alloc",
        "blocks that were lost: 0",
      ]);
    });
  }

  test("may name another allocator, of which it takes nothing but sbrk", () => {
    const options = ["-O2", ...growth, "-sMALLOC=emmalloc", library];
    const script = compile("growth.c", "emmalloc", options);
    assert.deepEqual(outputOfScript(script, 1).trim().split("\n"), programs["growth.c"].writes);
  });

  for (const [what, memory, size] of [
    ["a memory that does not grow", ["-sINITIAL_MEMORY=32MB", "-sABORTING_MALLOC=0"], 32],
    ["a memory that grows to its maximum", ["-sALLOW_MEMORY_GROWTH", "-sMAXIMUM_MEMORY=64MB"], 64],
  ]) {
    test(`has all of ${what}, and is refused what no memory has`, () => {
      const options = ["-O2", "-sTOTAL_STACK=64KB", ...memory];
      const script = compile("limits.c", `alone-${size}`, [...options, library]);
      // Less than 3 MiB are the data, the stack, and what 64 KiB and a tag do not fill.
      const written = outputOfScript(script, size - 3);
      assert.equal(written, "huge blocks: 0\nas many blocks as expected: 1\n");
    });
  }
});

describe("with side modules a program of emscripten", { skip: missing }, () => {
  // What the side module imports, the main module has to export.
  const main = [
    ...["-O2", "-sMAIN_MODULE=2", "-sALLOW_MEMORY_GROWTH", "-sNODERAWFS=1"],
    "-sEXPORTED_FUNCTIONS=_main,_malloc,_realloc,_free,_memset",
  ];
  const pic = "dist/libgranary-emscripten-pic.a";
  const side = `${folder}/side-module.wasm`;
  const linkSide = (...libraries) =>
    runEmcc("side-module.c", side, ["-O2", "-sSIDE_MODULE=1", ...libraries]);

  test("has one heap, that of its main module", () => {
    const { status, stderr } = linkSide();
    assert.equal(status, 0, stderr);
    const script = compile("main-module.c", "pic", [...main, pic]);
    assert.deepEqual(outputOfScript(script, side).trim().split("\n"), [
      "wrong bytes: 0",
      "the byte that JavaScript read: 7",
      "broken rules: 0",
    ]);
  });

  test("is refused with the library that is not position-independent", () => {
    const said =
      /relocation R_WASM_MEMORY_ADDR_\w+ cannot be used against symbol .*; recompile with -fPIC/;
    const refused = runEmcc("main-module.c", `${folder}/refused.js`, [...main, library]);
    for (const { status, stderr } of [refused, linkSide("-Wl,-u,malloc", library)]) {
      assert.notEqual(status, 0);
      assert.match(stderr, said);
    }
  });
});

describe("linking a program of emscripten without threads", { skip: missing }, () => {
  const refusal = (options) => {
    const { status, stderr } = runEmcc("growth.c", `${folder}/refused.js`, options);
    assert.notEqual(status, 0);
    return stderr;
  };

  const others = rows.filter(
    ({ kind, threads, addressBits, faces }) =>
      kind === "library" && !threads && addressBits === 32 && !faces.includes("emscripten"),
  );
  for (const { file, path } of others) {
    for (const way of [
      ...[["-O0"], ["-Oz", "-flto"], ["-O1", "-sSAFE_HEAP"]],
      ...[
        ["-O2", "-sSTANDALONE_WASM"],
        ["-O2", "-sMINIMAL_RUNTIME"],
      ],
    ]) {
      test(`is refused with ${file} by the name of the right library (${way.join(" ")})`, () => {
        assert.match(
          refusal([...way, ...growth, path]),
          /undefined symbol: granary_is_not_for_emscripten_link_libgranary_emscripten /,
        );
      });
    }
  }

  test("is refused with threads, in a sentence that names the right library", () => {
    assert.match(
      refusal(["-pthread", ...growth, library]),
      /--shared-memory is disallowed by granary_is_single_threaded_link_libgranary-threads\.o/,
    );
  });

  test("without a library that has sbrk is refused", () => {
    assert.match(refusal([...growth, "-sMALLOC=none", library]), /undefined symbol: sbrk/);
  });

  for (const name of ["valloc", "mallinfo", "malloc_trim"]) {
    test(`is refused when it calls what only emscripten's allocator has: ${name}`, () => {
      const options = [...growth, `-Wl,-u,${name}`, library];
      assert.match(refusal(options), /duplicate symbol: emscripten_builtin_m/);
    });
  }
});
