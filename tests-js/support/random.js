// Random numbers that a seed repeats. `SEED=n` in the environment makes every random test run that one
// seed; each test names its seed in all that it reports.

/** mulberry32 by Tommy Ettinger: 32 bits of state, good enough to choose test operations. */
export class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to 2^32 - 1. */
  bits() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count) {
    return Math.floor((this.bits() / 2 ** 32) * count);
  }

  /** True once in `count` times. */
  oneIn(count) {
    return this.below(count) === 0;
  }

  /** A length from 1 to 2^`largestLog2`, every doubling as likely, powers of two and their
   *  neighbours favoured: that is where size classes begin and end. */
  length(largestLog2) {
    const power = 2 ** this.below(largestLog2 + 1);
    if (this.oneIn(2)) return Math.max(1, power - 10 + this.below(14));
    return power + this.below(power);
  }
}

/**
 * The seeds a random test runs: `count` of them from `first` on, or only the one that the user asks
 * for with SEED.
 *
 * @param {number} first
 * @param {number} count
 */
export function seeds(first, count) {
  const asked = process.env.SEED;
  if (asked === undefined || asked === "")
    return Array.from({ length: count }, (_, i) => first + i);
  if (!/^\d+$/.test(asked)) throw new Error(`SEED is a whole number from 0 on, not "${asked}"`);
  return [Number(asked)];
}
