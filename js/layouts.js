// The records that a module leaves in its memory, word by word, and the names of kinds and calls by their
// numbers. include/ of the sources declares all of it for C; a test compares the two, field by field.

/** granary_heap_stats, up to the size classes. */
export const statistics = [
  "heapBytes",
  "liveBytes",
  "freeBytes",
  "overheadBytes",
  "recordBytes",
  "topBytes",
  "freeSlotBytes",
  "idleSpanBytes",
  "largestFreeBytes",
  "liveBlockCount",
  "largeBlockCount",
  "freeBlockCount",
  "spanCount",
  "pageCount",
  "grownPageCount",
  "growCount",
  "regionCount",
];
export const sizeClass = ["slotSize", "spans", "liveSlots", "freeSlots"];
export const sizeClassCount = 48;

export const item = ["kind", "address", "size"];
export const itemKinds = ["end", "block", "span", "free", "gap", "top", "records", "broken"];

export const fault = [
  "kind",
  "call",
  "address",
  "length",
  "alignment",
  "newLength",
  "caller",
  "block",
  "blockLength",
  "blockAlignment",
  "allocatedBy",
  "freedBy",
];
export const faultKinds = [
  "none",
  "null-pointer",
  "outside-memory",
  "not-a-block",
  "misaligned",
  "inside-block",
  "inside-freed-block",
  "freed-block",
  "wrong-length",
  "wrong-alignment",
  "written-before-start",
  "written-past-end",
  "written-after-free",
  "new-length-zero",
  "alignment-out-of-range",
];
export const faultCalls = ["none", "alloc", "resize", "remap", "free", "check"];

export const leakReport = ["blockCount", "bytes", "groupCount", "groups"];
export const leakGroup = ["allocatedBy", "blockCount", "bytes"];

/**
 * One record of several that lie end to end, each word by its name.
 *
 * @param {string[]} names
 * @param {Uint32Array} words
 * @param {number} [index] which one
 */
export function recordOf(names, words, index = 0) {
  return Object.fromEntries(names.map((name, i) => [name, words[index * names.length + i]]));
}
