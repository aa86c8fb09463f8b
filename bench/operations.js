// Turns a trace into the operations that a replay module reads (bench/replay/operation.h). Each
// carries the length and alignment that its caller would know. Frees of the blocks that the trace
// leaves live are appended, so that a pass ends with an empty heap and can be repeated.
//
// Nothing is checked here: readTrace refuses a trace that frees twice or names a handle out of range.

import { alignedSizeMask, alignmentShift, Kind, kindShift, handleMask } from "./trace-format.js";

export const operationWords = 3;

const kind = { alloc: 0, free: 1, realloc: 2, alignedAlloc: 3, alignedFree: 4 };
const packedKindShift = 29;

// Returns whether an operation, by its first word, allocates.
export const isAlloc = (word) => [kind.alloc, kind.alignedAlloc].includes(word >>> packedKindShift);

// Builds packed operations one by one, and remembers of each handle what its block's caller would know.
export class OperationBuilder {
  #words;
  #count = 0;
  #addressCount = 0;
  #lengths;
  #alignments;
  #isAligned;
  #defaultAlignment;

  constructor(operationLimit, handleCount, defaultAlignment) {
    this.#words = new Uint32Array(operationWords * (operationLimit + handleCount));
    this.#lengths = new Uint32Array(handleCount);
    this.#alignments = new Uint8Array(handleCount);
    this.#isAligned = new Uint8Array(handleCount);
    this.#defaultAlignment = defaultAlignment;
  }

  get position() {
    return { operation: this.#count, address: this.#addressCount };
  }

  alloc(handle, length) {
    this.#born(handle, length, Math.log2(this.#defaultAlignment), 0);
    this.#push(kind.alloc, handle, length, 0);
  }

  alignedAlloc(handle, length, alignmentLog2) {
    this.#born(handle, length, alignmentLog2, 1);
    this.#push(kind.alignedAlloc, handle, length, 0);
  }

  realloc(handle, newLength) {
    this.#addressCount += 1;
    this.#push(kind.realloc, handle, this.#lengths[handle], newLength);
    this.#lengths[handle] = newLength;
  }

  free(handle) {
    const freeKind = this.#isAligned[handle] ? kind.alignedFree : kind.free;
    this.#push(freeKind, handle, this.#lengths[handle], 0);
    this.#lengths[handle] = 0;
  }

  freeAll() {
    for (let handle = 0; handle < this.#lengths.length; handle += 1) {
      if (this.#lengths[handle] !== 0) this.free(handle);
    }
  }

  finish() {
    return {
      words: this.#words.subarray(0, operationWords * this.#count),
      count: this.#count,
      handleCount: this.#lengths.length,
      addressCount: this.#addressCount,
      alignment: this.#defaultAlignment,
    };
  }

  #born(handle, length, alignmentLog2, isAligned) {
    this.#addressCount += 1;
    this.#lengths[handle] = length;
    this.#alignments[handle] = alignmentLog2;
    this.#isAligned[handle] = isAligned;
  }

  #push(operationKind, handle, length, newLength) {
    const at = operationWords * this.#count;
    this.#words[at] =
      ((operationKind << packedKindShift) | (this.#alignments[handle] << 24) | handle) >>> 0;
    this.#words[at + 1] = length;
    this.#words[at + 2] = newLength;
    this.#count += 1;
  }
}

export function operationsOfTrace(trace, defaultAlignment) {
  const builder = new OperationBuilder(trace.operationCount, trace.handleCount, defaultAlignment);
  const words = trace.words;
  for (let at = 0; at < words.length; at += 2) {
    const handle = words[at] & handleMask;
    const argument = words[at + 1];
    switch (words[at] >>> kindShift) {
      case Kind.alloc:
        builder.alloc(handle, argument);
        break;
      case Kind.free:
        builder.free(handle);
        break;
      case Kind.realloc:
        builder.realloc(handle, argument);
        break;
      case Kind.alignedAlloc:
        builder.alignedAlloc(handle, argument & alignedSizeMask, argument >>> alignmentShift);
        break;
    }
  }
  builder.freeAll();
  return builder.finish();
}
