// Random operations over every engine, natively and on wasm32, on all cores.
//
// usage: node tests-native/properties/random-operations.js [OPERATIONS [SEED]]

import { pathToFileURL } from "node:url";
import { inRepository, root } from "../../tools/paths.js";
import { inParallel, run } from "../../tools/run.js";

/** What each way of running an engine gets of all operations, in percent. */
const shares = [
  { engine: "granary", on: "native", percent: 30 },
  { engine: "granary", on: "wasm32", percent: 18 },
  { engine: "inspected", on: "native", percent: 15 },
  { engine: "inspected", on: "wasm32", percent: 10 },
  { engine: "checked", on: "native", percent: 7 },
  { engine: "checked", on: "wasm32", percent: 5 },
  { engine: "classic", on: "native", percent: 6 },
  { engine: "classic", on: "wasm32", percent: 5 },
  { engine: "damaged", on: "native", percent: 2 },
  { engine: "misused", on: "native", percent: 2 },
];

/**
 * @typedef {object} Job
 * @property {string} engine
 * @property {"native" | "wasm32"} on
 * @property {number} operations
 * @property {number} seed the first one
 */

/**
 * @param {number} operations of all jobs together
 * @param {number} seed
 * @returns {Job[]}
 */
export function jobs(operations, seed) {
  return shares.map(({ percent, ...job }) => ({
    ...job,
    operations: Math.ceil((operations * percent) / 100),
    seed,
  }));
}

/** The words of the command that runs a job. */
export function commandOf({ engine, on, operations, seed }) {
  const program =
    on === "native"
      ? [inRepository("build/native/properties/random_operations")]
      : [process.execPath, inRepository("tests-native/properties/random-operations-wasm.js")];
  return [...program, engine, String(operations), String(seed)];
}

async function main(words) {
  if (words.length > 2 || !words.every((word) => /^\d+$/.test(word))) {
    console.error("usage: node tests-native/properties/random-operations.js [OPERATIONS [SEED]]");
    return 2;
  }
  const [operations = 100_000_000, seed = 1] = words.map(Number);
  const start = performance.now();
  let done = 0;
  let failed = 0;
  await inParallel(jobs(operations, seed), async (job) => {
    const { status, stdout, stderr } = await run(commandOf(job), { cwd: root });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    if (status !== 0) failed++;
    done += Number(/(\d+) operations/.exec(stdout)?.[1] ?? 0);
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const verdict = failed === 0 ? "no rule broken" : `${failed} of the above failed`;
  console.log(`random operations: ${done} in ${seconds} s, ${verdict}`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2));
}
