// The laws of the heap (fuzz/README.md), by themselves.
//
// usage: node fuzz/laws.js games [--module FILE]... [--seed N] [--common] [--brief]
//   games      games in small fixed memories (bench/games.js), in turn on every allocator
//   --module   a module with the four calls, or malloc and free, instead of those that are known;
//              with {pages} in its name: one for each number of pages. May be given more than once
//   --common   the groups of a game share its bytes
//   --brief    only the sums

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { games, pageCounts, pageSize, play } from "../bench/games.js";
import { HeapModule } from "../bench/heap-module.js";
import { inRepository } from "../bench/paths.js";

const known = [
  ["granary", "dist/granary.wasm"],
  ["import", "dist/granary-import.wasm"],
  ["library", "build/fuzz/games/granary-{pages}.wasm"],
  ["dlmalloc", "build/fuzz/games/dlmalloc.wasm"],
  ["dlmalloc fixed", "build/fuzz/games/dlmalloc-{pages}.wasm"],
  ["zig", "build/zig32.wasm"],
];

function modulesOf(paths) {
  if (paths) return paths.map((path) => new HeapModule(basename(path, ".wasm"), path));
  return known
    .map(([name, path]) => [name, inRepository(path)])
    .filter(([, path]) => existsSync(path.replace("{pages}", "1")))
    .map(([name, path]) => new HeapModule(name, path));
}

function playAll({ module: paths, seed, common, brief }) {
  const modules = modulesOf(paths);
  const columns = modules.map(({ name }) => Math.max(name.length, 16));
  const line = (cells) =>
    cells.map((cell, index) => String(cell).padStart(columns[index])).join("  ");
  const label = (text) => text.padEnd(30);
  console.log(label("sizes, pages, live, requests") + line(modules.map(({ name }) => name)));
  for (const pages of brief ? [] : pageCounts) {
    const largest = modules.map((module) => module.largestBlock(pages));
    console.log(label(`largest block of ${pages} pages`) + line(largest));
  }
  const refusedGames = modules.map(() => 0);
  const refusals = modules.map(() => 0);
  const all = games({ seed: Number(seed), common });
  for (const game of all) {
    const results = modules.map((module) => play(module.open(game.pages), game));
    results.forEach((result, index) => {
      refusals[index] += result.refusals;
      if (result.refusals > 0) refusedGames[index] += 1;
    });
    if (brief) continue;
    const what = `${game.name}, ${game.pages}, ${game.percent} %, ${results[0].requests}`;
    const cells = results.map(({ refusals: count, leastLive }) => {
      const live = Math.floor((100 * leastLive) / (game.pages * pageSize));
      return count === 0 ? "0" : `${count} from ${live} %`;
    });
    console.log(label(what) + line(cells));
  }
  console.log(label("requests refused") + line(refusals));
  console.log(label(`games refused, of ${all.length}`) + line(refusedGames));
}

function main(words) {
  const options = {
    module: { type: "string", multiple: true },
    seed: { type: "string", default: "1" },
    common: { type: "boolean", default: false },
    brief: { type: "boolean", default: false },
  };
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
  if (positionals.join(" ") !== "games" || !/^\d+$/.test(values.seed)) {
    console.error("usage: node fuzz/laws.js games [--module FILE]... [--seed N] [--common]");
    return 2;
  }
  playAll(values);
  return 0;
}

process.exitCode = main(process.argv.slice(2));
