// Views of buffers: those that callers pass in, and those that they get. The classes of views and their
// objects may be the caller's own, so what they say of themselves is compared with what they are.

import { GranaryError, shown, tagOf } from "./errors.js";

const typedArrays = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/** The language's own classes, which need no such check. A DataView counts in bytes. */
const elementSizes = new Map([
  ...typedArrays.map((type) => [type, type.BYTES_PER_ELEMENT]),
  [DataView, 1],
]);

const getterOf = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;

// These getters fail on any other object, no subclass changes them, and objects of other realms pass.
const lengthOfBuffer = getterOf(ArrayBuffer.prototype, "byteLength");
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const extentGetters = [typedArray, DataView.prototype].map((prototype) =>
  ["buffer", "byteOffset", "byteLength"].map((name) => getterOf(prototype, name)),
);

/** Returns whether threads share this buffer, which may be of another realm. */
export const isShared = (buffer) => tagOf(buffer) === "SharedArrayBuffer";

/**
 * Returns the bytes of the data, whatever its class.
 *
 * @returns {Uint8Array}
 */
export function bytesOf(call, data) {
  if (!ArrayBuffer.isView(data) && !isBuffer(data)) {
    throw new GranaryError(
      "ERR_TYPE",
      `${call}: an ArrayBuffer or a view of one is needed, not ${shown(data)}`,
    );
  }
  try {
    return ArrayBuffer.isView(data) ? new Uint8Array(...extentOf(data)) : new Uint8Array(data);
  } catch (cause) {
    throw new GranaryError(
      "ERR_TYPE",
      `${call}: the buffer of the data is detached: it was transferred, or its memory has grown`,
      { cause },
    );
  }
}

/** Returns whether a class is the language's own, so that making a view runs none of the user's code. */
export const isKnown = (type) => elementSizes.has(type);

/**
 * Returns how many bytes an element of a class of views has. A class of the user's own says it.
 *
 * @returns {number}
 */
export function elementSizeOf(call, type) {
  const known = elementSizes.get(type);
  if (known !== undefined) return known;
  if (typeof type === "function") {
    const size = isKindOf(type, DataView) ? 1 : type.BYTES_PER_ELEMENT;
    if (Number.isInteger(size) && size > 0) return size;
  }
  throw new GranaryError(
    "ERR_TYPE",
    `${call}: the class of a typed array, or DataView, is needed, not ${shown(type)}`,
  );
}

/** Returns a typed array of a class that has the values. */
export function arrayOf(call, values, type) {
  if (typeof values !== "object" || typeof values?.[Symbol.iterator] !== "function") {
    throw new GranaryError(
      "ERR_TYPE",
      `${call}: a class and a count are needed, as in ${call}(Int32Array, 3), or values and a class, as in ` +
        `${call}([1, 2, 3], Int32Array), not ${shown(values)}`,
    );
  }
  try {
    return type.from(values);
  } catch (cause) {
    const sentence = `${call}: these values make no ${nameOf(type)}: ${cause?.message ?? shown(cause)}`;
    throw new GranaryError("ERR_TYPE", sentence, { cause });
  }
}

/** A block may be longer than the views that a runtime makes: in older ones they end at 2 or 4 GiB. */
export function noView(call, pointer, count, cause) {
  return new GranaryError(
    "ERR_RANGE",
    `${call}: the runtime makes no view of ${count} elements at ${pointer}: ${cause.message}`,
    { cause },
  );
}

/** Returns a view of exactly `count` elements of `size` bytes. */
export function viewOf(call, type, buffer, pointer, count, size) {
  let view;
  try {
    view = new type(buffer, pointer, count);
  } catch (cause) {
    if (isKnown(type)) throw noView(call, pointer, count, cause);
    throw wrongClass(call, type, `makes no view of ${count} elements of ${size} bytes`, cause);
  }
  if (isKnown(type)) return view;
  if (ArrayBuffer.isView(view)) {
    const [of, offset, length] = extentOf(view);
    if (of === buffer && offset === pointer && length === count * size) return view;
  }
  throw wrongClass(call, type, `made something else than ${count} elements of ${size} bytes`);
}

/** Returns the name of a class for a sentence. */
export function nameOf({ name }) {
  return typeof name === "string" && name !== "" ? name : "view of this class";
}

const isKindOf = (type, base) => {
  for (let at = type; at !== null; at = Object.getPrototypeOf(at)) if (at === base) return true;
  return false;
};

function isBuffer(value) {
  try {
    lengthOfBuffer.call(value);
    return true;
  } catch {
    return false;
  }
}

/** Returns buffer, offset and length of a view as they are. */
function extentOf(view) {
  const [ofTypedArrays, ofDataViews] = extentGetters;
  const getters = tagOfTypedArray.call(view) === undefined ? ofDataViews : ofTypedArrays;
  return getters.map((getter) => getter.call(view));
}

const tagOfTypedArray = getterOf(typedArray, Symbol.toStringTag);

const wrongClass = (call, type, what, cause) =>
  new GranaryError(
    "ERR_TYPE",
    `${call}: the class of a typed array, or DataView, is needed; ${nameOf(type)} ${what}`,
    { cause },
  );
