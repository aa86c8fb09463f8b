// The command line of the benchmark. Everything that can be wrong with it is found here, before
// anything runs: a UsageError is one line, and the command ends with exit 2.

import { closeSync, openSync } from "node:fs";
import { parseArgs } from "node:util";

import { inRepository } from "../tools/paths.js";
import { columnsOf } from "./columns.js";
import { runtimes, runtimeVersion, rowGroups, whyAbsent } from "./runtimes.js";
import { UsageError } from "./usage-error.js";

export const usage = `usage: node bench/bench.js [options]
  --traces FOLDER        folder of *.trace.gz (default: bench/traces)
  --trace NAME,...       only these traces
  --allocators A,...     the columns, of which the first is compared with the others;
                         NAME=FILE.wasm adds a replay module of your own (default: all built ones)
  --runtimes R,...       of ${Object.keys(runtimes).join(", ")}
                         (default: all that are installed; NODE20 names the binary of Node 20)
  --rows G,...           of ${rowGroups.join(", ")} (default: all)
  --align 8|16           alignment of ordinary blocks (default: 16)
  --rounds N             rounds to interleave, 1 to 1000 (default: 12, with --quick 6)
  --quick                runtime v8 only, in fewer rounds
  --no-verify            skip the pass that checks every byte
  --json FILE            write the result as JSON as well
  --help`;

const parserOptions = {
  traces: { type: "string", default: inRepository("bench/traces") },
  trace: { type: "string" },
  allocators: { type: "string" },
  runtimes: { type: "string" },
  rows: { type: "string" },
  align: { type: "string", default: "16" },
  rounds: { type: "string" },
  quick: { type: "boolean", default: false },
  "no-verify": { type: "boolean", default: false },
  json: { type: "string" },
  help: { type: "boolean", default: false },
};

function parse(argv) {
  try {
    return parseArgs({ args: argv, options: parserOptions }).values;
  } catch (error) {
    throw new UsageError(error.message.split(". ")[0]);
  }
}

function listOf(text, what) {
  const items = text.split(",").filter((item) => item !== "");
  if (items.length === 0) throw new UsageError(`no ${what} given`);
  return [...new Set(items)];
}

function knownItems(text, known, what) {
  const items = listOf(text, what);
  const unknown = items.find((item) => !known.includes(item));
  if (unknown !== undefined) {
    throw new UsageError(`no such ${what}: ${unknown} (there are ${known.join(", ")})`);
  }
  return items;
}

function wholeNumber(text, name, most) {
  const number = /^[0-9]+$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > most) {
    throw new UsageError(`--${name} takes a whole number from 1 to ${most}, not "${text}"`);
  }
  return number;
}

// Opens the file now, so that a wrong path is found before minutes of measuring; what is in the file
// stays.
function writablePath(path) {
  if (path === undefined) return null;
  try {
    closeSync(openSync(path, "a"));
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${error.code}`);
  }
  return path;
}

function alignment(text) {
  if (text !== "8" && text !== "16") throw new UsageError(`--align takes 8 or 16, not "${text}"`);
  return Number(text);
}

// A runtime that is asked for by name has to be installed. When none is asked for, those that are
// not installed are left out, and the report says so.
function chosenRuntimes(text, quick) {
  const names = Object.keys(runtimes);
  const asked = text !== undefined || quick;
  const chosen = text === undefined ? (quick ? ["v8"] : names) : knownItems(text, names, "runtime");
  const withVersions = chosen.map((name) => ({ name, version: runtimeVersion(runtimes[name]) }));
  const absent = withVersions
    .filter(({ version }) => version === null)
    .map(({ name }) => `runtime ${name}: ${whyAbsent(runtimes[name])}`);
  if (absent.length > 0 && (asked || absent.length === names.length)) {
    throw new UsageError(absent[0]);
  }
  return { present: withVersions.filter(({ version }) => version !== null), absent };
}

export function readOptions(argv) {
  const values = parse(argv);
  if (values.help) return { help: true };
  const quick = values.quick;
  const rows =
    values.rows === undefined ? rowGroups : knownItems(values.rows, rowGroups, "row group");
  const { present, absent } = chosenRuntimes(values.runtimes, quick);
  const runs = ({ name }) => runtimes[name].rows.some((group) => rows.includes(group));
  if (!present.some(runs)) {
    throw new UsageError(`none of these runtimes has such rows: ${rows.join(", ")}`);
  }
  return {
    traceFolder: values.traces,
    traceNames: values.trace === undefined ? null : listOf(values.trace, "trace"),
    columns: columnsOf(
      values.allocators === undefined ? null : listOf(values.allocators, "allocator"),
    ),
    runtimes: present,
    absentRuntimes: absent,
    rows,
    alignment: alignment(values.align),
    rounds: wholeNumber(values.rounds ?? (quick ? "6" : "12"), "rounds", 1000),
    quick,
    verify: !values["no-verify"],
    jsonPath: writablePath(values.json),
  };
}
