// Measures threads that share a heap: how often the lock is taken on recorded traces, and how many blocks
// one and two threads allocate in the workloads of bench/threads/workloads.cc.
//
// usage: node bench/threads.js [--runtimes v8,jsc] [--rounds 5] [--traces FOLDER] [--workloads a,b]

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { inRepository } from "../tools/paths.js";
import { forEachRuntime, measuredIn, runCommand } from "./host-command.js";
import { operationsOfTrace } from "./operations.js";
import { compileModule, ReplayInstance } from "./replay-module.js";
import { best, median } from "./statistics.js";
import { smallBlocksOf } from "./threads/small-blocks.js";
import { workloads } from "./threads/protocol.js";
import { findTraces } from "./trace-folder.js";
import { readTrace } from "./trace.js";

/** The names that are shown, by those of the files. */
const programs = {
  threads: "granary-threads",
  locked: "granary, locked",
  dlmalloc: "dlmalloc, locked",
};
const host = "bench/threads/host.js";
const threadCounts = [1, 2];
const defaultAlignment = 16;

const perThousand = (count, calls) => ((1000 * count) / calls).toFixed(1);

/** One thread replays each trace once, from the first allocation on. */
function countLocks(folder) {
  const replayed = compileModule("count", inRepository("build/bench/threads/replay-count.wasm"));
  const takesOf = (trace) => {
    const operations = operationsOfTrace(trace, defaultAlignment);
    if (operations.count === 0) return null;
    const instance = new ReplayInstance(replayed, operations);
    instance.run();
    return { takes: instance.exports.takes(), calls: operations.count };
  };
  console.log("lock takes of one thread per 1,000 calls, each trace replayed once");
  console.log(`${"trace".padEnd(24)}  all blocks  blocks of at most 2 KiB`);
  const means = { all: [], small: [] };
  for (const path of findTraces(folder, null)) {
    const trace = readTrace(readFileSync(path), basename(path));
    const all = takesOf(trace);
    const small = takesOf(smallBlocksOf(trace));
    means.all.push((1000 * all.takes) / all.calls);
    if (small !== null) means.small.push((1000 * small.takes) / small.calls);
    const shown = small === null ? "none" : perThousand(small.takes, small.calls);
    console.log(
      `${trace.name.padEnd(24)}${perThousand(all.takes, all.calls).padStart(12)}${shown.padStart(12)}`,
    );
  }
  const mean = (list) => (list.reduce((sum, value) => sum + value, 0) / list.length).toFixed(1);
  console.log(
    `${"mean".padEnd(24)}${mean(means.all).padStart(12)}${mean(means.small).padStart(12)}\n`,
  );
}

const pathOf = (name) => inRepository(`build/bench/threads/${name}.wasm`);

function measureRuntime(name, title, { rounds, workloads: chosen }) {
  const job = { workloads: chosen, threads: threadCounts };
  const timed = measuredIn(name, host, {
    ...job,
    programs: Object.keys(programs).map((name) => ({ name, path: pathOf(name) })),
    warmUps: 2,
    rounds,
  });
  const counted = measuredIn(name, host, {
    ...job,
    programs: Object.keys(programs).map((name) => ({ name, path: pathOf(`${name}-count`) })),
    warmUps: 0,
    rounds: 1,
  });
  console.log(`${title}: blocks allocated and freed in a millisecond`);
  for (const workload of chosen) {
    console.log(`\n${workload}: ${workloads[workload].what}`);
    console.log(
      `${"".padEnd(18)}  1 thread    median  2 threads    median   2 over 1  per 1,000 calls of 2 threads`,
    );
    for (const [program, shown] of Object.entries(programs)) {
      const rows = threadCounts.map((threads) => ({
        time: timed.find(isAt({ name: program, workload, threads })),
        count: counted.find(isAt({ name: program, workload, threads })).samples[0],
      }));
      const rates = rows.map(({ time }) => time.samples.map(({ rate }) => rate));
      const bests = rates.map((list) => -best(list.map((rate) => -rate)));
      const figures = rates.flatMap((list, index) => [bests[index], median(list)]);
      const { takes, sleeps, blocks } = rows[1].count;
      console.log(
        shown.padEnd(18) +
          figures.map((figure) => figure.toFixed(0).padStart(10)).join(" ") +
          (bests[1] / bests[0]).toFixed(2).padStart(11) +
          `  ${perThousand(takes, 2 * blocks)} takes, ${perThousand(sleeps, 2 * blocks)} sleeps`,
      );
    }
  }
  console.log("");
}

const isAt = (wanted) => (line) =>
  Object.entries(wanted).every(([key, value]) => line[key] === value);

runCommand({
  usage:
    "usage: node bench/threads.js [--runtimes v8,jsc] [--rounds 5] [--traces FOLDER] [--workloads a,b]",
  defaults: {
    runtimes: "v8,jsc",
    rounds: "5",
    traces: inRepository("bench/traces"),
    workloads: Object.keys(workloads).join(","),
  },
  known: { runtimes: ["v8", "jsc"], workloads: Object.keys(workloads) },
  run(options) {
    countLocks(options.traces);
    forEachRuntime(options.runtimes, (name, title) => measureRuntime(name, title, options));
  },
});
