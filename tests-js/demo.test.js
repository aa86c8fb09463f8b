// The demo as its user meets it: a child process with pipes. The replay and the chart are tested
// directly where a product would have to misbehave.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { barChart, localeIsUtf8 } from "../bench/chart.js";
import { createTable } from "../bench/demo-table.js";
import { replay, verifyReplay } from "../bench/replay.js";
import { readTrace } from "../bench/trace.js";
import { inRepository } from "../tools/paths.js";
import { runSync } from "../tools/run.js";
import {
  alloc,
  allocAligned,
  buildTrace,
  eightPages,
  free,
  realloc,
} from "./support/trace-builder.js";

const folder = mkdtempSync(join(tmpdir(), "granary-demo-"));
after(() => rmSync(folder, { recursive: true }));

const soundLines =
  /^sound: 6 calls, 200\.2 KiB live at the peak\n {2}classic +8 +2\.56x +\d+\.\d {2}(.*)$/m;

function store(name, bytes) {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function run(args, { demo = inRepository("bench/demo.js"), ...environment } = {}) {
  const env = { PATH: process.env.PATH, LC_ALL: "C", ...environment };
  return runSync([process.execPath, demo, ...args], { env });
}

function assertRefused(result, status, message) {
  assert.equal(result.stdout, "");
  assert.match(result.stderr, message);
  assert.match(result.stderr, /^demo: [^\n]+\n$/);
  assert.equal(result.status, status);
}

// The demo with its siblings in a tree of its own, where dist/ holds just these modules.
function demoWithModules(modules) {
  const tree = mkdtempSync(join(folder, "tree-"));
  const needed = ["tools/paths.js", "tools/products.js", "alloc/products/products.json"];
  for (const path of [...needed, "js/trace-layout.js"]) {
    cpSync(inRepository(path), join(tree, path));
  }
  cpSync(inRepository("bench"), join(tree, "bench"), {
    recursive: true,
    filter: (path) => !path.endsWith("traces"),
  });
  mkdirSync(join(tree, "dist"));
  writeFileSync(join(tree, "package.json"), '{ "type": "module" }');
  for (const [name, bytes] of Object.entries(modules)) {
    writeFileSync(join(tree, "dist", `${name}.wasm`), bytes);
  }
  return join(tree, "bench", "demo.js");
}

// A module whose alloc always answers the same address, so that live blocks overlap.
function overlappingModule({ memoryName = "memory" } = {}) {
  const section = (id, ...bytes) => [id, bytes.length, ...bytes];
  const name = (text) => [text.length, ...Buffer.from(text)];
  const i32 = 0x7f;
  const answer = (...instructions) => [2 + instructions.length, 0, ...instructions, 0x0b];
  const type = (parameters, ...results) => [
    0x60,
    parameters,
    ...Array(parameters).fill(i32),
    results.length,
    ...results,
  ];
  const zero = [0x41, 0];
  const address1024 = [0x41, 0x80, 0x08];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 3, ...type(4, i32), ...type(6, i32), ...type(5)),
    ...section(3, 4, 0, 1, 1, 2),
    ...section(5, 1, 0, 1),
    ...section(
      7,
      5,
      ...[...name(memoryName), 2, 0],
      ...[...name("alloc"), 0, 0],
      ...[...name("resize"), 0, 1],
      ...[...name("remap"), 0, 2],
      ...[...name("free"), 0, 3],
    ),
    ...section(
      10,
      4,
      ...answer(...address1024),
      ...answer(...zero),
      ...answer(...zero),
      ...answer(),
    ),
  ]);
}

// An allocator in JavaScript that gives every block a place of its own; overrides spoil it.
function bumpAllocator(overrides = {}) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  let top = 1024;
  const calls = { alloc: 0, remap: 0, free: 0 };
  const own = {
    alloc(_, length, alignment) {
      calls.alloc++;
      const address = Math.ceil(top / 2 ** alignment) * 2 ** alignment;
      const missing = address + length - memory.buffer.byteLength;
      if (missing > 0) {
        try {
          memory.grow(Math.ceil(missing / 65536));
        } catch {
          return 0;
        }
      }
      top = address + length;
      return address;
    },
    resize: () => 0,
    remap() {
      calls.remap++;
      return 0;
    },
    free: () => calls.free++,
  };
  return { memory, calls, ...own, ...overrides(own, memory) };
}

