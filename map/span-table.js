// The span table, read out of the memory of a heap: which size class each span has, and how many of its slots
// are live. A walk tells neither. The layout is that of alloc/granary/span.h, which no module promises to keep,
// so what is read counts only where it agrees with the statistics of the heap, class by class.

import { Kind, noClass } from "./items.js";

export const spanBytes = 16384;
const recordWords = 4;

/** Returns how many slots each span of a class has, of which there is at least one. */
export const slotsPerSpan = ({ spans, liveSlots, freeSlots }) => (liveSlots + freeSlots) / spans;

/** How many bits a link of a record has beyond 32; the class and the count follow them. */
const linkBitsAbove32 = (wide) => (wide ? 14 : 0);
const classBits = 6;

/**
 * Fills the columns `sizeClass` and `live` of the spans among the items.
 *
 * @param {import("./items.js").Items} items of a whole walk
 * @param {object} heap
 * @param {Uint32Array} heap.words the memory
 * @param {number} heap.heapBegin the address of the first item of the walk
 * @param {boolean} heap.wide whether addresses have 64 bits
 * @param {{slotSize: number, spans: number, liveSlots: number, freeSlots: number}[]} heap.classes
 * @returns {number} the index of the item in which the table lies, or -1 where none agrees
 */
export function readSpans(items, heap) {
  const spans = spansAmong(items);
  for (let index = items.count - 1; index >= 0; index--) {
    const kind = items.kind[index];
    // A large heap has the table in pages of its own, which the walk calls a gap.
    if (kind !== Kind.records && kind !== Kind.gap) continue;
    if (readTable(items, spans, items.address[index], items.size[index], heap)) return index;
  }
  for (const index of spans) [items.sizeClass[index], items.live[index]] = [noClass, 0];
  return -1;
}

function spansAmong(items) {
  const spans = [];
  for (let index = 0; index < items.count; index++) {
    if (items.kind[index] === Kind.span) spans.push(index);
  }
  return spans;
}

/** Reads the spans as if the table began at an address, and returns whether that agrees with the statistics. */
function readTable(items, spans, begin, bytes, { words, heapBegin, wide, classes }) {
  const firstSpan = Math.floor(heapBegin / spanBytes);
  const shift = linkBitsAbove32(wide);
  const liveSlots = new Float64Array(classes.length);
  const spanCounts = new Float64Array(classes.length);
  /** The current span of each class: some of its slots wait to be handed out, where the record does not say. */
  const currents = new Int32Array(classes.length).fill(-1);
  for (const index of spans) {
    const record = (Math.floor(items.address[index] / spanBytes) - firstSpan) * recordWords;
    if (record < 0 || (record + recordWords) * 4 > bytes) return false;
    const word = begin / 4 + record;
    const [low, high, next] = [words[word], words[word + 1], words[word + 2]];
    const sizeClass = (high >>> shift) & ((1 << classBits) - 1);
    const count = high >>> (shift + classBits);
    if (sizeClass >= classes.length) return false;
    const { slotSize, spans: expected } = classes[sizeClass];
    if (expected === 0) return false;
    const isFull = count === 1 && low === 0 && next === 0;
    items.sizeClass[index] = sizeClass;
    spanCounts[sizeClass]++;
    if (next === 0 && !isFull) {
      if (currents[sizeClass] !== -1) return false;
      currents[sizeClass] = index;
      continue;
    }
    const live = isFull ? slotsPerSpan(classes[sizeClass]) : count;
    items.live[index] = live * slotSize;
    liveSlots[sizeClass] += live;
  }
  return classes.every((of, sizeClass) => {
    if (spanCounts[sizeClass] !== of.spans) return false;
    const rest = of.liveSlots - liveSlots[sizeClass];
    const current = currents[sizeClass];
    if (current === -1) return rest === 0;
    items.live[current] = rest * of.slotSize;
    return rest >= 0 && rest * of.slotSize < spanBytes;
  });
}
