// The functions that a program exports as the tests call them: with unsigned numbers for addresses and
// lengths of either width. A bigint may be passed where a number does not hold the value.

import { surfaceOfModule } from "../../tools/module-surface.js";

/**
 * The functions by their names, and nothing else that the program exports.
 *
 * @param {Uint8Array} bytes of the program, which has the types
 * @param {WebAssembly.Exports} exports of an instance
 * @returns {Record<string, (...values: (number | bigint)[]) => number | undefined>}
 */
export function unsignedCalls(bytes, exports) {
  const signatures = /^export function (.*): \((.*)\) -> \((.*)\)$/gm;
  const calls = {};
  for (const [, name, parameters, result] of surfaceOfModule(bytes).matchAll(signatures)) {
    const passing = parameters.split(", ").map((type) => (type === "i64" ? BigInt : Number));
    const answer = answers[result];
    // What is passed beyond the parameters has no effect, as with any export.
    calls[name] = (...values) =>
      answer(exports[name](...values.map((value, i) => passing[i]?.(value))));
  }
  return calls;
}

const answers = {
  "": () => undefined,
  i32: (answer) => answer >>> 0,
  i64: (answer) => Number(BigInt.asUintN(64, answer)),
};
