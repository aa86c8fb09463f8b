// Replays recorded traces through the modules in dist/ and prints a table (demo-table.js). When it replays
// all traces, it also plays games in small fixed memories (games.js). Run it with `make demo`, or as
// `usage` says.
//
// Everything that can be wrong with the command line, the modules or the traces is found before
// the first replay and ends the program with exit status 2; a module that fails in a replay ends it
// with 1. Both print one line on stderr. Progress goes to stderr and colour to stdout, but only to a
// terminal, so neither gets into a pipe.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { getSystemErrorMap, parseArgs } from "node:util";
import { inRepository } from "../tools/paths.js";
import { rows } from "../tools/products.js";
import { localeIsUtf8 } from "./chart.js";
import { createTable } from "./demo-table.js";
import { games, play } from "./games.js";
import { HeapModule } from "./heap-module.js";
import { ReplayError, replay, verifyReplay } from "./replay.js";
import { readTrace } from "./trace.js";
import { TraceError, printable } from "./trace-format.js";
import { UsageError } from "./usage-error.js";

const usage = "usage: node bench/demo.js [--modules classic,granary] [--games | TRACE...]";
const traceFolder = inRepository("bench/traces");
const traceSuffix = ".trace.gz";
const defaultModules = rows
  .filter(({ demo }) => demo)
  .map(({ name }) => name)
  .sort();
const rounds = 3;
const unicode = localeIsUtf8(process.env);
const emphasize = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";

function main() {
  const { values, positionals } = readArguments();
  if (values.help) {
    console.log(usage);
    return;
  }
  if (values.games && positionals.length > 0) {
    throw new UsageError(`--games replays no trace; ${usage}`);
  }
  const modules = namedModules(values.modules).map(loadModule);
  if (values.games) {
    playGames(modules);
    return;
  }
  const paths = positionals.length > 0 ? positionals.map(traceNamed) : allStoredTraces();
  const traces = paths.map(loadTrace);
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  const table = createTable({ modules, width, unicode, bold, rounds });
  console.log(table.heading());
  const results = modules.map(() => []);
  for (const [index, trace] of traces.entries()) {
    const progress = `${trace.name} (${index + 1} of ${traces.length})`;
    const measured = measure(trace, modules, progress);
    console.log(table.group(trace, measured));
    measured.forEach((result, position) => results[position].push(result));
  }
  if (traces.length > 1) console.log(`\n${table.summary(results)}`);
  if (positionals.length > 0) return;
  console.log("");
  playGames(modules);
}

function readArguments() {
  const options = {
    modules: { type: "string" },
    games: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    // Only the first sentence says what is wrong; the others advise on syntax, over several lines.
    throw new UsageError(`${error.message.split(/\n|\. /)[0]}; ${usage}`);
  }
}

function namedModules(list) {
  if (list === undefined) {
    const built = defaultModules.filter((name) => existsSync(modulePath(name)));
    return built.length > 0 ? built : defaultModules.slice(0, 1);
  }
  const names = list.split(",");
  if (names.includes("")) throw new UsageError(`--modules names an empty module; ${usage}`);
  return names;
}

/** Returns the names of the traces that are shipped. */
function storedTraces() {
  const names = existsSync(traceFolder) ? readdirSync(traceFolder) : [];
  const traces = names.filter((name) => name.endsWith(traceSuffix)).sort();
  return traces.map((name) => name.slice(0, -traceSuffix.length));
}

function storedPath(name) {
  return relative("", join(traceFolder, name + traceSuffix));
}

function allStoredTraces() {
  const names = storedTraces();
  if (names.length === 0) throw new UsageError(`bench/traces holds no ${traceSuffix} files`);
  return names.map(storedPath);
}

/** A trace is named by its path, or one that is shipped by its name. */
function traceNamed(word) {
  if (existsSync(word)) return word;
  const names = storedTraces();
  if (names.includes(word)) return storedPath(word);
  const shipped = names.length > 0 ? `; the shipped traces are ${names.join(", ")}` : "";
  throw new UsageError(`${word}: no such file or directory${shipped}`);
}

function modulePath(name) {
  return inRepository(`dist/${name}.wasm`);
}

