// Games in small fixed memories: how full may a memory that cannot grow get before an allocator
// refuses an object? A game has four groups of objects; round after round one group is freed and
// filled again with objects of other sizes, and together they never take more than a share of the
// memory. Where an object is refused although so little is live, the missing memory was lost to the
// allocator's own records, or lies free in places that it cannot use.
//
// A game asks every allocator for the same objects; an object that is refused is left out, and
// nothing else changes for it.

import { randomNumbers } from "./random.js";

export const pageSize = 65536;

const groupCount = 4;
const roundCount = 300;

// The bounds are the least and the most bytes that the objects of each group, in turn, may have. Each
// time that a group is filled, it takes a part of these bounds, because a program's objects change
// with what it does.
const mixes = [
  { name: "8 to 120", bounds: [[8, 120]], pages: [1, 2, 4, 8, 16] },
  { name: "100 to 2,000", bounds: [[100, 2000]], pages: [1, 2, 4, 8, 16] },
  { name: "16 to 4,000", bounds: [[16, 4000]], pages: [1, 2, 4, 8, 16] },
  {
    name: "mixed",
    bounds: [
      [8, 120],
      [100, 2000],
      [16, 4000],
      [24, 500],
    ],
    pages: [1, 2, 3, 4, 6, 8, 16],
  },
];
const percents = [30, 45, 60];

/** All numbers of pages that games are played in. */
export const pageCounts = [...new Set(mixes.flatMap(({ pages }) => pages))].sort((a, b) => a - b);

/**
 * @typedef {object} Game
 * @property {string} name the sizes of its objects
 * @property {[number, number][]} bounds
 * @property {number} pages of the memory
 * @property {number} percent of the memory that is live at most
 * @property {boolean} common true: the groups share that part, so that one may be large while others
 *   are small; false: each has a quarter of it
 * @property {number} seed
 */

/**
 * All games of a kind; every seed gives other ones.
 *
 * @param {{seed?: number, common?: boolean}} [which]
 * @returns {Game[]}
 */
export function games({ seed = 1, common = false } = {}) {
  return mixes.flatMap(({ name, bounds, pages: counts }, mix) =>
    counts.flatMap((pages) =>
      percents.map((percent) => ({
        name,
        bounds,
        pages,
        percent,
        common,
        seed: seed * 100_000 + mix * 10_000 + pages * 100 + percent,
      })),
    ),
  );
}

/**
 * @typedef {object} Heap what games are played over
 * @property {(length: number) => number} alloc 0 when it is refused
 * @property {(address: number, length: number) => void} free
 */

/**
 * @param {Heap} heap a fresh one
 * @param {Game} game
 * @returns {{requests: number, refusals: number, leastLive: number}} leastLive is the least number of
 *   bytes that were live when something was refused; Infinity when nothing was refused
 */
export function play(heap, { bounds, pages, percent, common, seed }) {
  const random = randomNumbers(seed);
  const most = (pages * pageSize * percent) / 100;
  const groups = Array.from({ length: groupCount }, () => ({ blocks: [], asked: 0 }));
  const result = { requests: 0, refusals: 0, leastLive: Infinity };
  let live = 0;
  for (let round = 0; round < roundCount; round += 1) {
    const index = Math.floor(random() * groupCount);
    const group = groups[index];
    for (const { address, length } of group.blocks) {
      heap.free(address, length);
      live -= length;
    }
    const others = groups.reduce((sum, { asked }) => sum + asked, 0) - group.asked;
    const room = common ? most - others : most / groupCount;
    group.blocks = [];
    group.asked = 0;
    const lengthOf = lengths(bounds[index % bounds.length], random);
    for (let length = lengthOf(); group.asked + length <= room; length = lengthOf()) {
      group.asked += length;
      result.requests += 1;
      const address = heap.alloc(length);
      if (address === 0) {
        result.refusals += 1;
        result.leastLive = Math.min(result.leastLive, live);
      } else {
        group.blocks.push({ address, length });
        live += length;
      }
    }
  }
  return result;
}

/** Draws lengths from some part of the bounds. */
function lengths([least, most], random) {
  const between = (from, to) => from + Math.floor(random() * (to - from + 1));
  const ends = [between(least, most), between(least, most)];
  return () => between(Math.min(...ends), Math.max(...ends));
}
