// Starts an engine's process over bench/worker.js and collects its rows.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { engines } from "./engines.js";

// The bench ends with exit 1: an engine or an allocator failed.
export class BenchError extends Error {}

const workerPath = fileURLToPath(new URL("./worker.js", import.meta.url));

// A line that the next one replaces; nothing where nobody watches.
export function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function exitOf(child, engineName) {
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new BenchError(`engine ${engineName}: ${error.message}`)));
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
}

// Returns {task: rows} for the job's tasks.
export async function runWorker(engineName, job) {
  const { binary, flags, environment } = engines[engineName];
  const child = spawn(binary, [...flags, workerPath, JSON.stringify(job)], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = exitOf(child, engineName);
  const rowsOf = {};
  let task = null;
  let failed = null;
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text);
    if (line.task) {
      task = line.task;
      rowsOf[task] = [];
    } else if (line.progress) {
      showProgress(`${engineName}, ${task}: ${line.progress}`);
    } else if (line.failed) {
      failed = line.failed;
    } else {
      rowsOf[task].push(line);
    }
  });
  const code = await exit;
  showProgress("");
  if (failed !== null) throw new BenchError(`engine ${engineName}, ${task}: ${failed}`);
  if (code !== 0) throw new BenchError(`engine ${engineName} ended with ${code}`);
  return rowsOf;
}
