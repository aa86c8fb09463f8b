// The checks of the values that callers pass. Options are read first, each once: reading one may run the
// caller's own code, which must not run between a check and the act that the check is for. Each check
// throws before anything is changed, so wrong use leaves the heap as it was.

import { GranaryError, shown } from "./errors.js";

/** @typedef {import("./width.js").Width} Width */

const largestAlignment = 2 ** 31;

/** 16 bytes: enough for every number, every typed array and a 128-bit vector. */
const defaultAlignmentLog2 = 4;

const isWhole = (value, largest) => Number.isInteger(value) && value >= 0 && value <= largest;

/**
 * Returns a length as a number.
 *
 * @param {Width} width of the heap
 * @param {string} call the name of the call, with which the sentence begins
 * @param {unknown} given
 * @param {0 | 1} least
 */
export function checkedLength(width, call, given, least) {
  const length = width.given(given);
  if (isWhole(length, width.largest) && length >= least) return length;
  throw new GranaryError(
    "ERR_LENGTH",
    `${call}: a length is a whole number of bytes from ${least} to ${width.largest}, not ${shown(given)}`,
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

/** Returns an option that is true or false, and false by default. */
export function checkedFlag(call, name, given) {
  if (given === undefined || typeof given === "boolean") return given === true;
  throw new GranaryError("ERR_OPTION", `${call}: ${name} is true or false, not ${shown(given)}`);
}

/** Returns an option that the module takes as a word. */
export function checkedNumber(width, call, name, given) {
  const value = width.given(given);
  if (isWhole(value, width.largest)) return value;
  throw new GranaryError(
    "ERR_OPTION",
    `${call}: ${name} is a whole number from 0 to ${width.largest}, not ${shown(given)}`,
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

/** The options of the calls with a block: who calls. */
export const callerOptions = ["caller"];

const nothing = Object.freeze({});

/** Returns the options of a call that may have none. */
export function checkedOptions(call, options, known) {
  if (options === undefined) return nothing;
  checkOptions(call, options, known);
  return options;
}

/** Checks the address of a block that is taken over. */
export function checkAddress(pointer, length, log2, end) {
  if (isWhole(pointer, end - length) && pointer % 2 ** log2 === 0 && pointer !== 0) return;
  throw new GranaryError(
    "ERR_POINTER",
    `adopt: a block of ${length} bytes starts at a multiple of ${2 ** log2} and ends within the ` +
      `memory's ${end} bytes; a block at ${shown(pointer)} does not`,
  );
}

/**
 * Returns how many elements a view has, which fit into so many bytes.
 *
 * @param {string} where the bytes are, for the sentence
 */
export function checkedCount(width, call, where, bytes, given, size) {
  const count = width.given(given);
  if (isWhole(count, bytes / size)) return count;
  const unit = size === 1 ? "bytes" : `elements of ${size} bytes`;
  throw new GranaryError(
    "ERR_RANGE",
    `${call}: ${where} has ${bytes} bytes: a whole number of ${unit} from 0 to ` +
      `${Math.floor(bytes / size)} fits, not ${shown(given)}`,
  );
}

/** Returns the number of elements of an array that is to be allocated. */
export function checkedElements(width, call, given, size) {
  const count = width.given(given);
  if (isWhole(count, width.largest / size)) return count;
  throw new GranaryError(
    "ERR_LENGTH",
    `${call}: a count is a whole number of elements of ${size} bytes from 0 to ` +
      `${Math.floor(width.largest / size)}, not ${shown(given)}`,
  );
}

/** Returns an address anywhere in a memory of `end` bytes. */
export function checkedAddress(width, call, given, least, end) {
  const address = width.given(given);
  if (isWhole(address, end - 1) && address >= least) return address;
  const hint = address < 0 ? `; addresses are unsigned (${width.unsignedForm})` : "";
  throw new GranaryError(
    "ERR_RANGE",
    `${call}: an address in this memory is a whole number from ${least} to ${end - 1}, not ${shown(given)}${hint}`,
  );
}
