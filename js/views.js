// Views of buffers: those that callers pass in, and those that they get. Classes and their objects may
// be the caller's own, so what they say of themselves is compared with what they are.

import { GranaryError, shown } from "./errors.js";

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

/** The language's own classes, which need not be looked at. A DataView counts in bytes. */
export const elementSizes = new Map([
  ...typedArrays.map((type) => [type, type.BYTES_PER_ELEMENT]),
  [DataView, 1],
]);

const getterOf = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get;

// They fail on what is none, and no subclass changes them; objects of other realms pass.
const lengthOfBuffer = getterOf(ArrayBuffer.prototype, "byteLength");
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const extentGetters = [typedArray, DataView.prototype].map((prototype) =>
  ["buffer", "byteOffset", "byteLength"].map((name) => getterOf(prototype, name)),
);

/**
 * The bytes of what was given, whatever its class.
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

/**
 * How many bytes an element of another class of views has, as the class says.
 *
 * @returns {number}
 */
export function elementSizeOf(type) {
  if (typeof type === "function") {
    const size = isKindOf(type, DataView) ? 1 : type.BYTES_PER_ELEMENT;
    if (Number.isInteger(size) && size > 0) return size;
  }
  throw new GranaryError(
    "ERR_TYPE",
    `view: the class of a typed array, or DataView, is needed, not ${shown(type)}`,
  );
}

/** A view of `count` elements of `size` bytes, and of nothing else. */
export function viewOf(type, buffer, pointer, count, size) {
  let view;
  try {
    view = new type(buffer, pointer, count);
  } catch (cause) {
    throw wrongClass(type, `makes none of ${count} elements of ${size} bytes`, cause);
  }
  if (ArrayBuffer.isView(view)) {
    const [of, offset, length] = extentOf(view);
    if (of === buffer && offset === pointer && length === count * size) return view;
  }
  throw wrongClass(type, `made something else than ${count} elements of ${size} bytes`);
}

/** The name of a class in a sentence. */
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

/** Buffer, offset and length of a view as they are. */
function extentOf(view) {
  const [ofTypedArrays, ofDataViews] = extentGetters;
  const getters = tagOfTypedArray.call(view) === undefined ? ofDataViews : ofTypedArrays;
  return getters.map((getter) => getter.call(view));
}

const tagOfTypedArray = getterOf(typedArray, Symbol.toStringTag);

const wrongClass = (type, what, cause) =>
  new GranaryError(
    "ERR_TYPE",
    `view: the class of a typed array, or DataView, is needed; ${nameOf(type)} ${what}`,
    { cause },
  );
