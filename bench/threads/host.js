// Runs in a runtime's own process, as bench/threads.js says in a job (JSON on standard input): it measures every
// program at every workload with one and two threads and writes a line of JSON for each measurement.
// Every measurement has a memory of its own; the threads stay, so their code stays optimised.

import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { interleave } from "../rounds.js";
import { Word, words, wordsOf, workloads } from "./protocol.js";

const job = JSON.parse(readFileSync(0, "utf8"));
/** A thread that takes longer than this is stuck. */
const limit = 60_000;

const workers = Array.from(
  { length: Math.max(...job.threads) },
  () => new Worker(new URL("./worker.js", import.meta.url)),
);
for (const worker of workers) worker.on("error", fail);

function fail(error) {
  process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`);
  process.exit(1);
}

function waitFor(control, word, count) {
  for (;;) {
    const now = Atomics.load(control, word);
    if (now === count) return;
    if (Atomics.wait(control, word, now, limit) === "timed-out") fail("a thread is stuck");
  }
}

/** Returns how many blocks all threads allocated in a millisecond, and what their lock counted. */
function measure({ module, workload, threads }) {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 16384, shared: true });
  const control = new Int32Array(new SharedArrayBuffer(4 * words));
  // The first instance sets up the memory of the program: that is not to be measured.
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  for (let thread = 0; thread < threads; thread += 1) {
    workers[thread].postMessage({
      ...{ module, memory, control, thread, workload },
      words: wordsOf(workloads[workload], threads),
    });
  }
  waitFor(control, Word.ready, threads);
  const begin = performance.now();
  Atomics.store(control, Word.go, 1);
  Atomics.notify(control, Word.go);
  waitFor(control, Word.done, threads);
  const milliseconds = performance.now() - begin;
  const blocks = Atomics.load(control, Word.blocks);
  const pages = memory.buffer.byteLength / 65536;
  return {
    ...{ rate: blocks / milliseconds, blocks, pages },
    ...{ takes: exports.takes?.(), sleeps: exports.sleeps?.() },
  };
}

const runners = job.programs.flatMap(({ name, path }) => {
  const module = new WebAssembly.Module(readFileSync(path));
  return job.workloads.flatMap((workload) =>
    job.threads.map((threads) => ({ name, module, workload, threads, samples: [] })),
  );
});
interleave(runners, job.warmUps, measure);
for (const runner of runners) runner.samples = [];
interleave(runners, job.rounds, measure);
for (const { name, workload, threads, samples } of runners) {
  process.stdout.write(`${JSON.stringify({ name, workload, threads, samples })}\n`);
}
process.exit(0);
