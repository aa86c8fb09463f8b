// The checks of the values that callers pass. Options are read first, each once: reading one may run the
// caller's own code, which must not run between a check and the act that the check is for. Each check
// throws before anything is changed, so wrong use leaves the heap as it was.

import { GranaryError, shown } from "./errors.js";

const largestLength = 2 ** 32 - 1;
const largestAlignment = 2 ** 31;

/** 16 bytes: enough for every number, every typed array and a 128-bit vector. */
const defaultAlignmentLog2 = 4;

/**
 * @param {string} call the name of the call, with which the sentence begins
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

/** Returns an alignment as the exports take it: a logarithm. */
export function alignmentLog2(call, alignment) {
  if (alignment === undefined) return defaultAlignmentLog2;
  if (typeof alignment === "number" && alignment >>> 0 === alignment) {
    if (alignment !== 0 && (alignment & (alignment - 1)) === 0) return 31 - Math.clz32(alignment);
  }
  throw new GranaryError(
    "ERR_ALIGNMENT",
    `${call}: an alignment is a power of two of bytes from 1 to ${largestAlignment}, not ${shown(alignment)}`,
  );
}

/** Returns the `ret_addr` for a caller. Production modules read none. */
export function callerOf(call, caller) {
  return caller === undefined ? 0 : checkedNumber(call, "caller", caller);
}

/** Returns an option that the module takes as 32 bits. */
export function checkedNumber(call, name, value) {
  if (typeof value === "number" && value >>> 0 === value) return value;
  throw new GranaryError(
    "ERR_OPTION",
    `${call}: ${name} is a whole number from 0 to ${largestLength}, not ${shown(value)}`,
  );
}

/**
 * Refuses a value that is no object, and unknown names: a misspelt option is not a default. The caller
 * then reads each known name once.
 */
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

const nothing = Object.freeze({});

/** Returns the options of a call that may have none. */
export function checkedOptions(call, options, known) {
  if (options === undefined) return nothing;
  checkOptions(call, options, known);
  return options;
}

/** Checks the address of a block that is taken over. */
export function checkAddress(pointer, length, log2, end) {
  const isAddress = typeof pointer === "number" && pointer >>> 0 === pointer && pointer !== 0;
  if (isAddress && pointer % 2 ** log2 === 0 && pointer + length <= end) return;
  throw new GranaryError(
    "ERR_POINTER",
    `adopt: a block of ${length} bytes starts at a multiple of ${2 ** log2} and ends within the ` +
      `memory's ${end} bytes; a block at ${shown(pointer)} does not`,
  );
}

/** Checks that a view fits into a block of `length` bytes. */
export function checkFits(call, length, count, size) {
  if (typeof count === "number" && count >>> 0 === count && count * size <= length) return;
  const unit = size === 1 ? "bytes" : `elements of ${size} bytes`;
  throw new GranaryError(
    "ERR_RANGE",
    `${call}: the block has ${length} bytes: a whole number of ${unit} from 0 to ` +
      `${Math.floor(length / size)} fits, not ${shown(count)}`,
  );
}
