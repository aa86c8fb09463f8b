// A benchmark that has a host of its own, a script that measures in the process of each runtime: how its
// command line is read, how the host is given its job, and how a wrong command line ends.

import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { inRepository } from "../tools/paths.js";
import { runtimes, runtimeVersion, whyAbsent } from "./runtimes.js";
import { UsageError } from "./usage-error.js";

/**
 * Reads the command line and runs the benchmark. Exit status 2: the command line is wrong.
 *
 * @param {object} command
 * @param {string} command.usage
 * @param {Record<string, string>} command.defaults of each option that takes a text; `rounds` is a number
 * @param {Record<string, string[]>} command.known what the options that are lists may name
 * @param {(options: object) => void} command.run takes texts, lists and the rounds, by the names of the options
 */
export function runCommand({ usage, defaults, known, run }) {
  try {
    const { help, ...values } = parse(process.argv.slice(2), defaults);
    if (help) console.log(usage);
    else run(checked(values, known));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`granary: ${error.message}`);
    process.exitCode = 2;
  }
}

/** Calls `measure` with each runtime that is there and what it is called in a heading; says why others are not. */
export function forEachRuntime(names, measure) {
  for (const name of names) {
    const version = runtimeVersion(runtimes[name]);
    if (version === null) console.log(`${name}: ${whyAbsent(runtimes[name])}\n`);
    else measure(name, `${name} (${runtimes[name].title}; ${version})`);
  }
}

/** Returns what a host measured: it takes its job as JSON from standard input, and writes JSON in lines. */
export function measuredIn(runtimeName, host, job) {
  const { binary, flags, environment } = runtimes[runtimeName];
  const output = execFileSync(binary, [...flags, inRepository(host)], {
    env: { ...process.env, ...environment },
    encoding: "utf8",
    input: JSON.stringify(job),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = output.trim().split("\n").map(JSON.parse);
  const failed = lines.find((line) => line.failed)?.failed;
  if (failed) throw new Error(`${runtimeName}: ${failed}`);
  return lines;
}

function parse(args, defaults) {
  const texts = Object.entries(defaults).map(([name, text]) => [
    name,
    { type: "string", default: text },
  ]);
  const options = { ...Object.fromEntries(texts), help: { type: "boolean", default: false } };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function checked(values, known) {
  const lists = Object.entries(known).map(([option, names]) => [
    option,
    values[option].split(",").map((name) => {
      if (names.includes(name)) return name;
      const what = option.replace(/s$/, "");
      throw new UsageError(`no such ${what}: ${name} (there are ${names.join(", ")})`);
    }),
  ]);
  if (!/^[1-9]\d*$/.test(values.rounds)) {
    throw new UsageError(`--rounds is a whole number from 1 on, not "${values.rounds}"`);
  }
  return { ...values, ...Object.fromEntries(lists), rounds: Number(values.rounds) };
}
