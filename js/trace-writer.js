// Writes a trace (bench/traces/README.md of the sources has the format) to a sink, one chunk after the other. The header comes
// last, because only the end of a recording knows the counts; its place is the beginning.
//
// Invariant: the operations that were pushed and not yet written lie in #words, below #used.

import { alignmentShift, headerBytes, kindShift, magic, version } from "./trace-layout.js";

const chunkWords = 16384;

/** The largest size, and the largest one with an alignment of its own. */
export const largestSize = 2 ** 32 - 1;
export const largestAlignedSize = 2 ** alignmentShift - 1;

export class TraceWriter {
  #sink;
  #words = new Uint32Array(chunkWords);
  #used = 0;
  #position = headerBytes;
  operationCount = 0;

  /** @param {{write: (bytes: Uint8Array, position: number) => void}} sink */
  constructor(sink) {
    this.#sink = sink;
  }

  push(kind, handle, argument) {
    this.#words[this.#used++] = (kind << kindShift) | handle;
    this.#words[this.#used++] = argument;
    this.operationCount += 1;
    if (this.#used === chunkWords) this.#flush();
  }

  finish(handleCount, peakLiveBytes) {
    this.#flush();
    const header = Uint32Array.of(
      ...[magic, version, this.operationCount, handleCount, peakLiveBytes, 0, 0, 0],
    );
    this.#sink.write(new Uint8Array(header.buffer), 0);
  }

  #flush() {
    const bytes = new Uint8Array(this.#words.buffer, 0, 4 * this.#used);
    const position = this.#position;
    // They are dropped even if the sink throws: there is room for no others.
    this.#position += bytes.length;
    this.#used = 0;
    if (bytes.length > 0) this.#sink.write(bytes, position);
  }
}
