// The games of bench/games.js on every allocator that is there, or on modules of one's own: a table
// of what was refused.

import { basename } from "node:path";
import { games, pageCounts, pageSize, play } from "../../bench/games.js";
import { gameModules, isBuilt, openGameModule } from "../../bench/game-modules.js";
import { HeapModule } from "../../bench/heap-module.js";

function modulesOf(paths) {
  if (paths) return paths.map((path) => new HeapModule(basename(path, ".wasm"), path));
  return Object.keys(gameModules).filter(isBuilt).map(openGameModule);
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
