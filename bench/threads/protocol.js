// What the host of the benchmark and its threads agree on: the words of the array through which they start
// and end together, the stack of a thread, and the workloads.

export const Word = { ready: 0, go: 1, done: 2, blocks: 3 };
export const words = 4;

/** Each thread has so much of the program's stack. */
export const stackBytes = 16384;

/**
 * @typedef {object} Workload
 * @property {string} what
 * @property {number} rounds of each thread
 * @property {boolean} [queue] thread 0 allocates what thread 1 frees; one thread does both
 */

/** @type {Record<string, Workload>} */
export const workloads = {
  private: { what: "each thread replaces blocks of its own", rounds: 1_000_000 },
  larson: { what: "each thread replaces blocks of all", rounds: 500_000 },
  queue: { what: "one thread allocates what the other frees", rounds: 512_000, queue: true },
  xmalloc: { what: "each thread frees batches of others", rounds: 10_000 },
};

/** The rest of the arguments of a thread. */
export function wordsOf({ rounds, queue }, threads) {
  return queue ? [rounds, threads === 1 ? 1 : 0] : [rounds];
}
