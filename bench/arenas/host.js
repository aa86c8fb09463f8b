// Runs in a runtime's own process, as bench/arenas.js says in a job (JSON on standard input): it measures every
// program with the requests of every row, interleaved, and writes a line of JSON for each of them.

import { readFileSync } from "node:fs";
import { interleave } from "../rounds.js";

const job = JSON.parse(readFileSync(0, "utf8"));
const repeats = 20;

const runners = job.rows.flatMap(({ row, requests }) =>
  job.programs.map(({ name, path }) => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)));
    return { name, row, requests, exports, pagesBefore: pagesOf(exports), samples: [] };
  }),
);

function pagesOf({ memory }) {
  return memory.buffer.byteLength / 65536;
}

function setLengths(exports, lengths) {
  const at = exports.lengths_of_request();
  new Uint32Array(exports.memory.buffer, at, lengths.length).set(lengths);
}

function timed(run) {
  const begin = performance.now();
  if (run() === 0) throw new Error("there is no memory");
  return 1e6 * (performance.now() - begin);
}

/** The nanoseconds of a call, of ending a request, and of whole requests a block. */
function measure({ exports, requests }) {
  const sample = { alloc: Infinity, end: Infinity, whole: 0 };
  let blocks = 0;
  for (const lengths of requests) {
    setLengths(exports, lengths);
    const count = lengths.length;
    // Whole requests first: they leave code and caches as a program has them.
    sample.whole += timed(() => exports.requests(repeats, count));
    blocks += repeats * count;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      sample.alloc = Math.min(sample.alloc, timed(() => exports.alloc_all(count)) / count);
      sample.end = Math.min(sample.end, timed(() => exports.end_all(count)) / count);
    }
  }
  sample.whole /= blocks;
  return sample;
}

interleave(runners, job.warmUps, measure);
for (const runner of runners) runner.samples = [];
interleave(runners, job.rounds, measure);
for (const { name, row, samples, exports, pagesBefore } of runners) {
  const pages = pagesOf(exports) - pagesBefore;
  process.stdout.write(`${JSON.stringify({ name, row, samples, pages })}\n`);
}
