// Measures arenas: what a block costs in an arena and in the heap below it, and what it costs to end all
// blocks of a request. The lengths of the requests are those of a recorded trace, cut into requests, and
// plain sizes.
//
// usage: node bench/arenas.js [--runtimes v8,jsc,liftoff] [--rounds 7] [--trace FILE]

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { inRepository } from "../tools/paths.js";
import { forEachRuntime, measuredIn, runCommand } from "./host-command.js";
import { isAlloc, operationsOfTrace, operationWords } from "./operations.js";
import { best, median } from "./statistics.js";
import { readTrace } from "./trace.js";
import { UsageError } from "./usage-error.js";

const usage = "usage: node bench/arenas.js [--runtimes v8,jsc,liftoff] [--rounds 7] [--trace FILE]";

/** The names that are shown, by those of the files; the first two are arenas of Granary. */
const programs = {
  arena: "arena, reset",
  "new-arena": "arena, new each time",
  granary: "granary, each freed",
  "zig-arena": "Zig's arena, reset",
  zig: "Zig, each freed",
  dlmalloc: "dlmalloc, each freed",
};
const blocksOfRequest = 10_000;
const requestsOfTrace = 8;

/** The lengths of a trace's blocks in the order in which they are allocated, cut into requests. */
function requestsOf(path) {
  let bytes;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`--trace: ${error.message}`);
  }
  const { words } = operationsOfTrace(readTrace(bytes, basename(path)), 16);
  const lengths = [];
  for (let at = 0; at < words.length; at += operationWords) {
    if (isAlloc(words[at])) lengths.push(words[at + 1]);
  }
  const size = Math.min(blocksOfRequest, Math.ceil(lengths.length / requestsOfTrace));
  return Array.from({ length: requestsOfTrace }, (_, index) =>
    lengths.slice(index * size, (index + 1) * size),
  ).filter((request) => request.length > 0);
}

const cell = (value, digits) => value.toFixed(digits).padStart(10);

function measureRuntime(name, title, rows, rounds) {
  const listed = Object.keys(programs).map((program) => ({
    name: program,
    path: inRepository(`build/bench/arenas/${program}.wasm`),
  }));
  const lines = measuredIn(name, "bench/arenas/host.js", {
    ...{ rows, programs: listed },
    ...{ warmUps: 2, rounds },
  });
  console.log(`${title}, over granary; best of the rounds (median)`);
  for (const { row } of rows) {
    const figures = Object.keys(programs).map((program) => {
      const { samples, pages } = lines.find((line) => line.name === program && line.row === row);
      const of = (what, pick) => pick(samples.map((sample) => sample[what]));
      return { program, pages, of };
    });
    const { of: base } = figures.find(({ program }) => program === "granary");
    console.log(`\n${row.padEnd(22)}     alloc  (median)       end   request  (median)     pages`);
    for (const { program, pages, of } of figures) {
      const over = (what, pick, digits) => cell(of(what, pick) / base(what, pick), digits);
      console.log(
        programs[program].padEnd(22) +
          over("alloc", best, 2) +
          over("alloc", median, 2) +
          over("end", best, 4) +
          over("whole", best, 2) +
          over("whole", median, 2) +
          String(pages).padStart(10),
      );
    }
  }
  console.log("");
}

runCommand({
  usage,
  defaults: {
    runtimes: "v8,jsc,liftoff",
    rounds: "7",
    trace: inRepository("bench/traces/x-requests.trace.gz"),
  },
  known: { runtimes: ["v8", "jsc", "liftoff"] },
  run({ runtimes, rounds, trace }) {
    const plain = [16, 64, 256].map((length) => ({
      row: `${blocksOfRequest} of ${length} bytes`,
      requests: [Array(blocksOfRequest).fill(length)],
    }));
    const rows = [...plain, { row: basename(trace), requests: requestsOf(trace) }];
    forEachRuntime(runtimes, (name, title) => measureRuntime(name, title, rows, rounds));
  },
});
