// Runs the toolchain's commands. One that fails is an error with its own words.

import { spawn } from "node:child_process";

/**
 * @param {string} name
 * @param {string[]} options
 * @param {import("node:child_process").SpawnOptions} [how]
 * @returns {Promise<string>} what it wrote to standard output
 */
export function run(name, options, how = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(name, options, { ...how, stdio: ["ignore", "pipe", "pipe"] });
    const written = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"]) {
      child[stream].setEncoding("utf8").on("data", (text) => (written[stream] += text));
    }
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(written.stdout);
      else reject(new Error(`${[name, ...options].join(" ")}: ${status}\n${written.stderr}`));
    });
  });
}

/** Runs the jobs, `atOnce` of them at a time. */
export async function runJobs(jobs, atOnce = 2) {
  const waiting = [...jobs];
  const worker = async () => {
    while (waiting.length > 0) await waiting.shift()();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
