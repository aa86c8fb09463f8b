// The checks of what callers pass. Each throws before anything is touched, so wrong use leaves the
// heap as it was.

import { GranaryError, shown } from "./errors.js";

const largestLength = 2 ** 32 - 1;
const largestAlignment = 2 ** 31;

/** 16 bytes: enough for every number, every typed array and a 128-bit vector. */
const defaultAlignmentLog2 = 4;

/**
 * @param {string} call what the sentence calls itself
 * @param {unknown} value
 * @param {0 | 1} least
 */
export function checkLength(call, value, least) {
  if (typeof value === "number" && value >>> 0 === value && value >= least) return;
  throw new GranaryError(
    "ERR_LENGTH",
    `${call}: a length is a whole number of bytes from ${least} to ${largestLength}, not ${shown(value)}`,
  );
}

/** The alignment of checked options as the exports take it: a logarithm. */
export function alignmentLog2(call, options) {
  const alignment = options?.alignment;
  if (alignment === undefined) return defaultAlignmentLog2;
  if (typeof alignment === "number" && alignment >>> 0 === alignment) {
    if (alignment !== 0 && (alignment & (alignment - 1)) === 0) return 31 - Math.clz32(alignment);
  }
  throw new GranaryError(
    "ERR_ALIGNMENT",
    `${call}: an alignment is a power of two of bytes from 1 to ${largestAlignment}, not ${shown(alignment)}`,
  );
}

/** The `ret_addr` of checked options. Production modules read none. */
export function callerOf(call, options) {
  const caller = options?.caller;
  if (caller === undefined) return 0;
  return checkedNumber(call, "caller", caller);
}

/** An option that is 32 bits of the module's. */
export function checkedNumber(call, name, value) {
  if (typeof value === "number" && value >>> 0 === value) return value;
  throw new GranaryError(
    "ERR_OPTION",
    `${call}: ${name} is a whole number from 0 to ${largestLength}, not ${shown(value)}`,
  );
}

/** The options of a call that may go without. */
export function checkCallOptions(call, options, known) {
  if (options !== undefined) checkOptions(call, options, known);
}

/** Refuses what is no object, and names that mean nothing: a misspelt option is not a default. */
export function checkOptions(call, options, known) {
  if (typeof options !== "object" || options === null) {
    throw new GranaryError(
      "ERR_OPTION",
      `${call}: options are an object { ${known.join(", ")} }, not ${shown(options)}`,
    );
  }
  for (const name in options) {
    if (known.includes(name)) continue;
    throw new GranaryError(
      "ERR_OPTION",
      `${call}: there is no option ${shown(name)}, only ${known.join(", ")}`,
    );
  }
}