const noOverrides = () => ({});
const traceOf = (operations) => readTrace(buildTrace(operations), "made.trace.gz");

test("a sound trace shows its calls, its peak, its pages and their ratio", () => {
  const result = run([store("sound.trace.gz", buildTrace(eightPages))]);
  assert.equal(result.stderr, "");
  assert.equal(result.status, 0);
  assert.match(result.stdout, soundLines);
  assert.match(result.stdout, /^ +pages {2}heap over live {2}ns a call {2}pages over the run$/m);
});

test("a run says which allocator each module is, and why a heap can be smaller than its blocks", () => {
  const one = store("one.trace.gz", buildTrace([alloc(0, 8)]));
  const { stdout } = run([one]);
  assert.match(stdout, /^ {2}classic {2}Zig's own allocator/m);
  assert.match(stdout, /^ {2}granary {2}Granary's default engine$/m);
  assert.match(stdout, /below 1 where blocks lie in\n +the first page too/);
});

test("every line fits into 80 columns, whatever a trace or a module is called", () => {
  const names = ["long".repeat(30), "w32-espresso"];
  const traces = names.map((name) => store(`${name}.trace.gz`, buildTrace(eightPages)));
  const long = "granary-checked-import".padEnd(60, "t");
  const demo = demoWithModules({ [long]: readFileSync(inRepository("dist/classic.wasm")) });
  const runs = [run(traces), run(["--modules", `${long},${long}`, ...traces], { demo })];
  for (const { stdout, stderr } of [...runs, run(["--games"])]) {
    assert.equal(stderr, "");
    const tooLong = stdout.split("\n").filter((line) => line.length > 80);
    assert.deepEqual(tooLong, []);
  }
});

test("several traces end with a summary, and one has none", () => {
  const traces = ["a", "b"].map((name) => store(`${name}.trace.gz`, buildTrace(eightPages)));
  const figures = String.raw`( +\d+\.\d\dx){2} +\d of 2( +\d+\.\d){2} +\d of 2`;
  const summary = new RegExp(`^2 traces.*\n.*\n.*\n  classic${figures}\n  granary${figures}$`, "m");
  assert.match(run(["--modules", "classic,granary", ...traces]).stdout, summary);
  assert.doesNotMatch(run(["--modules", "classic,granary", traces[0]]).stdout, /least in/);
});

/** The cells of each line of a summary, below the line that names its parts. */
function summaryOf(results) {
  const modules = Object.keys(results).map((name) => ({ name }));
  const table = createTable({ modules, bold: (text) => text, rounds: 1 });
  const [, , ...lines] = table.summary(Object.values(results)).split("\n");
  return lines.map((line) => line.trim().split(/ {2,}/));
}

const measured = (pagesGrown, heapOverLive, nanosecondsPerCall) => ({
  pagesGrown,
  heapOverLive,
  nanosecondsPerCall,
});

test("a summary has mean, median and in how many traces no module had less", () => {
  const one = [measured(1, 1, 10), measured(2, 1, 20), measured(8, 8, 40)];
  const other = [measured(1, 1, 11), measured(3, 1.5, 10), measured(0, 0, 10)];
  assert.deepEqual(summaryOf({ one, other }), [
    ["mean", "median", "least in", "mean", "median", "least in"],
    ["one", "2.00x", "1.00x", "2 of 3", "20.0", "20.0", "1 of 3"],
    // A heap that never grew has no ratio.
    ["other", "1.22x", "1.25x", "2 of 3", "10.3", "10.0", "2 of 3"],
  ]);
});

test("a summary of one module compares it with none", () => {
  assert.deepEqual(summaryOf({ one: [measured(0, 0, 10), measured(0, 0, 10)] }), [
    ["mean", "median", "mean", "median"],
    ["one", "none", "none", "10.0", "10.0"],
  ]);
});

test("a shipped trace is found by its name", () => {
  const { stdout, status } = run(["--modules", "granary", "mb-mleak"]);
  assert.match(stdout, /^mb-mleak: 17,005 calls, /m);
  assert.equal(status, 0);
});

test("a name that is neither a file nor a shipped trace gets the names of these", () => {
  const result = run(["mb-leak"]);
  assertRefused(result, 2, /^demo: mb-leak: no such file or directory; the shipped traces are /);
  assert.match(result.stderr, / mb-mleak, .* xmllint-xpath\n$/);
});

test("the charts of a trace have one scale", () => {
  const trace = store("sound.trace.gz", buildTrace(eightPages));
  const { stdout } = run(["--modules", "classic,granary", trace]);
  const [, classic, granary] = /\n {2}classic +8 .*(.)\n {2}granary +[1-7] .*(.)$/m.exec(stdout);
  assert.equal(classic, "@");
  assert.notEqual(granary, "@");
});

test("several traces are shown in the order given, a line for each module", () => {
  const sounds = [
    store("b.trace.gz", buildTrace(eightPages)),
    store("a.trace.gz", buildTrace(eightPages)),
  ];
  const { stdout } = run(["--modules", "classic,classic", ...sounds]);
  const names = [...stdout.matchAll(/^([ab]): .*\n {2}classic .*\n {2}classic /gm)];
  assert.deepEqual(
    names.map(([, name]) => name),
    ["b", "a"],
  );
});

test("no escape code and nothing but ASCII is printed into a pipe of the C locale", () => {
  const { stdout } = run([store("sound.trace.gz", buildTrace(eightPages))]);
  assert.match(stdout, /^[\n -~]+$/);
  assert.match(stdout.match(soundLines)[1], /[.:\-=+*#%@]$/);
});

test("the chart is drawn with blocks where the locale is UTF-8, still without escape codes", () => {
  const trace = store("sound.trace.gz", buildTrace(eightPages));
  const { stdout } = run([trace], { LC_ALL: "", LANG: "de_DE.UTF-8" });
  assert.match(stdout.match(soundLines)[1], /^[ ▁▂▃▄▅▆▇]*█+$/);
  assert.match(stdout, /^[\n -~▁-█]+$/);
});

test("games in small fixed memories show how many were refused something, by module", () => {
  const result = run(["--games", "--modules", "classic,granary"]);
  assert.equal(result.stderr, "");
  assert.equal(result.status, 0);
  assert.match(
    result.stdout,
    /^Games [^:]*:\n {2}classic {2}no memory in 66 of 66\n {2}granary {2}no memory in \d+ of 66\n$/,
  );
});

test("games and traces cannot be asked for together", () => {
  const trace = store("sound.trace.gz", buildTrace(eightPages));
  assertRefused(run(["--games", trace]), 2, /--games replays no trace; usage: /);
});

test("a faulty trace is refused with its file, byte and fault", () => {
  const path = store("faulty.trace.gz", buildTrace([alloc(0, 8), free(0), free(0)]));
  const result = run([path]);
  assertRefused(result, 2, /free of handle 0, which has no block/);
  assert.ok(result.stderr.startsWith(`demo: ${path}: byte 48: `), result.stderr);
});

test("nothing is replayed when the last of several traces is faulty", () => {
  const first = store("sound.trace.gz", buildTrace(eightPages));
  const last = store("cut.trace.gz", buildTrace(eightPages).subarray(0, 30));
  assertRefused(run([first, last]), 2, /cut\.trace\.gz: byte 30: the gzip data is cut short/);
});

test("a text file is no trace", () => {
  assertRefused(run([store("notes.txt", "some notes")]), 2, /notes\.txt: byte 0: neither gzip/);
});

test("a missing file is named", () => {
  assertRefused(run(["absent.trace.gz"]), 2, /absent\.trace\.gz: no such file or directory/);
});

test("a folder is not read as a trace", () => {
  assertRefused(run([folder]), 2, /not a regular file/);
});

test("a file name with a line break is printed in one line", () => {
  assertRefused(run(["two\nlines"]), 2, /two\\u000alines/);
});

test("an unknown option is refused with the usage", () => {
  assertRefused(run(["--colour"]), 2, /Unknown option '--colour'; usage: node bench\/demo\.js/);
});

test("an option without its value is refused", () => {
  assertRefused(run(["--modules"]), 2, /--modules/);
  assertRefused(run(["--modules", "--help"]), 2, /--modules/);
  assertRefused(run(["--modules="]), 2, /names an empty module/);
  assertRefused(run(["--modules", "classic,"]), 2, /names an empty module/);
});

test("the usage is printed when asked for", () => {
  const { status, stdout, stderr } = run(["--help"]);
  assert.match(stdout, /^usage: node bench\/demo\.js/);
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

test("a module that was not built is named with what to do", () => {
  const trace = store("sound.trace.gz", buildTrace(eightPages));
  const named = run(["--modules", "classic,absent", trace]);
  assertRefused(named, 2, /^demo: dist\/absent\.wasm is missing: run make$/m);
  const nothingBuilt = run([trace], { demo: demoWithModules({}) });
  assertRefused(nothingBuilt, 2, /^demo: dist\/classic\.wasm is missing: run make$/m);
});

test("a module without the exports or that is no module at all is refused", () => {
  const demo = demoWithModules({
    other: overlappingModule({ memoryName: "memo" }),
    text: Buffer.from("not wasm"),
  });
  const trace = store("sound.trace.gz", buildTrace(eightPages));
  const other = run(["--modules", "other", trace], { demo });
  assertRefused(other, 2, /dist\/other\.wasm has no export "memory"/);
  assertRefused(run(["--modules", "text", trace], { demo }), 2, /dist\/text\.wasm: /);
});

test("the demo says when there are no stored traces", () => {
  const demo = demoWithModules({ classic: overlappingModule() });
  assertRefused(run([], { demo }), 2, /bench\/traces holds no \.trace\.gz files/);
});

test("every module that is built is shown when none is named", () => {
  const demo = demoWithModules({ classic: overlappingModule(), granary: overlappingModule() });
  const one = store("one.trace.gz", buildTrace([alloc(0, 8)]));
  const { stdout, status } = run([one], { demo });
  assert.match(stdout, /^one: .*\n {2}classic +0 .*\n {2}granary +0 .*$/m);
  assert.equal(status, 0);
});

test("a replay that runs out of memory ends with one line and status 1", () => {
  const path = store("huge.trace.gz", buildTrace([alloc(0, 8), alloc(1, 0xffff_fff0)]));
  const { stderr, status } = run([path]);
  assert.equal(stderr, "demo: classic on huge: out of memory at operation 1\n");
  assert.equal(status, 1);
});

test("a replay in which a block is overwritten ends with one line and status 1", () => {
  const demo = demoWithModules({ classic: overlappingModule() });
  const path = store("two.trace.gz", buildTrace([alloc(0, 8), alloc(1, 8), free(0), free(1)]));
  const { stderr, status } = run([path], { demo });
  assert.match(stderr, /^demo: classic on two: wrong byte: address 1024, .* at operation 2\n$/);
  assert.equal(status, 1);
});

test("a replay counts operations, samples the growth and frees the remaining blocks", () => {
  const heap = bumpAllocator(noOverrides);
  const operations = [alloc(0, 70_000), alloc(1, 10), realloc(1, 20), free(1)];
  const seen = [];
  const onProgress = (done) => seen.push(done);
  const result = replay(traceOf(operations), heap, { samples: 2, onProgress });
  assert.equal(result.calls, 4);
  assert.equal(result.peakLiveBytes, 70_020);
  assert.equal(result.pagesGrown, 1);
  assert.equal(result.heapOverLive, 65536 / 70_020);
  assert.deepEqual(result.growth, [1, 1]);
  assert.deepEqual(seen, [2, 4]);
  assert.deepEqual(heap.calls, { alloc: 3, remap: 1, free: 3 });
});

test("a replay asks for the alignment of the trace, else for 16 bytes, in every call", () => {
  const alignments = [];
  const heap = bumpAllocator((own) => ({
    alloc: (...args) => (alignments.push(args[2]), own.alloc(...args)),
    remap: (...args) => (alignments.push(args[3]), own.remap(...args)),
    free: (...args) => alignments.push(args[3]),
  }));
  replay(traceOf([allocAligned(0, 7, 8), realloc(0, 16), alloc(1, 8), free(0), free(1)]), heap);
  // The realloc has to allocate and free.
  assert.deepEqual(alignments, [7, 7, 7, 7, 4, 7, 4]);
});

test("a growth curve has its points equally spaced along the run", () => {
  const heap = bumpAllocator(noOverrides);
  const operations = [0, 1, 2].map((handle) => alloc(handle, 65_536)).concat([free(0)]);
  const { growth } = replay(traceOf(operations), heap, { samples: 8 });
  assert.deepEqual(growth, [0, 1, 1, 2, 2, 3, 3, 3]);
});

test("a realloc that cannot stay keeps the bytes of the block", () => {
  const operations = [alloc(0, 100), alloc(1, 1), realloc(0, 90_000), realloc(0, 3), realloc(0, 1)];
  verifyReplay(traceOf(operations), bumpAllocator(noOverrides));
});

const failures = [
  [
    "an alloc that answers 0",
    /^out of memory at operation 1$/,
    (own) => ({ alloc: (...args) => (args[1] === 9 ? 0 : own.alloc(...args)) }),
  ],
  [
    "an address that is not aligned",
    /^the block of 8 bytes at \d+ is not aligned to 2\^4 at operation 0$/,
    (own) => ({ alloc: (...args) => own.alloc(...args) + 8 }),
  ],
  [
    "a block that ends outside the memory",
    /^the block of 8 bytes at 65536 ends outside the memory at operation 0$/,
    () => ({ alloc: () => 65536 }),
  ],
  [
    "a free that overwrites the last byte of another block",
    /^wrong byte: address \d+, in the block of handle 0, holds 0 instead of 1 at operation 3$/,
    (own, memory) => ({ free: () => new Uint8Array(memory.buffer, 1024, 8).fill(0, 7) }),
  ],
  [
    "a remap that moves the block without its bytes",
    /^wrong byte: .* in the block of handle 0, .* at operation 3$/,
    (own) => ({ remap: (_, address, length, alignment, size) => own.alloc(0, size, alignment) }),
  ],
  [
    "a remap that brings only the first byte along",
    /^wrong byte: .* in the block of handle 0, holds 0 instead of 1 at operation 3$/,
    (own, memory) => ({
      remap(_, address, length, alignment, size) {
        const moved = own.alloc(0, size, alignment);
        new Uint8Array(memory.buffer).copyWithin(moved, address, address + 1);
        return moved;
      },
    }),
  ],
  [
    "an address in the upper half of 4 GiB",
    /^the block of 8 bytes at 4294901760 ends outside the memory at operation 0$/,
    () => ({ alloc: () => -65536 }),
  ],
  [
    "a trap",
    /^unreachable at operation 2$/,
    () => ({
      free() {
        throw new WebAssembly.RuntimeError("unreachable");
      },
    }),
  ],
];

for (const [title, message, overrides] of failures) {
  test(`${title} fails the checked replay at that operation`, () => {
    const operations = [alloc(0, 8), alloc(1, 9), free(1), realloc(0, 20), free(0)];
    const check = () => verifyReplay(traceOf(operations), bumpAllocator(overrides));
    assert.throws(check, { name: "ReplayError", message });
  });
}

test("a block that was overwritten and never freed fails the checked replay at its end", () => {
  const overrides = () => ({ alloc: () => 1024 });
  const check = () => verifyReplay(traceOf([alloc(0, 8), alloc(1, 8)]), bumpAllocator(overrides));
  assert.throws(check, {
    name: "ReplayError",
    message: /^wrong byte: .* after the last operation$/,
  });
});

test("a chart rises with its values to full height, and 0 is a space", () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  assert.equal(barChart(values, { width: 9, unicode: true }), " ▁▂▃▄▅▆▇█");
  assert.equal(barChart([0, ...values, 9], { width: 11 }), "  .:-=+*#%@");
  assert.equal(barChart([0, 0], { width: 4, unicode: true }), "    ");
});

test("a chart shows every level above 0, and no peak is lost", () => {
  assert.equal(barChart([0, 1, 1000], { width: 3, unicode: true }), " ▁█");
  assert.equal(barChart([0, 0, 9, 0, 0, 0], { width: 2 }), "@ ");
  assert.equal(barChart([0, 9], { width: 4 }), "  @@");
});

test("the first locale variable that is not empty says whether text may be UTF-8", () => {
  assert.equal(localeIsUtf8({ LANG: "C.UTF-8" }), true);
  assert.equal(localeIsUtf8({ LC_ALL: "", LC_CTYPE: "en_US.utf8", LANG: "C" }), true);
  assert.equal(localeIsUtf8({ LC_ALL: "C", LC_CTYPE: "C.UTF-8", LANG: "C.UTF-8" }), false);
  assert.equal(localeIsUtf8({}), false);
});
