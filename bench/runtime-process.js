// Starts bench/worker.js in a runtime's own process and collects its rows.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { runtimes } from "./runtimes.js";

// A runtime or an allocator failed: the bench ends with exit status 1.
export class BenchError extends Error {}

const workerPath = fileURLToPath(new URL("./worker.js", import.meta.url));

// Prints a line that the next one replaces; prints nothing where nobody watches.
export function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function exitOf(child, runtimeName) {
  return new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(new BenchError(`runtime ${runtimeName}: ${error.message}`)),
    );
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
}

// Returns {task: rows} for the job's tasks.
export async function runWorker(runtimeName, job) {
  const { binary, flags, environment } = runtimes[runtimeName];
  const child = spawn(binary, [...flags, workerPath, JSON.stringify(job)], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = exitOf(child, runtimeName);
  const rowsOf = {};
  let task = null;
  let failed = null;
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text);
    if (line.task) {
      task = line.task;
      rowsOf[task] = [];
    } else if (line.progress) {
      showProgress(`${runtimeName}, ${task}: ${line.progress}`);
    } else if (line.failed) {
      failed = line.failed;
    } else {
      rowsOf[task].push(line);
    }
  });
  const code = await exit;
  showProgress("");
  if (failed !== null) throw new BenchError(`runtime ${runtimeName}, ${task}: ${failed}`);
  if (code !== 0) throw new BenchError(`runtime ${runtimeName} ended with ${code}`);
  return rowsOf;
}