function loadModule(name) {
  const shown = `dist/${name}.wasm`;
  if (!existsSync(modulePath(name))) throw new UsageError(`${shown} is missing: run make`);
  try {
    const module = new WebAssembly.Module(readFile(modulePath(name), shown));
    const instantiate = () => new WebAssembly.Instance(module).exports;
    const exports = instantiate();
    const absent = ["memory", "alloc", "resize", "remap", "free"].find((key) => !exports[key]);
    if (absent) throw new UsageError(`${shown} has no export "${absent}"`);
    // A product for wasm64 takes its numbers as BigInt and refuses these.
    exports.alloc(0, 1, 0, 0);
    return { name, instantiate, what: rows.find((row) => row.name === name)?.demo };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${shown}: ${error.message}`);
  }
}

function loadTrace(path) {
  return readTrace(readFile(path, path), path);
}

function readFile(path, shown) {
  try {
    // A device or a pipe can go on for ever.
    if (!statSync(path).isFile()) throw new UsageError(`${shown}: not a regular file`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const [, reason] = getSystemErrorMap().get(error.errno) ?? [error.code, error.message];
    throw new UsageError(`${shown}: ${reason}`);
  }
}

// There is one checked run and one that warms up, and then come the rounds. The modules take turns, so
// that a machine that gets slower for a while does so for all of them.
function measure(trace, modules, progress) {
  const results = modules.map(() => undefined);
  const eachModule = (step, run) => {
    for (const [position, module] of modules.entries()) {
      const show = (detail = "") => showProgress(`${progress}: ${module.name}, ${step}${detail}`);
      show();
      try {
        run(module.instantiate(), position, show);
      } catch (error) {
        if (!(error instanceof ReplayError)) throw error;
        throw new ReplayError(`${module.name} on ${trace.name}: ${error.message}`);
      }
    }
  };
  eachModule("checking", (exports) => verifyReplay(trace, exports));
  eachModule("warming up", (exports, _, show) => {
    // The clock does not run here, but showing progress would cool the caches of a run that counts.
    const onProgress = (done) => show(` ${Math.floor((100 * done) / trace.operationCount)} %`);
    replay(trace, exports, { onProgress });
  });
  for (let round = 1; round <= rounds; round++) {
    eachModule(`run ${round} of ${rounds}`, (exports, position) => {
      const result = replay(trace, exports);
      const best = results[position];
      if (!best || result.nanosecondsPerCall < best.nanosecondsPerCall) results[position] = result;
    });
  }
  showProgress("");
  return results;
}

let progressLength = 0;

function showProgress(text) {
  if (!process.stderr.isTTY) return;
  // A line that wraps could not be overwritten.
  const line = printable(text).slice(0, (process.stderr.columns || 80) - 1);
  process.stderr.write(`\r${" ".repeat(progressLength)}\r${line}`);
  progressLength = line.length;
}

function bold(text) {
  return emphasize ? `\u001b[1m${text}\u001b[0m` : text;
}

/** Says of each module in how many games it refused something at some time. */
function playGames(modules) {
  const all = games();
  const [least, most] = [Math.min, Math.max].map((end) => end(...all.map(({ pages }) => pages)));
  console.log(
    `Games of random calls in fixed memories of ${least} to ${most} pages, of which at most 30\n` +
      "to 60 % are live:",
  );
  const nameWidth = Math.max(...modules.map(({ name }) => printable(name).length));
  for (const { name } of modules) {
    showProgress(`games in small fixed memories: ${name}`);
    const heaps = new HeapModule(name, modulePath(name));
    const refused = all.filter((game) => play(heaps.open(game.pages), game).refusals > 0).length;
    showProgress("");
    console.log(`  ${printable(name).padEnd(nameWidth)}  no memory in ${refused} of ${all.length}`);
  }
}

const exitStatus = new Map([
  [UsageError, 2],
  [TraceError, 2],
  [ReplayError, 1],
]);

// The reader of the pipe may close it early.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  main();
} catch (error) {
  const status = exitStatus.get(error.constructor);
  if (status === undefined) throw error;
  showProgress("");
  console.error(`demo: ${printable(error.message)}`);
  process.exitCode = status;
}
