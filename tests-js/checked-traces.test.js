// No false alarms: the recorded calls of real programs run over a checked heap without a fault, whatever
// its limits, and the heap reports exactly the blocks that they left live.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { findTraces } from "../bench/trace-folder.js";
import { readTrace } from "../bench/trace.js";
import {
  alignedSizeMask,
  alignmentShift,
  Kind,
  kindShift,
  handleMask,
} from "../bench/trace-format.js";
import { CheckedHeap } from "./support/checked-heap.js";

/** Replays a trace as its program did, with the handle as the caller; every block is written to. */
class Replay {
  constructor(heap, { words, handleCount }) {
    this.heap = heap;
    this.words = words;
    this.addresses = new Float64Array(handleCount);
    this.lengths = new Float64Array(handleCount);
    this.alignments = new Uint8Array(handleCount);
    this.bytes = heap.bytes(0);
  }

  /** Calls `look` now and then. */
  run(look) {
    for (let i = 0; i < this.words.length; i += 2) {
      this.#step(this.words[i] >>> kindShift, this.words[i] & handleMask, this.words[i + 1]);
      if (i % 40_000 === 0) look();
    }
  }

  get live() {
    const lengths = this.lengths.filter((_, handle) => this.addresses[handle] !== 0);
    return { blockCount: lengths.length, bytes: lengths.reduce((sum, length) => sum + length, 0) };
  }

  #step(kind, handle, argument) {
    if (kind === Kind.alloc) this.#alloc(handle, argument, 4);
    else if (kind === Kind.free) this.#free(handle);
    else if (kind === Kind.realloc) this.#reallocate(handle, argument);
    else this.#alloc(handle, argument & alignedSizeMask, argument >>> alignmentShift);
  }

  #alloc(handle, length, alignment) {
    const address = this.heap.alloc(length, alignment, handle);
    assert.notEqual(address, 0);
    this.alignments[handle] = alignment;
    this.#put(handle, address, length);
  }

  #reallocate(handle, length) {
    const [address, old] = [this.addresses[handle], this.lengths[handle]];
    const alignment = this.alignments[handle];
    const moved = this.heap.remap(address, old, alignment, length, handle);
    if (moved !== 0) return this.#put(handle, moved, length);
    this.#alloc(handle, length, alignment);
    this.#end(handle, address, old);
  }

  #free(handle) {
    this.#end(handle, this.addresses[handle], this.lengths[handle]);
    this.addresses[handle] = 0;
  }

  #end(handle, address, length) {
    const mark = handle & 0xff;
    const kept = this.bytes[address] === mark && this.bytes[address + length - 1] === mark;
    assert.ok(kept, `the block of handle ${handle} is as it was left`);
    this.heap.free(address, length, this.alignments[handle], handle);
  }

  /** Growing the memory detaches the view. */
  #put(handle, address, length) {
    if (this.bytes.length === 0) this.bytes = this.heap.bytes(0);
    this.addresses[handle] = address;
    this.lengths[handle] = length;
    this.bytes[address] = this.bytes[address + length - 1] = handle & 0xff;
  }
}

const traces = findTraces("bench/traces", null).map((path) => readTrace(readFileSync(path), path));

for (const [limits, what] of [
  [undefined, "the limits at the start"],
  [{ quarantine: 2 ** 21, fill: 4096 }, "more filled and more kept back"],
  [{ quarantine: 0, fill: 0 }, "nothing filled and nothing kept back"],
]) {
  describe(`with ${what},`, () => {
    for (const trace of traces) {
      test(`${trace.name} runs without a fault, and the blocks that it leaves are reported as live`, () => {
        const heap = CheckedHeap.open();
        if (limits) heap.setLimits(limits);
        const replay = new Replay(heap, trace);
        replay.run(() => heap.check());
        heap.check();
        const { groups, ...totals } = heap.leaks();
        assert.deepEqual(totals, replay.live);
        const bytes = groups.reduce((sum, group) => sum + group.bytes, 0);
        assert.equal(bytes, totals.bytes);
        assert.equal(heap.fault.kind, "none");
        assert.equal(heap.verify(), 0);
      });
    }
  });
}
