// Writes a trace (bench/traces/README.md of the sources has the format) to a sink, one chunk after the other. The header comes
// last, because only the end of a recording knows the counts; its place is the beginning.
//
// Invariant: the operations that were pushed and not yet written lie in #words, below #used.

const magic = 0x4352544d; // "MTRC" in file order
const version = 1;
const headerWords = 8;
const chunkWords = 16384;

/** What an operation asks for. */
export const Kind = Object.freeze({ alloc: 0, free: 1, realloc: 2, alignedAlloc: 3 });

/** The format has fewer operations and handles than these. */
export const operationLimit = 6_000_000;
export const handleLimit = 2_000_000;

/** The largest size, and the largest one with an alignment of its own. */
export const largestSize = 2 ** 32 - 1;
export const largestAlignedSize = 2 ** 27 - 1;

export class TraceWriter {
  #sink;
  // The words of a trace are little-endian, as those of every machine are that runs WebAssembly.
  #words = new Uint32Array(chunkWords);
  #used = 0;
  #position = 4 * headerWords;
  operationCount = 0;

  /** @param {{write: (bytes: Uint8Array, position: number) => void}} sink */
  constructor(sink) {
    this.#sink = sink;
  }

  push(kind, handle, argument) {
    this.#words[this.#used++] = (kind << 30) | handle;
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
