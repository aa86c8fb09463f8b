// Turns a trace into the operations that a replay module reads (bench/replay/operation.h): each
// carries the length and alignment that its caller would know, and frees of whatever the trace
// leaves alive are appended, so that a pass ends with an empty heap and can be repeated.
//
// Trusts its input: readTrace refuses a trace that frees twice or names a slot out of range.

import { alignedSizeMask, alignmentShift, Kind, kindShift, slotMask } from "./trace.js";

export const operationWords = 3;

const kind = { alloc: 0, free: 1, realloc: 2, alignedAlloc: 3, alignedFree: 4 };

// Builds packed operations one by one; slots remember what their block's caller would know.
export class OperationBuilder {
  #words;
  #count = 0;
  #addressCount = 0;
  #lengths;
  #alignments;
  #isAligned;
  #defaultAlignment;

  constructor(operationLimit, slotCount, defaultAlignment) {
    this.#words = new Uint32Array(operationWords * (operationLimit + slotCount));
    this.#lengths = new Uint32Array(slotCount);
    this.#alignments = new Uint8Array(slotCount);
    this.#isAligned = new Uint8Array(slotCount);
    this.#defaultAlignment = defaultAlignment;
  }

  get position() {
    return { operation: this.#count, address: this.#addressCount };
  }

  alloc(slot, length) {
    this.#born(slot, length, Math.log2(this.#defaultAlignment), 0);
    this.#push(kind.alloc, slot, length, 0);
  }

  alignedAlloc(slot, length, alignmentLog2) {
    this.#born(slot, length, alignmentLog2, 1);
    this.#push(kind.alignedAlloc, slot, length, 0);
  }

  realloc(slot, newLength) {
    this.#addressCount += 1;
    this.#push(kind.realloc, slot, this.#lengths[slot], newLength);
    this.#lengths[slot] = newLength;
  }

  free(slot) {
    const freeKind = this.#isAligned[slot] ? kind.alignedFree : kind.free;
    this.#push(freeKind, slot, this.#lengths[slot], 0);
    this.#lengths[slot] = 0;
  }

  freeAll() {
    for (let slot = 0; slot < this.#lengths.length; slot += 1) {
      if (this.#lengths[slot] !== 0) this.free(slot);
    }
  }

  finish() {
    return {
      words: this.#words.subarray(0, operationWords * this.#count),
      count: this.#count,
      slotCount: this.#lengths.length,
      addressCount: this.#addressCount,
      alignment: this.#defaultAlignment,
    };
  }

  #born(slot, length, alignmentLog2, isAligned) {
    this.#addressCount += 1;
    this.#lengths[slot] = length;
    this.#alignments[slot] = alignmentLog2;
    this.#isAligned[slot] = isAligned;
  }

  #push(operationKind, slot, length, newLength) {
    const at = operationWords * this.#count;
    this.#words[at] = ((operationKind << 29) | (this.#alignments[slot] << 24) | slot) >>> 0;
    this.#words[at + 1] = length;
    this.#words[at + 2] = newLength;
    this.#count += 1;
  }
}

export function operationsOfTrace(trace, defaultAlignment) {
  const builder = new OperationBuilder(trace.operationCount, trace.slotCount, defaultAlignment);
  const words = trace.words;
  for (let at = 0; at < words.length; at += 2) {
    const slot = words[at] & slotMask;
    const argument = words[at + 1];
    switch (words[at] >>> kindShift) {
      case Kind.alloc:
        builder.alloc(slot, argument);
        break;
      case Kind.free:
        builder.free(slot);
        break;
      case Kind.realloc:
        builder.realloc(slot, argument);
        break;
      case Kind.alignedAlloc:
        builder.alignedAlloc(slot, argument & alignedSizeMask, argument >>> alignmentShift);
        break;
    }
  }
  builder.freeAll();
  return builder.finish();
}
