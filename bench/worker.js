// Runs in a runtime's own process: it measures what the job (a JSON argument) says and writes one
// line of JSON for each row to standard output. bench/runtime-process.js starts it.
//
// A line is {progress}, {row, calls, peakLiveBytes, results}, {row, column, wrong} of the verifying
// task, {row, games, columns} of fixed memories, or {failed} when an allocator trapped, which ends
// the worker.

import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { playFixed } from "./fixed.js";
import { measureJsPair } from "./js-pair.js";
import { measureAged, measureFirstPass, measureSteady } from "./measure.js";
import { microWorkloads } from "./micro.js";
import { compileModule, TrapError, ReplayInstance } from "./replay-module.js";
import { operationsOfTrace } from "./operations.js";
import { collectGarbage } from "./rounds.js";
import { scaleWorkload } from "./scale.js";
import { readTrace } from "./trace.js";

const job = JSON.parse(process.argv[2]);
const columns = job.columns.map(({ name, path }) => compileModule(name, path));

function emit(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function* traceWorkloads() {
  for (const path of job.tracePaths) {
    const trace = readTrace(readFileSync(path), basename(path));
    const { name, peakLiveBytes } = trace;
    yield { name, peakLiveBytes, operations: operationsOfTrace(trace, job.alignment) };
  }
}

function* scaleWorkloads() {
  for (const mebibytes of job.scaleMebibytes) yield scaleWorkload(mebibytes, job.alignment);
}

function measureEach(workloads, measure, settings = job) {
  for (const workload of workloads) {
    emit({ progress: workload.name });
    const { name, peakLiveBytes, operations, agedAt } = workload;
    const results = measure(columns, workload, settings);
    const calls = operations.count - (agedAt?.operation ?? 0);
    emit({ row: name, calls, peakLiveBytes, results });
    collectGarbage();
  }
}

function verifyEach(workloads) {
  for (const { name, operations } of workloads) {
    emit({ progress: name });
    for (const column of columns) {
      const wrong = new ReplayInstance(column, operations).verify();
      emit({ row: name, column: column.name, wrong });
      collectGarbage();
    }
  }
}

const tasks = {
  verify() {
    verifyEach(traceWorkloads());
    verifyEach(microWorkloads(job.alignment));
  },
  traces() {
    measureEach(traceWorkloads(), job.firstPass ? measureFirstPass : measureSteady);
  },
  micro() {
    measureEach(microWorkloads(job.alignment), measureSteady);
  },
  js() {
    const results = measureJsPair(columns, job);
    emit({ row: "alloc 64, free", calls: 2, peakLiveBytes: 64, results });
  },
  fixed() {
    playFixed(columns.map(({ name }) => name)).forEach(emit);
  },
  scale() {
    measureEach(scaleWorkloads(), measureAged, { rounds: job.scaleRounds });
  },
};

try {
  for (const task of job.tasks) {
    emit({ task });
    tasks[task]();
  }
} catch (error) {
  if (!(error instanceof TrapError)) throw error;
  emit({ failed: error.message });
}
