// Runs other programs to their end, for the tests and the tools, one or several at a time.

import { spawn, spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/**
 * @typedef {object} Result
 * @property {number | null} status null when a signal ended it
 * @property {NodeJS.Signals | null} signal
 * @property {string} stdout
 * @property {string} stderr
 */

/** The buffer is so large that no program here waits at a full pipe. */
const maxBuffer = 2 ** 28;

/**
 * @param {string[]} command a program and its words
 * @param {import("node:child_process").SpawnSyncOptions} [how]
 * @returns {Result} of a program that was ended by `how.timeout` too; throws when the program cannot be run
 */
export function runSync([program, ...words], how = {}) {
  const { error, ...result } = spawnSync(program, words, { encoding: "utf8", maxBuffer, ...how });
  if (error !== undefined && error.code !== "ETIMEDOUT") {
    throw new Error(`${program}: ${error.message}`);
  }
  return result;
}

/**
 * @param {string[]} command a program and its words
 * @param {import("node:child_process").SpawnOptions} [how]
 * @returns {Promise<Result>} rejected when the program cannot be run
 */
export function run([program, ...words], how = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { ...how, stdio: ["ignore", "pipe", "pipe"] });
    const written = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (text) => (written[stream] += text));
    }
    child.on("error", (error) => reject(new Error(`${program}: ${error.message}`)));
    child.on("close", (status, signal) => resolve({ status, signal, ...written }));
  });
}

/** Returns what a program writes to stdout. When it fails, throws an error with all of its output. */
export function outputOfSync(command, how) {
  return outputOfSuccess(command, runSync(command, how));
}

/** Does the same while other programs run. */
export async function outputOf(command, how) {
  return outputOfSuccess(command, await run(command, how));
}

function outputOfSuccess(command, { status, signal, stdout, stderr }) {
  if (status === 0) return stdout;
  throw new Error(`${command.join(" ")}: ${signal ?? status}\n${stdout}${stderr}`);
}

/**
 * Does the work for each item, for so many of them at a time.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => Promise<void>} work
 * @param {number} [atOnce] as many as there are cores
 */
export async function inParallel(items, work, atOnce = availableParallelism()) {
  const waiting = [...items];
  const worker = async () => {
    while (waiting.length > 0) await work(waiting.shift());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
