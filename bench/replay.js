// Replays a trace through the four calls of a product (docs/abi.md), seen from JavaScript.
//
// A call is one operation of the trace, for every product: a realloc is one call, even where the
// product makes the replayer allocate, copy and free. Blocks that are alive at the end are freed
// too, so that every free path has run, but neither counted nor timed. Operations are numbered
// from 0: operation N stands at byte 32 + 8 N of the trace. An instance replays one trace only.

import { alignedSizeMask, alignmentShift, kindShift, Kind, slotMask } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */

/**
 * @typedef {object} Replay
 * @property {number} calls
 * @property {number} peakLiveBytes
 * @property {number} pagesGrown by which the memory is larger at the end
 * @property {number} heapOverLive bytes grown for each byte live at the peak
 * @property {number} nanosecondsPerCall growth of the memory and copies included
 * @property {number[]} growth pages grown, at equally spaced points of the run; the last is its end
 */

const pageSize = 65536;
// What C programs expect of malloc, and enough for every plain type.
const defaultAlignment = 4;

/** What a product did wrong in a replay, in one line. */
export class ReplayError extends Error {
  name = "ReplayError";
}

/**
 * Replays against the clock.
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
  const blocks = new Blocks(exports, trace.slotCount);
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
 * Replays without a clock and checks that blocks lie inside the memory, are aligned, and keep
 * their first and last byte until they are freed.
 *
 * @param {Trace} trace
 * @param {WebAssembly.Exports} exports of a fresh instance
 * @throws {ReplayError}
 */
export function verifyReplay(trace, exports) {
  const blocks = new CheckedBlocks(exports, trace.slotCount);
  runOperations(trace, blocks, 0, trace.operationCount);
  freeRemaining(trace, blocks);
}

function runOperations(trace, blocks, from, to) {
  const { words } = trace;
  let operation = from;
  try {
    for (; operation < to; operation++) {
      const slot = words[2 * operation] & slotMask;
      const argument = words[2 * operation + 1];
      switch (words[2 * operation] >>> kindShift) {
        case Kind.alloc:
          blocks.alloc(slot, argument, defaultAlignment);
          break;
        case Kind.alignedAlloc:
          blocks.alloc(slot, argument & alignedSizeMask, argument >>> alignmentShift);
          break;
        case Kind.realloc:
          blocks.realloc(slot, argument);
          break;
        case Kind.free:
          blocks.free(slot);
          break;
      }
    }
  } catch (error) {
    throw faultAt(error, `at operation ${operation}`);
  }
}

function freeRemaining(trace, blocks) {
  try {
    for (let slot = 0; slot < trace.slotCount; slot++) {
      if (blocks.sizes[slot] !== 0) blocks.free(slot);
    }
  } catch (error) {
    throw faultAt(error, "after the last operation");
  }
}

// A trap is the product's fault as well; anything else is a fault of this program.
function faultAt(error, place) {
  const isProductFault = error instanceof ReplayError || error instanceof WebAssembly.RuntimeError;
  return isProductFault ? new ReplayError(`${error.message} ${place}`, { cause: error }) : error;
}

// The blocks in the slots of a trace. Size 0 marks an empty slot. The first and last byte of every
// block are written, as the program behind the trace would have written the block.
class Blocks {
  constructor(exports, slotCount) {
    this.exports = exports;
    this.bytes = new Uint8Array(exports.memory.buffer);
    this.addresses = new Uint32Array(slotCount);
    this.sizes = new Uint32Array(slotCount);
    this.alignments = new Uint8Array(slotCount);
  }

  alloc(slot, size, alignment) {
    this.alignments[slot] = alignment;
    this.place(slot, this.newBlock(size, alignment), size);
    this.touch(slot);
  }

  realloc(slot, size) {
    this.move(slot, size);
    this.touch(slot);
  }

  free(slot) {
    this.exports.free(0, this.addresses[slot], this.sizes[slot], this.alignments[slot], 0);
    this.sizes[slot] = 0;
  }

  // As std.mem.Allocator.realloc does it.
  move(slot, size) {
    const old = this.addresses[slot];
    const oldSize = this.sizes[slot];
    const alignment = this.alignments[slot];
    const remapped = this.exports.remap(0, old, oldSize, alignment, size, 0) >>> 0;
    if (remapped !== 0) {
      this.place(slot, remapped, size);
      return;
    }
    const address = this.newBlock(size, alignment);
    this.place(slot, address, size);
    this.bytes.copyWithin(address, old, old + Math.min(oldSize, size));
    this.exports.free(0, old, oldSize, alignment, 0);
  }

  newBlock(size, alignment) {
    const address = this.exports.alloc(0, size, alignment, 0) >>> 0;
    if (address === 0) throw new ReplayError("out of memory");
    return address;
  }

  place(slot, address, size) {
    this.addresses[slot] = address;
    this.sizes[slot] = size;
    this.reach(address + size);
  }

  // Growing detaches the view, which has length 0 from then on; asking the memory for its buffer
  // before each access would cost more than most calls.
  reach(end) {
    if (end > this.bytes.length) this.bytes = new Uint8Array(this.exports.memory.buffer);
  }

  touch(slot) {
    const address = this.addresses[slot];
    const tag = tagOf(slot);
    this.bytes[address] = tag;
    this.bytes[address + this.sizes[slot] - 1] = tag;
  }
}

// Neighbouring slots differ, and no tag is 0, which fresh memory holds.
function tagOf(slot) {
  return (slot % 255) + 1;
}

class CheckedBlocks extends Blocks {
  realloc(slot, size) {
    const oldSize = this.sizes[slot];
    this.checkTags(slot, oldSize);
    this.move(slot, size);
    // The last byte of a block that shrank is gone with its tail.
    this.checkTags(slot, size < oldSize ? 1 : oldSize);
    this.touch(slot);
  }

  free(slot) {
    this.checkTags(slot, this.sizes[slot]);
    super.free(slot);
  }

  place(slot, address, size) {
    super.place(slot, address, size);
    const block = `the block of ${size} bytes at ${address}`;
    if (address + size > this.bytes.length) {
      throw new ReplayError(`${block} ends outside the memory`);
    }
    if (address % 2 ** this.alignments[slot] !== 0) {
      throw new ReplayError(`${block} is not aligned to 2^${this.alignments[slot]}`);
    }
  }

  checkTags(slot, size) {
    const first = this.addresses[slot];
    const last = first + size - 1;
    const tag = tagOf(slot);
    this.reach(last + 1);
    const wrong = this.bytes[first] !== tag ? first : last;
    if (this.bytes[wrong] === tag) return;
    const found = `holds ${this.bytes[wrong]} instead of ${tag}`;
    throw new ReplayError(`wrong byte: address ${wrong}, in the block of slot ${slot}, ${found}`);
  }
}
