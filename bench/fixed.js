// The rows of fixed memories: every allocator plays the games of games.js, and there is a row for each
// range of object sizes. No time is measured; the refused objects are counted.

import { isBuilt, openGameModule } from "./game-modules.js";
import { games, play } from "./games.js";

/**
 * @param {string[]} names of allocators; an unknown one plays no game
 * @returns {{row: string, games: number, columns: Record<string, {refusedGames: number,
 *   requests: number, refusals: number}>}[]}
 */
export function playFixed(names) {
  const allocators = names.filter(isBuilt).map(openGameModule);
  const rows = new Map();
  for (const game of games()) {
    if (!rows.has(game.name)) rows.set(game.name, { row: game.name, games: 0, columns: {} });
    const row = rows.get(game.name);
    row.games += 1;
    for (const allocator of allocators) {
      const { requests, refusals } = play(allocator.open(game.pages), game);
      const sums = (row.columns[allocator.name] ??= { refusedGames: 0, requests: 0, refusals: 0 });
      sums.refusedGames += refusals > 0 ? 1 : 0;
      sums.requests += requests;
      sums.refusals += refusals;
    }
  }
  return [...rows.values()];
}
