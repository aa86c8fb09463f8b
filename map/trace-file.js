// Reads a trace in the page: the bytes of a file that was dropped or fetched, packed with gzip or not. A file
// that is none is refused in one sentence, and inflating stops where no trace goes on.

import { isPacked, longestStream, readStream, tooLong, TraceError } from "../bench/trace-format.js";

/**
 * @param {Uint8Array} bytes
 * @param {string} fileName
 * @returns {Promise<import("../bench/trace-format.js").Trace>}
 * @throws {TraceError}
 */
export async function readTraceFile(bytes, fileName) {
  const stream = isPacked(bytes, fileName) ? await inflate(bytes, fileName) : bytes;
  return readStream(stream, fileName);
}

async function inflate(bytes, fileName) {
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const parts = [];
  let length = 0;
  try {
    const reader = inflated.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > longestStream) {
        reader.cancel().catch(() => {});
        throw tooLong(fileName);
      }
      parts.push(value);
    }
  } catch (cause) {
    if (cause instanceof TraceError) throw cause;
    const expected = "a file that inflates to its end is needed";
    throw new TraceError(fileName, 0, "the gzip data is damaged or cut short", expected);
  }
  const stream = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    stream.set(part, at);
    at += part.length;
  }
  return stream;
}
