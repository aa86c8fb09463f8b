// The games of bench/games.js on every allocator that is there, or on modules of one's own: a table
// of what was refused.

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { games, pageCounts, pageSize, play } from "../bench/games.js";
import { HeapModule } from "../bench/heap-module.js";
import { inRepository } from "../bench/paths.js";

/** Where `make game-modules` puts allocators; those with {pages} are linked for each size. */
export const gameModules = {
  granary: "dist/granary.wasm",
  import: "dist/granary-import.wasm",
  library: "build/fuzz/games/granary-{pages}.wasm",
  dlmalloc: "build/fuzz/games/dlmalloc.wasm",
  "dlmalloc fixed": "build/fuzz/games/dlmalloc-{pages}.wasm",
  zig: "build/zig32.wasm",
};

/** @param {keyof typeof gameModules} name */
export function openGameModule(name) {
  return new HeapModule(name, inRepository(gameModules[name]));
}

function modulesOf(paths) {
  if (paths) return paths.map((path) => new HeapModule(basename(path, ".wasm"), path));
  return Object.entries(gameModules)
    .filter(([, path]) => existsSync(inRepository(path.replace("{pages}", "1"))))
    .map(([name]) => openGameModule(name));
}

/**
 * @param {object} options
 * @param {string[]} [options.module] paths, instead of the modules that are there
 * @param {number} options.seed
 * @param {boolean} options.common
 * @param {boolean} options.brief only the sums
 */
export function playGames({ module: paths, seed, common, brief }) {
  const modules = modulesOf(paths);
  const line = (label, cells) => {
    const padded = cells.map((cell, index) =>
      String(cell).padStart(Math.max(modules[index].name.length, 16)),
    );
    console.log(label.padEnd(30) + padded.join("  "));
  };
  line(
    "sizes, pages, live, requests",
    modules.map(({ name }) => name),
  );
  for (const pages of brief ? [] : pageCounts) {
    line(
      `largest block of ${pages} pages`,
      modules.map((module) => module.largestBlock(pages)),
    );
  }
  const refusedGames = modules.map(() => 0);
  const refusals = modules.map(() => 0);
  const all = games({ seed, common });
  for (const game of all) {
    const results = modules.map((module) => play(module.open(game.pages), game));
    results.forEach((result, index) => {
      refusals[index] += result.refusals;
      if (result.refusals > 0) refusedGames[index] += 1;
    });
    if (brief) continue;
    const cells = results.map(({ refusals: count, leastLive }) => {
      const live = Math.floor((100 * leastLive) / (game.pages * pageSize));
      return count === 0 ? "0" : `${count} from ${live} %`;
    });
    line(`${game.name}, ${game.pages}, ${game.percent} %, ${results[0].requests}`, cells);
  }
  line("requests refused", refusals);
  line(`games refused, of ${all.length}`, refusedGames);
}
