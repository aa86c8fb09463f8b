// The layout of a trace, on which its writer and its readers agree (bench/traces/README.md of the sources has the
// format). The words are little-endian, as those of every machine are that runs WebAssembly.

export const magic = 0x4352544d; // "MTRC" when its bytes are read in file order
export const version = 1;
export const headerBytes = 32;
export const operationBytes = 8;

/** What an operation asks for: the upper two bits of its first word; the others are its handle. */
export const Kind = Object.freeze({ alloc: 0, free: 1, realloc: 2, alignedAlloc: 3 });
export const kindShift = 30;

/** An aligned allocation has the logarithm of its alignment above its size. */
export const alignmentShift = 27;

/** A trace has fewer operations and handles than these. */
export const operationLimit = 6_000_000;
export const handleLimit = 2_000_000;
