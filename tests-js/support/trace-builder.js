// Builds small traces in memory. They are sound unless a header field is overridden or the operations
// themselves are wrong. This file is written from the format alone, so that it shares no mistake with
// the reader.

import { gzipSync } from "node:zlib";

export const alloc = (handle, size) => [(0 << 30) | handle, size];
export const free = (handle, argument = 0) => [(1 << 30) | handle, argument];
export const realloc = (handle, size) => [(2 << 30) | handle, size];
export const allocAligned = (handle, alignmentLog2, size) => [
  (3 << 30) | handle,
  (alignmentLog2 << 27) | size,
];

/**
 * A sound trace of every kind of operation, which leaves two blocks live. Zig's allocator takes
 * eight pages for it: two for 100,000 bytes, four for the remap that has to move it to 200,000 and
 * one each for the slots of 64 and 8192 bytes.
 */
export const eightPages = [
  alloc(0, 50),
  alloc(1, 100_000),
  realloc(1, 200_000),
  allocAligned(2, 12, 5000),
  realloc(0, 40),
  free(2),
];

/**
 * @typedef {object} Header
 * @property {number} [magic]
 * @property {number} [version]
 * @property {number} [operationCount]
 * @property {number} [handleCount]
 * @property {number} [peakLiveBytes]
 * @property {number[]} [reserved]
 */

/**
 * @param {number[][]} operations pairs of words, see the functions above
 * @param {Header} [header] fields that differ from what the operations give
 * @returns {Buffer} the uncompressed trace
 */
export function buildStream(operations, header = {}) {
  const {
    magic = 0x4352544d,
    version = 1,
    operationCount = operations.length,
    handleCount = 1 + Math.max(0, ...operations.map(([head]) => head & 0x3fffffff)),
    peakLiveBytes = peakOf(operations),
    reserved = [0, 0, 0],
  } = header;
  const fields = [magic, version, operationCount, handleCount, peakLiveBytes, ...reserved];
  const words = [...fields, ...operations.flat()];
  const stream = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => stream.writeUInt32LE(word >>> 0, index * 4));
  return stream;
}

/**
 * @param {number[][]} operations
 * @param {Header} [header]
 * @returns {Buffer} the trace as it is stored
 */
export function buildTrace(operations, header) {
  return gzipSync(buildStream(operations, header));
}

function peakOf(operations) {
  const sizes = new Map();
  let peak = 0;
  for (const [head, argument] of operations) {
    const isAligned = head >>> 30 === 3;
    sizes.set(head & 0x3fffffff, isAligned ? argument & 0x7ffffff : argument >>> 0);
    const live = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    peak = Math.max(peak, live);
  }
  return peak;
}
