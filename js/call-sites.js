// Call sites with stacks: what JavaScript was running when a block was allocated or freed.
//
// Stacks may be sampled by bytes. Then a stack is taken each time that about so many bytes have been allocated: the
// distances are random with that mean (exponential, as in Chrome's allocation sampling), so that a program which
// repeats itself does not always meet the same sample. The random numbers are the same in every run.

import { Callers } from "./callers.js";
import { checkOptions } from "./checks.js";
import { GranaryError, shown } from "./errors.js";
import { framesAt } from "./stack-frames.js";

const optionNames = ["samplingInterval"];

export class CallSites extends Callers {
  #interval;
  #bytesToSample;
  #random = 0x2545f491;

  /** @param {number} interval the mean of the bytes between two samples; 0: every call is one */
  constructor(interval) {
    super();
    this.#interval = interval;
    this.#bytesToSample = this.#distance();
  }

  /** A number of the user's own says where the call is made; the call of a name has a stack, too. */
  numberFor(width, call, caller, entry, length) {
    const number = super.numberFor(width, call, caller, entry, length);
    const name = typeof caller === "string" ? caller : undefined;
    if (number !== 0 && name === undefined) return number;
    return this.#isSampled(length) ? this.#numberAt(entry, name) : number;
  }

  unnamedAt(entry, length) {
    return this.#isSampled(length) ? this.#numberAt(entry) : 0;
  }

  #numberAt(entry, name) {
    const frames = framesAt(entry);
    const key = [name ?? "", ...frames].join("\n");
    return this.numberOf(key, () => ({ name, frames }));
  }

  /** Frees have no length, and are sampled only when every call is. */
  #isSampled(length) {
    if (this.#interval === 0) return true;
    if (length === undefined) return false;
    this.#bytesToSample -= length;
    if (this.#bytesToSample > 0) return false;
    this.#bytesToSample = this.#distance();
    return true;
  }

  #distance() {
    // Marsaglia's xorshift generator of 32 bits.
    this.#random ^= this.#random << 13;
    this.#random ^= this.#random >>> 17;
    this.#random ^= this.#random << 5;
    return -this.#interval * Math.log((this.#random >>> 0) / 2 ** 32);
  }
}

/** Returns the callers of a heap with the option `stacks`: true, or the interval at which they are sampled. */
export function callersFor(call, stacks) {
  if (stacks === undefined || stacks === false) return new Callers();
  if (stacks === true) return new CallSites(0);
  checkOptions(`${call}: stacks`, stacks, optionNames);
  const { samplingInterval } = stacks;
  if (Number.isInteger(samplingInterval) && samplingInterval > 0)
    return new CallSites(samplingInterval);
  throw new GranaryError(
    "ERR_OPTION",
    `${call}: stacks is true, or { samplingInterval } with a whole number of bytes from 1 on, not ` +
      shown(samplingInterval),
  );
}
