// Measures arenas: what a block costs in an arena and in the heap below it, and what it costs to end all
// blocks of a request. The lengths of the requests are those of a recorded trace, cut into requests, and
// plain sizes.
//
// usage: node bench/arenas.js [--runtimes v8,jsc,liftoff] [--rounds 7] [--trace FILE]

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { inRepository } from "../tools/paths.js";
import { operationsOfTrace, operationWords } from "./operations.js";
import { runtimes, runtimeVersion, whyAbsent } from "./runtimes.js";
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

function optionsOf(words) {
  let values;
  try {
    ({ values } = parseArgs({
      args: words,
      options: {
        runtimes: { type: "string", default: "v8,jsc,liftoff" },
        rounds: { type: "string", default: "7" },
        trace: { type: "string", default: inRepository("bench/traces/x-requests.trace.gz") },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message);
  }
  const known = ["v8", "jsc", "liftoff"];
  const names = values.runtimes.split(",");
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new UsageError(`no such runtime: ${name} (there are ${known.join(", ")})`);
  }
  if (!/^[1-9]\d*$/.test(values.rounds)) {
    throw new UsageError(`--rounds is a whole number from 1 on, not "${values.rounds}"`);
  }
  return { ...values, runtimes: names, rounds: Number(values.rounds) };
}

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
    const kind = words[at] >>> 29;
    if (kind === 0 || kind === 3) lengths.push(words[at + 1]);
  }
  const size = Math.min(blocksOfRequest, Math.ceil(lengths.length / requestsOfTrace));
  return Array.from({ length: requestsOfTrace }, (_, index) =>
    lengths.slice(index * size, (index + 1) * size),
  ).filter((request) => request.length > 0);
}

function measuredIn(name, job) {
  const { binary, flags, environment } = runtimes[name];
  const host = inRepository("bench/arenas/host.js");
  const output = execFileSync(binary, [...flags, host], {
    env: { ...process.env, ...environment },
    encoding: "utf8",
    input: JSON.stringify(job),
    stdio: ["pipe", "pipe", "inherit"],
  });
  return output.trim().split("\n").map(JSON.parse);
}

const cell = (value, digits) => value.toFixed(digits).padStart(10);

function measureRuntime(name, rows, rounds) {
  const version = runtimeVersion(runtimes[name]);
  if (version === null) {
    console.log(`${name}: ${whyAbsent(runtimes[name])}\n`);
    return;
  }
  const listed = Object.keys(programs).map((program) => ({
    name: program,
    path: inRepository(`build/bench/arenas/${program}.wasm`),
  }));
  const lines = measuredIn(name, { rows, programs: listed, warmUps: 2, rounds });
  console.log(
    `${name} (${runtimes[name].title}; ${version}), over granary; best of the rounds (median)`,
  );
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

try {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
  } else {
    const plain = [16, 64, 256].map((length) => ({
      row: `${blocksOfRequest} of ${length} bytes`,
      requests: [Array(blocksOfRequest).fill(length)],
    }));
    const recorded = { row: basename(options.trace), requests: requestsOf(options.trace) };
    for (const name of options.runtimes) measureRuntime(name, [...plain, recorded], options.rounds);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`granary: ${error.message}`);
  process.exitCode = 2;
}
