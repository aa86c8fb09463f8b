// The width of addresses that a run of the tests is about: 32 bits, or 64 with ADDRESS_BITS=64, which needs
// a Node that has memory64. memory64.test.js runs the files that are for both widths a second time.

const asked = process.env.ADDRESS_BITS || "32";
if (!["32", "64"].includes(asked)) throw new Error(`ADDRESS_BITS is 32 or 64, not "${asked}"`);

/** @type {32 | 64} */
export const addressBits = Number(asked);
export const isWide = addressBits === 64;
export const wordBytes = addressBits / 8;

/** As one array type has the words of a memory, and an export's signature an address. */
export const Words = isWide ? BigUint64Array : Uint32Array;
export const wordType = `i${addressBits}`;

/** A number as exports and memories take it. */
export const word = isWide ? BigInt : (number) => number;

/** The largest length, or the address of the last byte. */
export const largestWord = isWide ? 2n ** 64n - 1n : 2 ** 32 - 1;

/** A memory whose addresses have this width. */
export const memoryOf = (initial, maximum) =>
  new WebAssembly.Memory({
    initial: word(initial),
    ...(maximum !== undefined && { maximum: word(maximum) }),
    ...(isWide && { address: "i64" }),
  });

/** An address or a length that an export answered with, as an unsigned number. */
export const unsigned = isWide
  ? (answer) => Number(BigInt.asUintN(64, answer))
  : (answer) => answer >>> 0;

/** For the compiler. */
export const target = `--target=wasm${addressBits}-unknown-unknown`;

/** The name of the product that is called so for wasm32. */
export const ofWidth = (name) => (isWide ? `${name}64` : name);
