// Random operations over every engine, natively and on wasm32, on all cores.
//
// usage: node tests-native/properties/random-operations.js [OPERATIONS [SEED]]

import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inRepository } from "../../bench/paths.js";

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
      : [process.execPath, fileURLToPath(new URL("random-operations-wasm.js", import.meta.url))];
  return [...program, engine, String(operations), String(seed)];
}

/**
 * @param {string[]} command
 * @param {number} [timeout] milliseconds, after which it is killed
 * @returns {Promise<{status: number | null, output: string, errors: string}>}
 */
export function run([program, ...words], timeout) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: inRepository("."),
      stdio: ["ignore", "pipe", "pipe"],
      timeout,
    });
    const result = { status: null, output: "", errors: "" };
    child.stdout.on("data", (data) => (result.output += data));
    child.stderr.on("data", (data) => (result.errors += data));
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...result, status }));
  });
}

async function main(words) {
  if (words.length > 2 || !words.every((word) => /^\d+$/.test(word))) {
    console.error("usage: node tests-native/properties/random-operations.js [OPERATIONS [SEED]]");
    return 2;
  }
  const [operations = 100_000_000, seed = 1] = words.map(Number);
  const start = performance.now();
  const waiting = jobs(operations, seed);
  let done = 0;
  let failed = 0;
  const work = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { status, output, errors } = await run(commandOf(job));
      process.stdout.write(output);
      process.stderr.write(errors);
      if (status !== 0) failed++;
      done += Number(/(\d+) operations/.exec(output)?.[1] ?? 0);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const verdict = failed === 0 ? "no rule broken" : `${failed} of the above failed`;
  console.log(`random operations: ${done} in ${seconds} s, ${verdict}`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2));
}
