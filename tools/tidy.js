// Runs clang-tidy over every C and C++ source of the repository, each with the options with which it is
// compiled. A source is refused when this file does not say how it is compiled. Prints the output of
// clang-tidy; the exit status is 1 when there is any.
//
// usage: CXXFLAGS="..." node tools/tidy.js [WORDS...]     only sources whose path holds one of the words

import { readFileSync } from "node:fs";
import { rows } from "./products.js";
import { inParallel, run } from "./run.js";
import { sourcesOf } from "./sources.js";

const cxxFlags = (process.env.CXXFLAGS ?? "").split(" ").filter(Boolean);
const bare = ["--target=wasm32-unknown-unknown", "-ffreestanding", "-nostdlib", "-mbulk-memory"];
const atomics = ["-matomics"];
const wasi = ["--target=wasm32-wasi", "-mbulk-memory"];
const emscripten = [
  ...["--target=wasm32-unknown-emscripten", "--sysroot=/usr/share/emscripten/cache/sysroot"],
  // Its headers declare malloc once more, beside those of the C library.
  ...["-isystem", "include"],
];
/** Preconditions hold (runtime/expect.h), however deep the call. */
const expects = [
  "-DGRANARY_EXPECTS",
  ...["-Xclang", "-analyzer-config", "-Xclang", "ipa-always-inline-size=5"],
];
const c = ["-std=c11", "-Iinclude"];
const cxx = ["-std=c++20", "-fno-exceptions", "-fno-rtti", "-I."];
const product = (header) => `-DGRANARY_PRODUCT="alloc/products/${header}.h"`;

const inspected = rows.find(({ faces }) => faces.includes("inspect"));

/** How sources are compiled: the first row that matches decides, and each list of options is one run. */
const compiled = [
  {
    sources: /^alloc\/abi\//,
    // Every engine through its four calls; what else a face does is the same for all of them.
    ways: (path) => {
      const withFace = rows.filter(({ faces }) =>
        faces.some((face) => path.endsWith(`/${face}.cc`)),
      );
      const byHeader = new Map(withFace.map((row) => [row.header, row]));
      const lookedAt = path.endsWith("/calls.cc") ? byHeader.size : 1;
      return [...byHeader.values()]
        .slice(0, lookedAt)
        .map(({ header, threads }) => [
          ...cxxFlags,
          ...bare,
          ...(threads ? atomics : []),
          product(header),
        ]);
    },
  },
  {
    sources: /^tests-native\/.*_wasm\.cc$/,
    ways: () => [
      [
        ...cxx,
        ...bare,
        "-DGRANARY_TEST_RUN=GranaryRun",
        "-DGRANARY_LAW_HEAP=GranaryHeap<InnerMemory>",
      ],
    ],
  },
  { sources: /^tests-native\/unit\//, ways: () => [["-std=c++20", "-I."]] },
  { sources: /^tests-native\//, ways: () => [cxx] },
  { sources: /^bench\/replay\//, ways: () => [[...cxx, ...bare, '-DBENCH_SHIM="vtable.h"']] },
  {
    sources: /^bench\/arenas\//,
    ways: () => [[...cxx, ...bare, '-DBENCH_REQUEST_SHIM="arena.h"']],
  },
  {
    sources: /^bench\/threads\//,
    ways: () => [
      [...cxxFlags, ...bare, ...atomics, '-DGRANARY_PRODUCT="bench/threads/granary_threads.h"'],
    ],
  },
  {
    sources: /^tests-js\/support\/anatomy\.cc$/,
    ways: () => [[...cxx, ...bare, product(inspected.header)]],
  },
  { sources: /^(tests-js|examples)\/.*\.cc$/, ways: () => [[...cxx, ...bare, "-Iinclude"]] },
  {
    sources: /^interop\/emscripten\/.*\.c$/,
    ways: () => [["-std=gnu11", "-pthread", ...emscripten]],
  },
  {
    sources: /^interop\/emscripten\/exceptions\.cc$/,
    ways: () => [["-std=c++17", "-fexceptions", ...emscripten]],
  },
  {
    sources: /^interop\/emscripten\/.*\.cc$/,
    ways: () => [["-std=c++17", "-fno-exceptions", "-pthread", ...emscripten]],
  },
  { sources: /^interop\/.*\.cc$/, ways: () => [[...cxx, ...wasi, "-Iinclude"]] },
  {
    sources: /^interop\/wasi-threads\/.*\.c$/,
    ways: () => [[...c, ...bare, "--target=wasm32-wasi-threads", "-pthread"]],
  },
  // Its header comes with the sources of SQLite, which `make interop` fetches.
  { sources: /^interop\/wasi\/sqlite\//, ways: () => [] },
  { sources: /^(interop|examples)\/(wasi|release)\/.*\.c$/, ways: () => [[...c, ...wasi]] },
  { sources: /^tests-js\/library\/slack\.c$/, ways: () => [[...c, ...bare, "-DFILL=1"]] },
  { sources: /^tests-js\/library\/threads\.c$/, ways: () => [[...c, ...bare, ...atomics]] },
  { sources: /\.c$/, ways: () => [[...c, ...bare]] },
];

const words = process.argv.length > 2 ? process.argv.slice(2) : [""];
const runs = [];
for (const path of sourcesOf(".").filter((path) => /\.(c|cc)$/.test(path))) {
  if (!words.some((word) => path.includes(word))) continue;
  const way = compiled.find(({ sources }) => sources.test(path));
  if (way === undefined) {
    console.error(`${path}: tools/tidy.js does not say how it is compiled`);
    process.exitCode = 1;
    continue;
  }
  for (const options of way.ways(path)) runs.push([path, options]);
}

await inParallel(runs, async ([path, options]) => {
  // Its messages are on stdout; stderr only counts the warnings that it leaves out.
  const { status, stdout } = await run([
    "clang-tidy-19",
    "--quiet",
    path,
    "--",
    ...options,
    ...expects,
  ]);
  process.stdout.write(stdout);
  if (status !== 0) process.exitCode = 1;
});
