// Replays a trace through the four calls of a product (docs/abi.md), seen from JavaScript.
//
// A call is one operation of the trace, for every product: a realloc is one call, even where the
// product makes the replayer allocate, copy and free. Blocks that are live at the end are freed
// too, so that every free path has run, but these frees are neither counted nor timed. Operations are
// numbered from 0: operation N stands at byte 32 + 8 N of the trace. An instance replays one trace only.

import { alignedSizeMask, alignmentShift, kindShift, Kind, handleMask } from "./trace-format.js";

/** @typedef {import("./trace-format.js").Trace} Trace */

/**
 * @typedef {object} Replay
 * @property {number} calls
 * @property {number} peakLiveBytes
 * @property {number} pagesGrown the pages by which the memory is larger at the end
 * @property {number} heapOverLive bytes grown for each byte live at the peak
 * @property {number} nanosecondsPerCall growth of the memory and copies included
 * @property {number[]} growth pages grown, at equally spaced points of the run; the last is its end
 */

const pageSize = 65536;
// The alignment that C programs expect of malloc, which is enough for every plain type.
const defaultAlignment = 4;

/** A product did something wrong in a replay, which the message says in one line. */
export class ReplayError extends Error {
  name = "ReplayError";
}

/**
 * Replays a trace and measures the time.
 *
 * @param {Trace} trace
 * @param {WebAssembly.Exports} exports of a fresh instance
 * @param {object} [options]
 * @param {(operations: number) => void} [options.onProgress] called at each sample, off the clock
 * @param {number} [options.samples] points of the growth curve
 * @returns {Replay}
 * @throws {ReplayError}
 */
export function replay(trace, exports, { onProgress = () => {}, samples = 48 } = {}) {
  const { operationCount, peakLiveBytes } = trace;
  const { memory } = exports;
  const initialBytes = memory.buffer.byteLength;
  const pagesGrown = () => (memory.buffer.byteLength - initialBytes) / pageSize;
  const blocks = new Blocks(exports, trace.handleCount);
  const growth = [];
  let milliseconds = 0;
  for (let sample = 0; sample < samples; sample++) {
    const from = Math.floor((operationCount * sample) / samples);
    const to = Math.floor((operationCount * (sample + 1)) / samples);
    const start = performance.now();
    runOperations(trace, blocks, from, to);
    milliseconds += performance.now() - start;
    growth.push(pagesGrown());
    onProgress(to);
  }
  const grown = pagesGrown();
  freeRemaining(trace, blocks);
  return {
    calls: operationCount,
    peakLiveBytes,
    pagesGrown: grown,
    heapOverLive: (grown * pageSize) / peakLiveBytes,
    nanosecondsPerCall: (milliseconds * 1e6) / operationCount,
    growth,
  };
}

/**
 * Replays a trace without a clock and checks that blocks lie inside the memory, are aligned, and keep
 * their first and last byte until they are freed.
 *
 * @param {Trace} trace
 * @param {WebAssembly.Exports} exports of a fresh instance
 * @throws {ReplayError}
 */
export function verifyReplay(trace, exports) {
  const blocks = new CheckedBlocks(exports, trace.handleCount);
  runOperations(trace, blocks, 0, trace.operationCount);
  freeRemaining(trace, blocks);
}

/**
 * Runs the operations of a trace from one number to another, which is not run any more.
 *
 * @param {Trace} trace
 * @param {Blocks} blocks
 * @param {number} from
 * @param {number} to
 * @throws {ReplayError}
 */
export function runOperations(trace, blocks, from, to) {
  const { words } = trace;
  let operation = from;
  try {
    for (; operation < to; operation++) {
      const handle = words[2 * operation] & handleMask;
      const argument = words[2 * operation + 1];
      switch (words[2 * operation] >>> kindShift) {
        case Kind.alloc:
          blocks.alloc(handle, argument, defaultAlignment);
          break;
        case Kind.alignedAlloc:
          blocks.alloc(handle, argument & alignedSizeMask, argument >>> alignmentShift);
          break;
        case Kind.realloc:
          blocks.realloc(handle, argument);
          break;
        case Kind.free:
          blocks.free(handle);
          break;
      }
    }
  } catch (error) {
    throw faultAt(error, `at operation ${operation}`);
  }
}

