// The width of a heap: whether the addresses of its module have 32 or 64 bits. At the boundary to a module
// of 64 bits addresses, lengths and callers are bigints; alignments and answers of yes or no are numbers in
// both widths. Everywhere else in the package they are numbers, and what differs is a property of a Width.

import { GranaryError } from "./errors.js";

/**
 * @typedef {object} Width
 * @property {32 | 64} bits
 * @property {number} wordBytes the bytes of an address or a length in a record
 * @property {number} largest the largest address, length or caller that can be passed
 * @property {string} unsignedForm the expression that makes an answer of the module unsigned
 * @property {number} mostPages the most pages that a memory can have: for 64 bits, those that runtimes allow
 * @property {(value: unknown) => unknown} given a value that a caller passed where a number is due; 64 bits
 *   make a number of a bigint, as the exports of a program answer with it
 * @property {(number: number) => number | bigint} word a number as the module takes it
 * @property {(calls: object) => object} takingNumbers the four calls of a module, which then take numbers
 * @property {(view: DataView, offset: number) => number} read
 * @property {(view: DataView, offset: number, number: number) => void} write
 * @property {(limits: {initial: number, maximum?: number, shared?: boolean}) => WebAssembly.Memory} memory
 *   makes one
 */

const narrow = {
  bits: 32,
  wordBytes: 4,
  largest: 2 ** 32 - 1,
  unsignedForm: "pointer >>> 0",
  mostPages: 2 ** 16,
  given: (value) => value,
  word: (number) => number,
  takingNumbers: (calls) => calls,
  read: (view, offset) => view.getUint32(offset, true),
  write: (view, offset, number) => view.setUint32(offset, number, true),
  memory: (limits) => new WebAssembly.Memory(limits),
};

/** Returns the operands of a call with a block, as a module of 64 bits takes them. */
const ofBlock = ([context, pointer, length, log2, ...rest]) => [
  ...[context, pointer, length].map(BigInt),
  ...[log2, ...rest.map(BigInt)],
];

const wide = {
  bits: 64,
  wordBytes: 8,
  largest: Number.MAX_SAFE_INTEGER,
  unsignedForm: "BigInt.asUintN(64, pointer)",
  mostPages: 2 ** 18,
  given(value) {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  },
  word: BigInt,
  takingNumbers: ({ alloc, resize, remap, free }) => ({
    alloc: (context, length, log2, caller) =>
      alloc(BigInt(context), BigInt(length), log2, BigInt(caller)),
    resize: (...operands) => resize(...ofBlock(operands)),
    remap: (...operands) => remap(...ofBlock(operands)),
    free: (...operands) => free(...ofBlock(operands)),
  }),
  read: (view, offset) => Number(view.getBigUint64(offset, true)),
  write: (view, offset, number) => view.setBigUint64(offset, BigInt(number), true),
  memory({ initial, maximum, ...kind }) {
    // The first runtimes with such memories called the type of their addresses that of their index.
    const limits = { address: "i64", index: "i64", initial: BigInt(initial), ...kind };
    return new WebAssembly.Memory(
      maximum === undefined ? limits : { ...limits, maximum: BigInt(maximum) },
    );
  },
};

/** @type {{32: Width, 64: Width}} */
export const widths = { 32: narrow, 64: wide };

/** Returns an address or a length that a module answered with as an unsigned number. */
export function unsigned(word) {
  return typeof word === "bigint" ? Number(BigInt.asUintN(64, word)) : word >>> 0;
}

/** Returns the width of the module that answered with this word. */
export const widthOfWord = (word) => (typeof word === "bigint" ? wide : narrow);

/** A module that imports a memory with 64-bit addresses, as "" of "". */
const importsWide = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  // The section of imports has 6 bytes: one import; two empty names; a memory; 64 bits; no page.
  ...[2, 6, 1, 0, 0, 2, 4, 0],
);

/** Returns whether the runtime has memories with 64-bit addresses. */
const hasWideMemories = () => WebAssembly.validate(importsWide);

/** Throws an exception in a runtime that has none. */
export function checkRuntime() {
  if (hasWideMemories()) return;
  throw new GranaryError(
    "ERR_ENGINE",
    "width: this runtime has no memories with 64-bit addresses (memory64); a heap with 32-bit " +
      "addresses, which is made without `width`, runs in it",
  );
}

/**
 * Returns the width of a memory. A runtime need not tell it, but every runtime refuses to link a memory
 * where one of the other width is imported.
 *
 * @param {WebAssembly.Memory} memory
 * @returns {Width}
 */
export function widthOfMemory(memory) {
  if (!hasWideMemories()) return narrow;
  try {
    new WebAssembly.Instance(new WebAssembly.Module(importsWide), { "": { "": memory } });
    return wide;
  } catch {
    return narrow;
  }
}

/**
 * Returns the width of the memory that a module imports as `env.memory`. A memory that stays empty is
 * refused when it is of the other width, and changes nothing otherwise.
 *
 * @param {WebAssembly.Module} module
 * @returns {Width}
 */
export function widthOfImport(module) {
  if (!hasWideMemories()) return narrow;
  try {
    new WebAssembly.Instance(module, { env: { memory: wide.memory({ initial: 0, maximum: 0 }) } });
  } catch (cause) {
    // The start function traps, because the memory cannot grow.
    if (!(cause instanceof WebAssembly.RuntimeError)) return narrow;
  }
  return wide;
}
