// A module of laws_wasm.cc: one engine, or the peer, and the laws that can be tried on it. Each trial
// that might leave something behind (a peer's, one that trapped) has an instance of its own.

import { readFileSync } from "node:fs";
import { inRepository } from "../../tools/paths.js";

export const wasmEngines = ["granary", "inspected", "checked", "classic", "dlmalloc"];

/**
 * @typedef {object} Law
 * @property {number} index
 * @property {string} name
 * @property {string} sentence
 * @property {number} seeds how many a usual run tries; 0: there is no chance in it
 * @property {string[]} policies
 */

/**
 * @typedef {object} Verdict
 * @property {string | null} broken what, or null
 * @property {Map<string, number>} figures
 */

export class LawModule {
  #module;
  #exports;
  #isPeer;

  /** @param {string} engine */
  constructor(engine) {
    this.#isPeer = engine === "dlmalloc";
    this.#module = new WebAssembly.Module(
      readFileSync(inRepository(`build/native/laws/laws_${engine}.wasm`)),
    );
    this.#begin();
  }

  /** @returns {Law[]} */
  get laws() {
    const exports = this.#exports;
    return Array.from({ length: exports.law_count() }, (_, index) => ({
      index,
      name: this.#text(exports.law_name(index)),
      sentence: this.#text(exports.law_sentence(index)),
      seeds: exports.law_seeds(index),
      // The peer has one of its own.
      policies: Array.from(
        { length: this.#isPeer ? 1 : exports.law_policies(index) },
        (_unused, policy) => this.#text(exports.policy_name(policy)),
      ),
    }));
  }

  /**
   * @param {Law} law
   * @param {number} policy an index
   * @param {number} seed
   * @returns {Verdict}
   */
  tryLaw({ index }, policy, seed) {
    if (this.#isPeer) this.#begin();
    try {
      const broken = this.#text(this.#exports.try_law(index, policy, seed));
      return { broken, figures: this.#figures() };
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
      const figures = this.#figures();
      this.#begin();
      return { broken: `${error.message}: the engine trapped`, figures };
    }
  }

  #begin() {
    this.#exports = new WebAssembly.Instance(this.#module).exports;
  }

  #figures() {
    const exports = this.#exports;
    return new Map(
      Array.from({ length: exports.figure_count() }, (_, index) => [
        this.#text(exports.figure_name(index)),
        exports.figure_value(index),
      ]),
    );
  }

  #text(address) {
    if (address === 0) return null;
    const bytes = new Uint8Array(this.#exports.memory.buffer, address);
    return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString();
  }
}
