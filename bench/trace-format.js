// The format of one recorded allocation trace (bench/traces/README.md), and the checks of it. Nothing here
// needs more than the language, so a page reads traces with it as well as Node does.
//
// Everything is checked before anything is returned, so a `Trace` can be replayed without another check,
// and no table is sized before its count is checked.

import {
  alignmentShift,
  handleLimit,
  headerBytes,
  Kind,
  kindShift,
  magic as traceMagic,
  operationBytes,
  operationLimit,
  version as traceVersion,
} from "../js/trace-layout.js";

export { alignmentShift, Kind, kindShift };

export const handleMask = 2 ** kindShift - 1;
export const alignedSizeMask = 2 ** alignmentShift - 1;
export const longestStream = headerBytes + operationBytes * operationLimit;

/**
 * @typedef {object} Trace
 * @property {string} name the file's name without folder and suffixes
 * @property {number} operationCount
 * @property {number} handleCount
 * @property {number} peakLiveBytes the highest sum of requested sizes over the run
 * @property {Uint32Array} words two for each operation: `kind << 30 | handle`, argument
 */

/** A file is no trace. The message is one line, whatever the file is called. */
export class TraceError extends Error {
  /**
   * @param {string} file
   * @param {number} offset of the faulty byte: in the file for damaged gzip data, else in the
   *   uncompressed stream
   * @param {string} fault what is wrong there
   * @param {string} expected what would be right
   */
  constructor(file, offset, fault, expected) {
    super(`${printable(file)}: byte ${offset}: ${fault}; ${expected}`);
    this.name = "TraceError";
    this.file = file;
    this.offset = offset;
    this.fault = fault;
  }
}

/**
 * A file name may hold line breaks and escape codes, which must not be printed.
 *
 * @param {string} text
 * @returns {string} the text with its control characters spelled out
 */
export function printable(text) {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const gzipMagic = [0x1f, 0x8b];

/**
 * Returns whether a file that may hold a trace is packed with gzip.
 *
 * @param {Uint8Array} bytes
 * @param {string} fileName
 * @throws {TraceError} when the file begins neither as gzip data nor as a trace
 */
export function isPacked(bytes, fileName) {
  if (gzipMagic.every((byte, index) => bytes[index] === byte)) return true;
  if (bytes.length >= 4 && viewOf(bytes).getUint32(0, true) === traceMagic) return false;
  const expected = 'the file begins with 1f 8b (gzip) or with "MTRC"';
  throw new TraceError(fileName, 0, "neither gzip nor a trace", expected);
}

/** Returns the error of a file that inflates to more than any trace has. */
export function tooLong(fileName) {
  const expected = `a trace is at most ${longestStream} bytes long`;
  return new TraceError(fileName, longestStream, "the gzip data inflates to more", expected);
}

/**
 * @param {Uint8Array} stream the bytes of a trace, not packed
 * @param {string} fileName for the trace's name and for errors
 * @returns {Trace}
 * @throws {TraceError}
 */
export function readStream(stream, fileName) {
  const header = readHeader(stream, fileName);
  // The copy is aligned for 32-bit words, and no owner of `stream` can change it. The words are
  // little-endian, and so must the machine be.
  const words = new Uint32Array(header.operationCount * 2);
  new Uint8Array(words.buffer).set(stream.subarray(headerBytes));

  const peakLiveBytes = checkOperations(words, header.handleCount, fileName);
  if (peakLiveBytes !== header.peakLiveBytes) {
    const fault = `the header says ${header.peakLiveBytes} peak live bytes`;
    throw new TraceError(fileName, 16, fault, `the operations give ${peakLiveBytes}`);
  }
  const name = fileName.replace(/^.*[/]/s, "").replace(/(\.trace)?(\.gz)?$/, "");
  return { name, ...header, words };
}

function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readHeader(stream, fileName) {
  const refuse = (offset, fault, expected) => {
    throw new TraceError(fileName, offset, fault, expected);
  };
  if (stream.length < headerBytes) {
    refuse(stream.length, "the header is truncated", `it takes ${headerBytes} bytes`);
  }
  const view = viewOf(stream);
  const [magic, version, operationCount, handleCount, peakLiveBytes, ...reserved] = Array.from(
    { length: headerBytes / 4 },
    (_, index) => view.getUint32(index * 4, true),
  );
  if (magic !== traceMagic) {
    refuse(0, `foreign magic 0x${magic.toString(16)}`, 'a trace begins with "MTRC"');
  }
  if (version !== traceVersion) {
    refuse(4, `unsupported version ${version}`, `this reader knows version ${traceVersion}`);
  }
  if (operationCount === 0 || operationCount >= operationLimit) {
    const expected = `a trace has 1 to ${operationLimit - 1}`;
    refuse(8, `the header says ${operationCount} operations`, expected);
  }
  if (handleCount === 0 || handleCount >= handleLimit) {
    refuse(12, `the header says ${handleCount} handles`, `a trace has 1 to ${handleLimit - 1}`);
  }
  const used = reserved.findIndex((word) => word !== 0);
  if (used >= 0) {
    refuse(20 + 4 * used, `reserved word is ${reserved[used]}`, "it is 0 in this version");
  }
  const length = headerBytes + operationBytes * operationCount;
  const expected = `${operationCount} operations end at byte ${length}`;
  if (stream.length < length) refuse(stream.length, "the operations are truncated", expected);
  if (stream.length > length) {
    refuse(length, `${stream.length - length} trailing bytes`, expected);
  }
  return { operationCount, handleCount, peakLiveBytes };
}

// Checks each operation and returns the peak of live bytes. A size of 0 marks a handle without a block.
function checkOperations(words, handleCount, fileName) {
  const sizes = new Uint32Array(handleCount);
  let live = 0;
  let peak = 0;
  for (let index = 0; index < words.length; index += 2) {
    const kind = words[index] >>> kindShift;
    const handle = words[index] & handleMask;
    const argument = words[index + 1];
    const size = kind === Kind.alignedAlloc ? argument & alignedSizeMask : argument;
    const refuse = (fault, expected) => {
      throw new TraceError(fileName, headerBytes + 4 * index, fault, expected);
    };

    if (handle >= handleCount) {
      refuse(
        `handle ${handle} is not less than the count of handles`,
        `the handles are 0 to ${handleCount - 1}`,
      );
    }
    const isAlloc = kind === Kind.alloc || kind === Kind.alignedAlloc;
    if (isAlloc && sizes[handle] !== 0) {
      refuse(
        `alloc for handle ${handle}, which has a block`,
        "an alloc names a handle without one",
      );
    }
    if (!isAlloc && sizes[handle] === 0) {
      const name = kind === Kind.free ? "free" : "realloc";
      refuse(
        `${name} of handle ${handle}, which has no block`,
        `a ${name} names a handle with a block`,
      );
    }
    if (kind === Kind.free && argument !== 0) {
      refuse(`free with argument ${argument}`, "the argument of a free is 0");
    }
    if (kind !== Kind.free && size === 0) refuse("size 0", "a size is at least 1");

    live += size - sizes[handle];
    sizes[handle] = size;
    if (live > peak) peak = live;
  }
  return peak;
}
