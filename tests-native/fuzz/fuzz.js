// Runs the libFuzzer targets for a while, as many at a time as there are cores, and prints a line for
// each. What they find beyond the corpus stays in build/native/fuzz/found/, a crash in
// build/native/fuzz/crash/.
//
// usage: node tests-native/fuzz/fuzz.js SECONDS TARGET...

import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { inRepository, root } from "../../tools/paths.js";
import { inParallel, run } from "../../tools/run.js";

const [seconds, ...targets] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(seconds ?? "") || targets.length === 0) {
  console.error(
    "usage: node tests-native/fuzz/fuzz.js SECONDS TARGET...; SECONDS is a number from 1 on",
  );
  process.exit(2);
}
const workers = Math.min(availableParallelism(), targets.length);
const secondsOfEach = Math.max(1, Math.round((Number(seconds) * workers) / targets.length));

let failed = 0;
await inParallel(targets, fuzz, workers);
process.exitCode = failed === 0 ? 0 : 1;

async function fuzz(target) {
  const found = inRepository(`build/native/fuzz/found/${target}`);
  const crashes = inRepository("build/native/fuzz/crash");
  for (const folder of [found, crashes]) mkdirSync(folder, { recursive: true });
  const command = [
    inRepository(`build/native/fuzz/${target}`),
    `-max_total_time=${secondsOfEach}`,
    "-max_len=4096",
    "-timeout=20",
    // The fake memory is a gibibyte of address space, of which a run touches little.
    "-rss_limit_mb=2048",
    "-detect_leaks=0",
    "-print_final_stats=1",
    `-artifact_prefix=${crashes}/${target}-`,
    found,
    inRepository("tests-native/fuzz/corpus"),
  ];
  const { status, stderr } = await run(command, { cwd: root });
  const executions = /number_of_executed_units: (\d+)/.exec(stderr)?.[1] ?? "0";
  const edges = [...stderr.matchAll(/ cov: (\d+) /g)].at(-1)?.[1] ?? "0";
  const what = `${executions} executions, ${secondsOfEach} s, ${edges} edges covered`;
  if (status === 0) return console.log(`fuzz ${target}: ${what}, no crash`);
  failed++;
  const reason = /^(broken: .*|SUMMARY: .*|.*runtime error: .*)$/m.exec(stderr)?.[0] ?? stderr;
  const file = /Test unit written to (\S+)/.exec(stderr)?.[1] ?? "";
  console.log(`fuzz ${target}: ${what}, CRASH: ${reason.trim()}`);
  console.log(`  again: build/native/fuzz/${target} ${file}`);
}
