// No false alarms: what real programs asked of their allocators passes a checked heap without a
// fault, whatever its limits, and what they left alive is what it reports.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { findTraces } from "../bench/trace-folder.js";
import {
  alignedSizeMask,
  alignmentShift,
  Kind,
  kindShift,
  readTrace,
  slotMask,
} from "../bench/trace.js";
import { CheckedHeap } from "./support/checked-heap.js";

/** Replays a trace as its program did, with the slot for the caller; every block is touched. */
class Replay {
  constructor(heap, { words, slotCount }) {
    this.heap = heap;
    this.words = words;
    this.addresses = new Float64Array(slotCount);
    this.lengths = new Float64Array(slotCount);
    this.alignments = new Uint8Array(slotCount);
    this.bytes = heap.bytes(0);
  }

  /** Calls `look` now and then. */
  run(look) {
    for (let i = 0; i < this.words.length; i += 2) {
      this.#step(this.words[i] >>> kindShift, this.words[i] & slotMask, this.words[i + 1]);
      if (i % 40_000 === 0) look();
    }
  }

  get live() {
    const lengths = this.lengths.filter((_, slot) => this.addresses[slot] !== 0);
    return { blockCount: lengths.length, bytes: lengths.reduce((sum, length) => sum + length, 0) };
  }

  #step(kind, slot, argument) {
    if (kind === Kind.alloc) this.#alloc(slot, argument, 4);
    else if (kind === Kind.free) this.#free(slot);
    else if (kind === Kind.realloc) this.#reallocate(slot, argument);
    else this.#alloc(slot, argument & alignedSizeMask, argument >>> alignmentShift);
  }

  #alloc(slot, length, alignment) {
    const address = this.heap.alloc(length, alignment, slot);
    assert.notEqual(address, 0);
    this.alignments[slot] = alignment;
    this.#put(slot, address, length);
  }

  #reallocate(slot, length) {
    const [address, old] = [this.addresses[slot], this.lengths[slot]];
    const alignment = this.alignments[slot];
    const moved = this.heap.remap(address, old, alignment, length, slot);
    if (moved !== 0) return this.#put(slot, moved, length);
    this.#alloc(slot, length, alignment);
    this.#end(slot, address, old);
  }

  #free(slot) {
    this.#end(slot, this.addresses[slot], this.lengths[slot]);
    this.addresses[slot] = 0;
  }

  #end(slot, address, length) {
    const mark = slot & 0xff;
    const kept = this.bytes[address] === mark && this.bytes[address + length - 1] === mark;
    assert.ok(kept, `the block of slot ${slot} is as it was left`);
    this.heap.free(address, length, this.alignments[slot], slot);
  }

  /** Growing the memory detaches the view. */
  #put(slot, address, length) {
    if (this.bytes.length === 0) this.bytes = this.heap.bytes(0);
    this.addresses[slot] = address;
    this.lengths[slot] = length;
    this.bytes[address] = this.bytes[address + length - 1] = slot & 0xff;
  }
}

const traces = findTraces("bench/traces", null).map((path) => readTrace(readFileSync(path), path));

for (const [limits, what] of [
  [undefined, "the limits at the start"],
  [{ quarantine: 2 ** 21, fill: 4096 }, "more filled and more kept back"],
  [{ quarantine: 0, fill: 0 }, "nothing filled and nothing kept back"],
]) {
  describe(`with ${what}, no fault is found in`, () => {
    for (const trace of traces) {
      test(`${trace.name}, and live is what it leaves`, () => {
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
