// Who makes the calls of a heap. A module knows callers by numbers (`ret_addr`); users may give numbers of their own, or
// names, for which there are numbers here.
//
// Invariant: the call site with the number `firstNumber + i` is #sites[i]. Numbers below are the users' own.

import { GranaryError, shown } from "./errors.js";

/** Leaves all but a sixteenth of the numbers of 32 bits to users. */
const firstNumber = 0xf000_0000;

/**
 * @typedef {object} CallSite
 * @property {string | undefined} name as the user gave it
 * @property {string[]} frames the functions that were running, the innermost first
 */

export class Callers {
  /** @type {CallSite[]} */
  #sites = [];
  #numbers = new Map();

  /**
   * Returns the number of a caller, as the user gave it to a call of a heap.
   *
   * @param {import("./width.js").Width} width
   * @param {string} call
   * @param {unknown} caller
   * @param {Function} _entry the function that the user called
   * @param {number} [_length] of the block that is allocated
   * @returns {number} 0: nobody is named
   */
  numberFor(width, call, caller, _entry, _length) {
    if (caller === undefined) return 0;
    if (typeof caller === "string" && caller !== "") return this.numberOf(caller);
    const number = width.given(caller);
    if (Number.isInteger(number) && number >= 0 && number <= width.largest) return number;
    throw new GranaryError(
      "ERR_OPTION",
      `${call}: caller is a whole number from 0 to ${width.largest}, or a name, not ${shown(caller)}`,
    );
  }

  /** Returns the number of the call site from which a running function was called to allocate; 0: none is kept. */
  unnamedAt(_entry, _length) {
    return 0;
  }

  /** Returns the number of the call site with this key, which is the name where there is nothing else. */
  numberOf(key, site = () => ({ name: key, frames: [] })) {
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = firstNumber + this.#sites.push(site()) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }

  /** @returns {CallSite | undefined} undefined for a number of the user's own */
  siteOf(number) {
    return this.#sites[number - firstNumber];
  }

  /** Returns a caller as the user gave it: the name, or else the number. */
  given(number) {
    return this.siteOf(number)?.name ?? number;
  }

  /** Returns a caller for a sentence: a name, the function that called, or the number. */
  shown(number) {
    const site = this.siteOf(number);
    return site?.name ?? site?.frames[0] ?? String(number);
  }
}
