// The laws of the heap (tests-native/README.md) over every engine, natively and on wasm32, on all
// cores; or games in small fixed memories, on any module.
//
// usage: node tests-native/laws/laws.js [--law NAME] [--seed N] [--count N]
//        node tests-native/laws/laws.js games [--module FILE]... [--seed N] [--common] [--brief]
//   --count    so many seeds of each law, from --seed on
//   --module   a module with the four calls, or malloc and free, instead of those that are known;
//              with {pages} in its name: one for each number of pages. May be given more than once
//   --common   the groups of a game share its bytes
//   --brief    only the sums

import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { inRepository, root } from "../../tools/paths.js";
import { inParallel, run } from "../../tools/run.js";
import { LawModule } from "./law-module.js";
import { playGames } from "./play-games.js";

const engines = ["granary", "inspected", "checked"];
// On wasm32 one growth policy does, and the laws that take longest are left to one engine: what a heap
// needs and finds again does not depend on who inspects it.
const leftToOneOnWasm = /^(settling|reuse)/;

/**
 * Every law, and by which engines it can be tried.
 *
 * @returns {(import("./law-module.js").Law & {engines: string[]})[]}
 */
export function ourLaws() {
  const lists = engines.map((engine) => new LawModule(engine).laws);
  const [, ofInspected] = lists;
  return ofInspected.map((law) => ({
    ...law,
    engines: engines.filter((_, index) => lists[index].some(({ name }) => name === law.name)),
  }));
}

/**
 * The commands that try a law on every engine, natively and on wasm32.
 *
 * @param {{name: string, engines: string[]}} law
 * @param {number} seed the first one
 * @param {number} [count] of seeds; 0: as many as the law wants
 * @returns {string[][]}
 */
export function commandsOf({ name, engines: able }, seed, count = 0) {
  const seeds = [String(seed), String(count)];
  const onWasm = able.filter((engine, index) => index === 0 || !leftToOneOnWasm.test(name));
  return [
    ...able.map((engine) => [
      inRepository("build/native/laws/laws"),
      engine,
      name,
      "all",
      ...seeds,
    ]),
    ...onWasm.map((engine) => wasmCommand(engine, [name, "usual", ...seeds])),
  ];
}

/** The command that tries all laws of any allocator on the peer. */
export function peerCommand(seed, count = 0) {
  return wasmCommand("dlmalloc", ["all", "all", String(seed), String(count)]);
}

function wasmCommand(engine, words) {
  return [process.execPath, inRepository("tests-native/laws/laws-wasm.js"), engine, ...words];
}

async function runAll({ law: asked, seed, count }) {
  const laws = ourLaws().filter(({ name }) => asked === undefined || name === asked);
  if (laws.length === 0) {
    console.error(`no such law: ${asked}`);
    return 2;
  }
  const commands = laws.flatMap((law) => commandsOf(law, seed, count));
  if (asked === undefined) commands.push(peerCommand(seed, count));
  let failed = 0;
  await inParallel(commands, async (command) => {
    const { status, stdout, stderr } = await run(command, { cwd: root });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    if (status !== 0) failed++;
  });
  console.log(
    `laws: ${laws.length}, tried in ${commands.length} ways; ` +
      (failed === 0 ? "all hold" : `${failed} ways show one broken`),
  );
  return failed === 0 ? 0 : 1;
}

async function main(words) {
  const options = {
    law: { type: "string" },
    count: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    module: { type: "string", multiple: true },
    common: { type: "boolean", default: false },
    brief: { type: "boolean", default: false },
  };
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
  const numbers = [values.seed, values.count];
  if (positionals.join(" ").replace("games", "") !== "" || !numbers.every((n) => /^\d+$/.test(n))) {
    console.error(
      "usage: node tests-native/laws/laws.js [games] [OPTION]...; see the beginning of the file",
    );
    return 2;
  }
  const [seed, count] = numbers.map(Number);
  if (positionals.length === 0) return runAll({ ...values, seed, count });
  playGames({ ...values, seed });
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv.slice(2));
}