function freeRemaining(trace, blocks) {
  try {
    for (let handle = 0; handle < trace.handleCount; handle++) {
      if (blocks.sizes[handle] !== 0) blocks.free(handle);
    }
  } catch (error) {
    throw faultAt(error, "after the last operation");
  }
}

// A trap is the product's failure as well; anything else is a failure of this program.
function faultAt(error, place) {
  const isProductFault = error instanceof ReplayError || error instanceof WebAssembly.RuntimeError;
  return isProductFault ? new ReplayError(`${error.message} ${place}`, { cause: error }) : error;
}

// The blocks of a trace by their handles. A size of 0 marks a handle without a block. The first and last
// byte of every block are written, as the recorded program would have written the block.
export class Blocks {
  constructor(exports, handleCount) {
    this.exports = exports;
    this.bytes = new Uint8Array(exports.memory.buffer);
    this.addresses = new Uint32Array(handleCount);
    this.sizes = new Uint32Array(handleCount);
    this.alignments = new Uint8Array(handleCount);
  }

  alloc(handle, size, alignment) {
    this.alignments[handle] = alignment;
    this.place(handle, this.newBlock(size, alignment), size);
    this.touch(handle);
  }

  realloc(handle, size) {
    this.move(handle, size);
    this.touch(handle);
  }

  free(handle) {
    this.exports.free(0, this.addresses[handle], this.sizes[handle], this.alignments[handle], 0);
    this.sizes[handle] = 0;
  }

  // Moves a block in the way of std.mem.Allocator.realloc.
  move(handle, size) {
    const old = this.addresses[handle];
    const oldSize = this.sizes[handle];
    const alignment = this.alignments[handle];
    const remapped = this.exports.remap(0, old, oldSize, alignment, size, 0) >>> 0;
    if (remapped !== 0) {
      this.place(handle, remapped, size);
      return;
    }
    const address = this.newBlock(size, alignment);
    this.place(handle, address, size);
    this.bytes.copyWithin(address, old, old + Math.min(oldSize, size));
    this.exports.free(0, old, oldSize, alignment, 0);
  }

  newBlock(size, alignment) {
    const address = this.exports.alloc(0, size, alignment, 0) >>> 0;
    if (address === 0) throw new ReplayError("out of memory");
    return address;
  }

  place(handle, address, size) {
    this.addresses[handle] = address;
    this.sizes[handle] = size;
    this.reach(address + size);
  }

  // Growth detaches the view, whose length is 0 from then on; asking the memory for its buffer
  // before each access would cost more than most calls.
  reach(end) {
    if (end > this.bytes.length) this.bytes = new Uint8Array(this.exports.memory.buffer);
  }

  touch(handle) {
    const address = this.addresses[handle];
    const tag = tagOf(handle);
    this.bytes[address] = tag;
    this.bytes[address + this.sizes[handle] - 1] = tag;
  }
}

// The mark of a handle: successive handles have different ones, and none is 0, which fresh memory holds.
function tagOf(handle) {
  return (handle % 255) + 1;
}

class CheckedBlocks extends Blocks {
  realloc(handle, size) {
    const oldSize = this.sizes[handle];
    this.checkTags(handle, oldSize);
    this.move(handle, size);
    // A block that shrank has lost its last byte.
    this.checkTags(handle, size < oldSize ? 1 : oldSize);
    this.touch(handle);
  }

  free(handle) {
    this.checkTags(handle, this.sizes[handle]);
    super.free(handle);
  }

  place(handle, address, size) {
    super.place(handle, address, size);
    const block = `the block of ${size} bytes at ${address}`;
    if (address + size > this.bytes.length) {
      throw new ReplayError(`${block} ends outside the memory`);
    }
    if (address % 2 ** this.alignments[handle] !== 0) {
      throw new ReplayError(`${block} is not aligned to 2^${this.alignments[handle]}`);
    }
  }

  checkTags(handle, size) {
    const first = this.addresses[handle];
    const last = first + size - 1;
    const tag = tagOf(handle);
    this.reach(last + 1);
    const wrong = this.bytes[first] !== tag ? first : last;
    if (this.bytes[wrong] === tag) return;
    const found = `holds ${this.bytes[wrong]} instead of ${tag}`;
    throw new ReplayError(
      `wrong byte: address ${wrong}, in the block of handle ${handle}, ${found}`,
    );
  }
}
