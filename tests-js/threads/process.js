// Runs in a process of their own, with a limit: threads that wait for each other for ever do not fail by
// themselves.

import { inRepository } from "../../tools/paths.js";
import { run } from "../../tools/run.js";

/** Far more than any run takes on a busy machine, in milliseconds. */
const longest = 120_000;

/**
 * @param {string} name of a scenario
 * @param {number} seed
 * @param {object} how
 * @param {string} how.runtime the program that runs it: Node or bun
 * @param {string} how.module the path of the workers' module
 * @param {string} [how.mainModule] that of the main thread's, by default the same
 * @param {number} [how.limit] in milliseconds
 * @returns {Promise<object>} the facts
 */
export async function resultOfRun(name, seed, { runtime, module, mainModule, limit = longest }) {
  const program = inRepository("tests-js/threads/run-here.js");
  const command = [runtime, program, name, String(seed), module, mainModule ?? module];
  const how = { timeout: limit, killSignal: "SIGKILL" };
  const { status, signal, stdout, stderr } = await run(command, how);
  if (status === 0) return JSON.parse(stdout);
  const end = signal === null ? `failed with ${status}` : `did not end in ${limit / 1000} s`;
  throw new Error(`${name} (SEED=${seed}) ${end}: ${stderr}`);
}
