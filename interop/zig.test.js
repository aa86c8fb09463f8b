// The package of zig/ in programs of every mode that Zig has: Zig's own allocator tests, containers
// of its standard library (over the checked library too), the example, and the two ways to build.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { seeds } from "../tests-js/support/random.js";
import { runSync } from "../tools/run.js";
import { compile, folder, modes, runZig } from "./zig/compiler.js";

const temporary = mkdtempSync(join(tmpdir(), "granary-zig-"));
after(() => rmSync(temporary, { recursive: true }));

/** What Zig's test runner says on stderr, and how it ended: a program that gives up raises SIGABRT. */
function runTests(path, seed) {
  const options = ["examples/wasi/run.js", path, `--seed=${seed}`];
  const { stderr, status, signal } = runSync([process.execPath, ...options]);
  return { output: stderr, ended: signal ?? `exit status ${status}` };
}

/** The names of the tests in a source of Zig. */
function testNames(path) {
  return Array.from(readFileSync(path, "utf8").matchAll(/^test "(.*)" \{$/gm), ([, name]) => name);
}

/** The exports of a module that needs nothing from its host. */
function load(path) {
  const module = new WebAssembly.Module(readFileSync(path));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  return new WebAssembly.Instance(module).exports;
}

/** The tests also run over the checked library in a mode that forwards calls, and in one that does not. */
const checkedModes = ["Debug", "ReleaseFast"];
const programs = [
  ...modes.map((mode) => ({ mode, library: "libgranary.a", options: [] })),
  // Only the checked library has that to export.
  ...checkedModes.map((mode) => ({
    ...{ mode, library: "libgranary-checked.a" },
    options: ["--export=granary_fault"],
  })),
];

programs.forEach(({ mode, library, options }, index) => {
  // Zig's test runner takes 32 bits.
  const seed = seeds(index + 1, 1)[0] >>> 0;

  describe(`a Zig program in ${mode} with ${library}, as wasm32-wasi, SEED=${seed}:`, () => {
    let run;
    before(() => {
      const kind = ["test", "--test-no-exec", `-O${mode}`, "-target", "wasm32-wasi", ...options];
      const name = `tests-${mode}-${library}`;
      run = runTests(compile(name, "interop/zig/tests.zig", kind, `dist/${library}`), seed);
    });

    for (const file of ["kit", "containers", "arenas"]) {
      for (const sentence of testNames(`interop/zig/${file}.zig`)) {
        test(sentence, () => {
          const passed = run.output.includes(` ${file}.test.${sentence}...OK\n`);
          assert.ok(passed, `SEED=${seed}, ${run.ended}\n${run.output}`);
        });
      }
    }

    test("the program ends as it should", () => {
      assert.equal(run.ended, "exit status 0", run.output);
    });
  });
});

describe("the example", () => {
  const source = readFileSync("examples/zig/main.zig", "utf8");
  const ours = '@import("granary").allocator;';
  const theirs = join(temporary, "wasm_allocator.zig");
  assert.equal(source.split(ours).length, 2, "one line names the allocator");
  writeFileSync(theirs, source.replace(ours, "std.heap.wasm_allocator;"));

  const open = (path, mode) => {
    const options = ["build-exe", `-O${mode}`, "-target", "wasm32-freestanding"];
    return load(compile("example", path, [...options, "-fno-entry", "-rdynamic"]));
  };
  const answers = ({ firstAndLast, countPrimes }) => [
    firstAndLast(),
    ...[0, 3, 100, 10_000].map((limit) => countPrimes(limit)),
  ];

  for (const mode of modes) {
    test(`answers in ${mode} as it does with std.heap.wasm_allocator, but for one line the same`, () => {
      const expected = [0x1234, 0, 1, 25, 1229];
      assert.deepEqual(answers(open("examples/zig/main.zig", mode)), expected);
      assert.deepEqual(answers(open(theirs, mode)), expected);
    });
  }

  test("works where errors are traced and nothing else is as in Debug", () => {
    const options = ["build-exe", "-OReleaseFast", "-ferror-tracing", "-fno-entry", "-rdynamic"];
    const target = ["-target", "wasm32-freestanding"];
    const { firstAndLast } = load(
      compile("traced", "examples/zig/main.zig", [...options, ...target]),
    );
    assert.equal(firstAndLast(), 0x1234);
  });
});

describe("realloc to less, in a memory that is full to the last byte,", () => {
  for (const library of ["libgranary.a", "libgranary-checked.a"]) {
    for (const mode of modes) {
      test(`never fails in ${mode} with ${library}`, () => {
        const kind = ["build-exe", `-O${mode}`, "-target", "wasm32-freestanding"];
        const options = [...kind, "-fno-entry", "-rdynamic", "--max-memory=2097152"];
        const name = `full-${mode}-${library}`;
        const path = compile(name, "interop/zig/full.zig", options, `dist/${library}`);
        for (const [len, newLen] of [
          [1000, 100],
          [2000, 1],
          [24, 3],
          [10_000, 16],
        ]) {
          assert.ok(load(path).shrinks(len, newLen), `${len} to ${newLen}`);
        }
      });
    }
  }
});

test("a program with a shared memory is refused by the linker in a sentence", () => {
  const kind = ["build-exe", "-target", "wasm32-freestanding", "-mcpu=generic+atomics+bulk_memory"];
  const shared = ["-fno-entry", "-rdynamic", "--import-memory", "--shared-memory"];
  const modules = ["--dep", "granary", "-Mroot=interop/zig/full.zig"];
  const result = runZig(
    ...[...kind, ...shared, "--max-memory=16777216", ...modules],
    ...["-Mgranary=zig/src/granary.zig", "dist/libgranary.a", `-femit-bin=${folder}/shared.wasm`],
  );
  assert.notEqual(result.status, 0);
  assert.match(
    result.stderr,
    /--shared-memory is disallowed by granary_is_single_threaded_link_libgranary-threads/,
  );
});

describe("zig build", () => {
  const build = (file, ...options) =>
    runZig("build", "--build-file", file, "--prefix", `${folder}/install`, ...options);

  test("makes the example from its build.zig, with the library that make left", () => {
    const result = build("examples/zig/build.zig", "--release=small");
    assert.equal(result.status, 0, result.stderr);
    assert.equal(load(`${folder}/install/bin/main.wasm`).firstAndLast(), 0x1234);
  });

  test("says in one line which library is missing, and takes the path of another", () => {
    for (const name of ["zig", "examples/zig"]) {
      cpSync(name, join(temporary, name), { recursive: true });
    }
    const file = join(temporary, "examples/zig/build.zig");
    const missing = build(file);
    assert.notEqual(missing.status, 0);
    assert.match(missing.stderr, /^error: granary: .*libgranary\.a is not there: run `make`/m);

    mkdirSync(join(temporary, "elsewhere"));
    copyFileSync("dist/libgranary.a", join(temporary, "elsewhere/libgranary.a"));
    const source = readFileSync(file, "utf8");
    const option = '.{ .library = b.path("../../elsewhere/libgranary.a") }';
    writeFileSync(file, source.replace('"granary", .{}', `"granary", ${option}`));
    const found = build(file);
    assert.equal(found.status, 0, found.stderr);
  });
});

test("a target that is not wasm is refused with a sentence", () => {
  const result = runZig(
    ...["build-obj", "-target", "x86_64-linux", "-fno-emit-bin", "zig/src/granary.zig"],
  );
  assert.notEqual(result.status, 0);
  assert.match(result.stderr, /granary is for wasm, not for x86_64/);
});
