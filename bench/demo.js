// Replays recorded traces through the modules in dist/ and prints a table, with a line for each
// module under each trace. When it replays all traces, it also plays games in small fixed memories
// (games.js). Run it with `make demo`, or as `usage` says.
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
import { barChart, localeIsUtf8 } from "./chart.js";
import { games, play } from "./games.js";
import { HeapModule } from "./heap-module.js";
import { ReplayError, replay, verifyReplay } from "./replay.js";
import { geometricMean } from "./statistics.js";
import { TraceError, printable, readTrace } from "./trace.js";
import { UsageError } from "./usage-error.js";

const usage = "usage: node bench/demo.js [--modules classic,granary] [--games | TRACE...]";
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
    modules.forEach(playGames);
    return;
  }
  const traces = (positionals.length > 0 ? positionals : storedTraces()).map(loadTrace);
  const table = createTable(traces, modules);
  table.printHeader();
  const results = modules.map(() => []);
  for (const [index, trace] of traces.entries()) {
    const progress = `${trace.name} (${index + 1} of ${traces.length})`;
    measure(trace, modules, progress).forEach((result, position) => {
      table.printLine(trace, modules[position], result);
      results[position].push(result);
    });
  }
  console.log("");
  modules.forEach((module, position) => printSummary(module, results[position]));
  if (positionals.length > 0) return;
  console.log("");
  modules.forEach(playGames);
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

function storedTraces() {
  const folder = inRepository("bench/traces");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const traces = names.filter((name) => name.endsWith(".trace.gz")).sort();
  if (traces.length === 0) throw new UsageError("bench/traces holds no .trace.gz files");
  return traces.map((name) => relative("", join(folder, name)));
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
    return { name, instantiate };
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

function createTable(traces, modules) {
  const nameWidth = (title, named) =>
    Math.max(title.length, ...named.map(({ name }) => printable(name).length));
  // Widths below 0 align to the left.
  const columns = [
    ["trace", -nameWidth("trace", traces)],
    ["module", -nameWidth("module", modules)],
    ["calls", 9],
    ["peak live", 10],
    ["pages grown", 11],
    ["heap over live", 14],
    ["ns a call", 9],
  ];
  const taken = columns.reduce((sum, [, width]) => sum + Math.abs(width) + 2, 0);
  const room = process.stdout.isTTY && process.stdout.columns ? process.stdout.columns : 120;
  const chartWidth = Math.min(Math.max(room - 1 - taken, 8), 32);
  const line = (cells) => {
    const padded = cells.map((cell, index) => {
      const width = columns[index]?.[1] ?? 0;
      return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
    });
    return padded.join("  ").trimEnd();
  };

  return {
    printHeader() {
      console.log(
        "calls: operations of the trace, of which a realloc is one; pages grown: of 64 KiB each; " +
          "heap over live: bytes grown / peak live bytes",
      );
      console.log(
        `ns a call: seen from JavaScript, best of ${rounds} runs on fresh instances, with memory ` +
          "growth and realloc copies\n",
      );
      console.log(bold(line([...columns.map(([title]) => title), "pages over the run"])));
    },
    printLine(trace, module, result) {
      const cells = [
        printable(trace.name),
        printable(module.name),
        result.calls.toLocaleString("en-US"),
        formatBytes(result.peakLiveBytes),
        result.pagesGrown.toLocaleString("en-US"),
        formatRatio(result.heapOverLive),
        result.nanosecondsPerCall.toFixed(1),
        barChart(result.growth, { width: chartWidth, unicode }),
      ];
      console.log(line(cells));
    },
  };
}

function bold(text) {
  return emphasize ? `\u001b[1m${text}\u001b[0m` : text;
}

function formatBytes(bytes) {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes.toFixed(1)} KiB` : `${(kibibytes / 1024).toFixed(1)} MiB`;
}

function formatRatio(ratio) {
  return `${ratio.toFixed(2)}x`;
}

function printSummary(module, results) {
  // A trace that fits beside the module's own data grows nothing, and has no place in a mean of
  // ratios.
  const ratios = results.map((result) => result.heapOverLive).filter((ratio) => ratio > 0);
  const heap = ratios.length > 0 ? formatRatio(geometricMean(ratios)) : "nothing grown";
  const nanoseconds = geometricMean(results.map((result) => result.nanosecondsPerCall)).toFixed(1);
  console.log(
    `${printable(module.name)}, geometric mean of the traces: ` +
      `heap over live ${heap}, ${nanoseconds} ns a call`,
  );
}

// Says in how many games the module refused something at some time.
function playGames(module) {
  showProgress(`games in small fixed memories: ${module.name}`);
  const heaps = new HeapModule(module.name, modulePath(module.name));
  const all = games();
  const refused = all.filter((game) => play(heaps.open(game.pages), game).refusals > 0).length;
  const [least, most] = [Math.min, Math.max].map((end) => end(...all.map(({ pages }) => pages)));
  showProgress("");
  console.log(
    `${printable(module.name)}, games in fixed memories of ${least} to ${most} pages, with at most ` +
      `30 to 60 % of them live: no memory in ${refused} of ${all.length}`,
  );
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
