// Compares what a heap that can be inspected says of itself with what is known from outside: the shadow of
// its blocks, the slots that they would have, and when its memory grew.

import assert from "node:assert/strict";
import { pageSize } from "./products.js";
import { ShadowHeap } from "./shadow-heap.js";
import { wordBytes } from "./width.js";

export const tagBytes = wordBytes;
export const spanBytes = 16384;
const largestSmall = 2048;

/** 8 16 .. 128, then eight to a doubling. */
export const slotSizes = [];
for (let size = 8, step = 8; size <= largestSmall; size += step) {
  slotSizes.push(size);
  if (size >= 128 && Number.isInteger(Math.log2(size))) step = size / 8;
}

/** Sums a property over an array. */
export const total = (array, name) => array.reduce((sum, element) => sum + element[name], 0);

/**
 * What is known of a heap from outside: the shadow of its blocks, the slots that they would have,
 * and when its memory grew.
 */
export class InspectedShadow {
  /** @param {boolean} [isLimited] whether small blocks may have slots of larger classes */
  constructor(heap, isLimited = false) {
    this.heap = heap;
    this.isLimited = isLimited;
    this.shadow = new ShadowHeap(heap);
    this.slotSizeOf = new WeakMap();
    // Of the memory, and of the heap's regions in it.
    this.grownPages = 0;
    this.grows = 0;
    this.regions = 0;
    this.end = 0;
  }

  get blocks() {
    return Array.from({ length: this.shadow.count }, (_, index) => this.shadow.at(index));
  }

  alloc(length, alignment = 4) {
    const before = new Set(this.blocks);
    const served = this.#grownBy(() => this.shadow.alloc(length, alignment));
    if (!served) return undefined;
    const block = this.blocks.find((candidate) => !before.has(candidate));
    const rounded = Math.ceil(length / 2 ** alignment) * 2 ** alignment;
    this.slotSizeOf.set(
      block,
      slotSizes.find((size) => size >= rounded),
    );
    return block;
  }

  resize(block, newLength) {
    return this.#grownBy(() => this.shadow.resize(block, newLength));
  }

  remap(block, newLength) {
    return this.#grownBy(() => this.shadow.remap(block, newLength));
  }

  free(block) {
    this.#grownBy(() => this.shadow.free(block));
  }

  /** Ends every block; the pages of strangers are still watched. */
  reset() {
    const { strangers } = this.shadow;
    this.heap.reset();
    this.shadow = new ShadowHeap(this.heap);
    this.shadow.strangers = strangers;
  }

  #grownBy(call) {
    const before = this.heap.byteLength;
    const answer = call();
    const after = this.heap.byteLength;
    if (this.regions === 0) {
      // Whatever was asked for: the heap takes in the rest of the initial memory.
      this.regions = 1;
      this.end = pageSize;
    }
    if (after !== before) {
      this.grows++;
      this.grownPages += (after - before) / pageSize;
      if (before !== this.end) this.regions++;
      this.end = after;
    }
    return answer;
  }
}

/** The equations of include/granary_inspect.h, and all that is known from outside. */
export function checkStatistics({ heap, shadow, grows, grownPages, regions }) {
  const stats = heap.stats();
  assert.equal(
    stats.heapBytes,
    stats.liveBytes + stats.freeBytes + stats.overheadBytes + stats.recordBytes,
  );
  assert.equal(stats.liveBlockCount, stats.largeBlockCount + total(stats.classes, "liveSlots"));
  assert.equal(stats.spanCount, total(stats.classes, "spans"));
  const freeSlotBytes = stats.classes.reduce((sum, of) => sum + of.freeSlots * of.slotSize, 0);
  assert.equal(stats.freeSlotBytes, freeSlotBytes);
  const slotBytes = stats.classes.reduce(
    (sum, of) => sum + (of.liveSlots + of.freeSlots) * of.slotSize,
    0,
  );
  assert.equal(
    stats.overheadBytes,
    stats.largeBlockCount * tagBytes + stats.spanCount * spanBytes - slotBytes,
  );
  assert.deepEqual(
    stats.classes.map(({ slotSize }) => slotSize),
    slotSizes,
  );
  assert.equal(stats.liveBlockCount, shadow.count);
  assert.ok(stats.liveBytes >= shadow.liveBytes);
  assert.equal(stats.pageCount, heap.pages);
  assert.equal(stats.grownPageCount, grownPages);
  assert.equal(stats.growCount, grows);
  assert.equal(stats.regionCount, regions);
  assert.equal(heap.verify(), 0);
  return stats;
}

/** Items lie end to end, agree with the statistics, and hold every live block. */
export function checkWalk({ heap, blocks, slotSizeOf, isLimited }, stats) {
  const items = [...heap.walk()];
  const ofKind = (kind) => items.filter((item) => item.kind === kind);
  for (let i = 1; i < items.length; i++) {
    assert.equal(items[i].address, items[i - 1].address + items[i - 1].size);
  }
  assert.equal(total(items, "size") - total(ofKind("gap"), "size"), stats.heapBytes);
  assert.equal(ofKind("gap").length, Math.max(0, stats.regionCount - 1));
  assert.equal(ofKind("free").length, stats.freeBlockCount);
  assert.equal(
    total(ofKind("free"), "size") + stats.topBytes + stats.freeSlotBytes,
    stats.freeBytes,
  );
  assert.equal(total(ofKind("top"), "size"), stats.topBytes);
  assert.equal(total(ofKind("records"), "size"), stats.recordBytes);
  const largest = [...ofKind("free"), ...ofKind("top")].map(({ size }) => size);
  assert.equal(Math.max(0, ...largest), stats.largestFreeBytes);
  assert.equal(ofKind("block").length, stats.largeBlockCount);
  assert.equal(ofKind("span").length, stats.spanCount);

  const liveSlots = new Map(slotSizes.map((size) => [size, 0]));
  const blocksIn = new Map();
  const holders = items.filter(({ kind }) => kind === "block" || kind === "span");
  for (const block of blocks) {
    const holder = holders.find(
      ({ address, size }) => address <= block.address && block.address < address + size,
    );
    assert.ok(holder, `the walk does not meet the block at ${block.address}`);
    if (holder.kind === "block") {
      assert.equal(holder.address, block.address);
      assert.ok(holder.size >= block.length + tagBytes);
      continue;
    }
    if (!blocksIn.has(holder)) blocksIn.set(holder, []);
    blocksIn.get(holder).push(block);
    const slotSize = slotSizeOf.get(block);
    liveSlots.set(slotSize, liveSlots.get(slotSize) + 1);
  }
  for (const [span, within] of blocksIn) {
    const sizes = new Set(within.map((block) => slotSizeOf.get(block)));
    const offsets = within.map((block) => block.address - span.address);
    const candidates = isLimited ? slotSizes.filter((size) => size >= Math.max(...sizes)) : sizes;
    assert.ok(isLimited || sizes.size === 1, "a span is of one class");
    assert.ok([...candidates].some((size) => offsets.every((offset) => offset % size === 0)));
  }
  let slots = 0;
  let expected = 0;
  for (const { slotSize, liveSlots: count } of [...stats.classes].reverse()) {
    slots += count;
    expected += liveSlots.get(slotSize);
    // From the largest class on: what a smaller one has not is among them.
    const agree = isLimited ? slots >= expected : slots === expected;
    assert.ok(agree, `live slots of ${slotSize} bytes and more: ${slots}, not ${expected}`);
  }
}
