// The benchmark: it replays every trace inside wasm on every runtime, with all allocators side by
// side. Each runtime runs in a process of its own, one after the other.
//
// Exit status 0: all was measured, and every byte was right; 1: a byte was wrong, or a runtime or an
// allocator failed; 2: the command line or a trace is bad, which is found before anything runs.

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

import { runtimes } from "./runtimes.js";
import { readOptions, usage } from "./options.js";
import { pageTable, ratioTable, refusalTable, timeTable, worstTable } from "./report.js";
import { BenchError, runWorker } from "./runtime-process.js";
import { meansOf, summarizeRow, worstOf } from "./summary.js";
import { findTraces } from "./trace-folder.js";
import { UsageError } from "./usage-error.js";

const scaleMebibytes = { quick: [1, 10, 100], whole: [1, 10, 100, 1000] };

const groupTitles = {
  traces: "traces",
  micro: "micro rows",
  js: "called from JavaScript, ns a pair of calls",
  scale: "random replacement, by live bytes",
  fixed: "games in fixed memories of 1 to 16 pages, with at most 30 to 60 % of them live",
};

function print(block) {
  console.log(`${block}\n`);
}

function jobOf(options, runtime, tasks) {
  const quick = options.quick;
  return {
    tasks,
    tracePaths: options.tracePaths,
    columns: options.columns.map(({ name, path, inlinedPath }) => ({
      name,
      path: runtime.inlined ? inlinedPath : path,
    })),
    firstPass: runtime.firstPass ?? false,
    alignment: options.alignment,
    rounds: options.rounds,
    generations: Math.min(options.rounds, quick ? 2 : 3),
    sampleMilliseconds: quick ? 5 : 10,
    warmUpMilliseconds: quick ? 30 : 100,
    scaleMebibytes: quick ? scaleMebibytes.quick : scaleMebibytes.whole,
    scaleRounds: Math.min(options.rounds, 3),
  };
}

// Returns a job for every module that will be measured, on the first runtime.
function modulesToVerify({ columns, runtimes: chosen }) {
  const usesInlined = chosen.some(({ name }) => runtimes[name].inlined);
  return columns.flatMap(({ name, path, inlinedPath }) => {
    const inlined = { name: `${name} (inlined)`, path: inlinedPath };
    return usesInlined && inlinedPath !== path ? [{ name, path }, inlined] : [{ name, path }];
  });
}

async function verify(options) {
  const runtimeName = options.runtimes[0].name;
  const job = jobOf(options, runtimes[runtimeName], ["verify"]);
  job.columns = modulesToVerify(options).filter(({ name }) => !name.startsWith("floor"));
  const rows = (await runWorker(runtimeName, job)).verify;
  const bad = rows.find(({ wrong }) => wrong !== null);
  if (bad) throw new BenchError(`${bad.column} on ${bad.row}: ${bad.wrong}`);
  print(`Verified ${rows.length} replays: every byte as it was written.`);
}

// Pages do not depend on the runtime: they are shown once, with the first runtime that counts them.
function printGroup(group, heading, summaries, means, withPages) {
  if (withPages) print(pageTable(groupTitles[group], summaries, means));
  print(timeTable(`${heading}: ${groupTitles[group]}`, summaries, means));
  if (means !== null) print(ratioTable(means));
}

async function measureRuntime({ name, version }, options, groupsWithPages) {
  const runtime = runtimes[name];
  const groups = options.rows.filter((group) => runtime.rows.includes(group));
  const rowsOf = groups.length > 0 ? await runWorker(name, jobOf(options, runtime, groups)) : {};
  const heading = `${name} (${runtime.title}; ${version})`;
  const result = { runtime: name, title: runtime.title, version, flags: runtime.flags, groups: {} };
  for (const group of groups) {
    if (group === "fixed") {
      print(refusalTable(groupTitles.fixed, rowsOf.fixed));
      result.groups.fixed = { rows: rowsOf.fixed, means: null };
      continue;
    }
    const summaries = rowsOf[group].map(summarizeRow);
    const means = group === "traces" && summaries.length > 1 ? meansOf(summaries) : null;
    printGroup(group, heading, summaries, means, groupsWithPages.delete(group));
    const worst = means === null ? null : worstOf(summaries);
    if (worst !== null && Object.keys(worst).length > 1) print(worstTable(worst));
    result.groups[group] = { rows: summaries, means, worst };
  }
  return result;
}

async function main(argv) {
  const read = readOptions(argv);
  if (read.help) {
    console.log(usage);
    return;
  }
  const options = { ...read, tracePaths: findTraces(read.traceFolder, read.traceNames) };
  if (options.verify) await verify(options);
  const groupsWithPages = new Set(["traces", "micro", "scale"]);
  const results = [];
  for (const runtime of options.runtimes) {
    results.push(await measureRuntime(runtime, options, groupsWithPages));
  }
  for (const absent of options.absentRuntimes) print(`Left out: ${absent}`);
  if (options.jsonPath !== null) {
    const { alignment, rounds, quick } = options;
    const result = { processor: cpus()[0]?.model, alignment, rounds, quick, runtimes: results };
    writeFileSync(options.jsonPath, `${JSON.stringify(result)}\n`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof BenchError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
