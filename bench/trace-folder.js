// Finds the traces that a run replays and refuses all bad ones before anything runs.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { readTrace } from "./trace.js";
import { TraceError } from "./trace-format.js";
import { UsageError } from "./usage-error.js";

const suffix = ".trace.gz";

function fileNames(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(suffix))
      .sort();
  } catch {
    throw new UsageError(`no such folder of traces: ${folder}`);
  }
}

function check(path, fileName) {
  try {
    readTrace(readFileSync(path), fileName);
  } catch (error) {
    if (error instanceof TraceError) throw new UsageError(error.message);
    throw error;
  }
}

// Returns paths in the order of their names: all of the folder where `names` is null.
export function findTraces(folder, names) {
  const found = fileNames(folder);
  if (found.length === 0) throw new UsageError(`no ${suffix} file in ${folder}`);
  for (const name of names ?? []) {
    if (!found.includes(name + suffix)) throw new UsageError(`no such trace: ${name} in ${folder}`);
  }
  const chosen = names === null ? found : names.map((name) => name + suffix);
  for (const fileName of chosen) check(join(folder, fileName), fileName);
  return chosen.map((fileName) => join(folder, fileName));
}
