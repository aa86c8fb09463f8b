// Reads one recorded allocation trace, packed with gzip or not. Whatever the file claims, no more memory is
// used than the format allows: inflating stops at the length of the longest trace.

import { constants, gunzipSync } from "node:zlib";
import { isPacked, longestStream, readStream, tooLong, TraceError } from "./trace-format.js";

/** @typedef {import("./trace-format.js").Trace} Trace */

/**
 * @param {Uint8Array} bytes of a trace, packed with gzip or not
 * @param {string} fileName for the trace's name and for errors
 * @returns {Trace}
 * @throws {TraceError}
 */
export function readTrace(bytes, fileName) {
  return readStream(isPacked(bytes, fileName) ? inflate(bytes, fileName) : bytes, fileName);
}

function inflate(bytes, fileName) {
  try {
    const { buffer, engine } = gunzipSync(bytes, { info: true, maxOutputLength: longestStream });
    const consumed = engine.bytesWritten;
    if (consumed === bytes.length) return buffer;
    const fault = `${bytes.length - consumed} trailing bytes after the gzip data`;
    throw new TraceError(fileName, consumed, fault, "the file ends there");
  } catch (error) {
    if (error instanceof TraceError) throw error;
    if (error.code === "ERR_BUFFER_TOO_LARGE") {
      throw tooLong(fileName);
    }
    if (error.errno === constants.Z_BUF_ERROR) {
      const expected = "the compressed file goes on there";
      throw new TraceError(fileName, bytes.length, "the gzip data is cut short", expected);
    }
    const fault = `the gzip data is damaged (${error.message})`;
    const expected = "the byte of the compressed file belongs to data that inflates";
    throw new TraceError(fileName, damagedByte(bytes), fault, expected);
  }
}

// zlib tells its position only to streams, which are asynchronous. A beginning of the file that stops
// before the damage is merely cut short, and one that includes the damage is damaged: so halving finds
// the place.
function damagedByte(bytes) {
  let sound = 0;
  let damaged = bytes.length;
  while (damaged - sound > 1) {
    const middle = (sound + damaged) >>> 1;
    if (isDamaged(bytes.subarray(0, middle))) damaged = middle;
    else sound = middle;
  }
  return damaged - 1;
}

function isDamaged(bytes) {
  try {
    gunzipSync(bytes, { maxOutputLength: longestStream });
    return false;
  } catch (error) {
    return error.errno !== constants.Z_BUF_ERROR;
  }
}
