// The span table, read out of the memory of a heap: which size class each span has, and how many of its slots
// are live. A walk tells neither. The layout is that of alloc/granary/span.h, which no module promises to keep,
// so what is read counts only where it agrees with the statistics of the heap, class by class.

import { Kind, noClass } from "./items.js";
import { pageBytes } from "./layout.js";

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
 * @param {number} heap.begin the address of the first item of the walk
 * @param {boolean} heap.wide whether addresses have 64 bits
 * @param {Record<string, number> & {classes: Record<string, number>[]}} heap.stats
 * @returns {number | undefined} the address of the table, or undefined where none agrees
 */
export function readSpans(items, heap) {
  const spans = spansAmong(items);
  for (const place of placesOfTable(items, heap.stats.recordBytes)) {
    if (readTable(items, spans, place, heap)) return place;
  }
  for (const index of spans) [items.sizeClass[index], items.live[index]] = [noClass, 0];
  return undefined;
}

/**
 * Yields where the table may lie: at the end of the heap, or, when the heap is large, in pages of its own, which
 * look as those of others do. They may have such pages beside them, and then only the records tell.
 */
function* placesOfTable(items, tableBytes) {
  const ofWalk = items.kind.lastIndexOf(Kind.records, items.count - 1);
  if (ofWalk >= 0) yield items.address[ofWalk];
  if (ofWalk >= 0 || tableBytes === 0) return;
  for (let index = 0; index < items.count; index++) {
    if (items.kind[index] !== Kind.gap) continue;
    const end = items.address[index] + items.size[index];
    let place = Math.ceil(items.address[index] / pageBytes) * pageBytes;
    for (; place + tableBytes <= end; place += pageBytes) yield place;
  }
}

function spansAmong(items) {
  const spans = [];
  for (let index = 0; index < items.count; index++) {
    if (items.kind[index] === Kind.span) spans.push(index);
  }
  return spans;
}

/** Reads the spans as if the table began at an address, and returns whether that agrees with the statistics. */
function readTable(items, spans, place, { words, begin, wide, stats }) {
  const { classes, recordBytes } = stats;
  const firstSpan = Math.floor(begin / spanBytes);
  const shift = linkBitsAbove32(wide);
  const liveSlots = new Float64Array(classes.length);
  const spanCounts = new Float64Array(classes.length);
  /** The current span of each class: some of its slots wait to be handed out, where the record does not say. */
  const currents = new Int32Array(classes.length).fill(-1);
  for (const index of spans) {
    const record = (Math.floor(items.address[index] / spanBytes) - firstSpan) * recordWords;
    if (record < 0 || (record + recordWords) * 4 > recordBytes) return false;
    const word = place / 4 + record;
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
