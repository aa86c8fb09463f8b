// Runs one variant of a program in a folder of its own, as a process of its own, through the runner
// that the example uses.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inRepository } from "../../tools/paths.js";
import { runSync } from "../../tools/run.js";

const runner = inRepository("examples/wasi/run.js");
const longestRun = 60_000;

/**
 * @typedef {object} Result
 * @property {number | null} status
 * @property {string} errors what it wrote to standard error
 * @property {Buffer[]} written standard output, then the program's output files
 * @property {{initial: number, grown: number}} pages of its memory, when it ended well
 */

/**
 * @param {string} module
 * @param {import("./programs.js").Run} how
 * @returns {Result}
 */
export function runModule(module, { arguments: options, inputs, outputs = [] }) {
  const folder = dirname(module);
  for (const [name, content] of Object.entries(inputs))
    writeFileSync(join(folder, name), content());
  const { status, stdout, stderr } = runSync([process.execPath, runner, module, ...options], {
    cwd: folder,
    encoding: "buffer",
    timeout: longestRun,
  });
  const lines = stderr.toString().trimEnd().split("\n");
  const pages = /^pages: (\d+) at the start, (\d+) at the end$/.exec(lines.at(-1));
  if (status !== 0 || !pages) return { status, errors: lines.join("\n"), written: [stdout] };
  const [initial, final] = pages.slice(1).map(Number);
  return {
    status,
    errors: lines.slice(0, -1).join("\n"),
    written: [stdout, ...outputs.map((name) => readFileSync(join(folder, name)))],
    pages: { initial, grown: final - initial },
  };
}
