// The records that a module leaves in its memory, field by field, and the names of kinds and calls by their
// numbers. include/ of the sources declares all of it for C; a test compares the two, field by field.
//
// A field is a word, which is an address or a length, unless it is one of `halves`, which have 32 bits in
// modules of every width. A field lies at a multiple of its size, as in C; the last one is a word.

/** @typedef {import("./width.js").Width} Width */

const halves = ["kind", "call", "alignment", "blockAlignment"];

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
  "heap",
  "blockHeap",
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
  "other-heap",
  "not-an-arena",
  "destroyed-arena",
];
export const faultCalls = ["none", "alloc", "resize", "remap", "free", "check", "reset", "destroy"];

export const leakReport = ["blockCount", "bytes", "groupCount", "groups"];
export const leakGroup = ["allocatedBy", "blockCount", "bytes"];

export const arena = ["next", "end", "chunks", "chunkSize", "keptSize"];
export const arenaChunk = ["below", "size"];

/**
 * Returns how many bytes a record has, by the names of its fields.
 *
 * @param {string[]} names
 * @param {Width} width
 */
export function recordBytes(names, width) {
  return placesOf(names, width).at(-1).end;
}

/**
 * Returns the record at an address, each field by its name.
 *
 * @param {string[]} names
 * @param {Width} width
 * @param {ArrayBuffer} buffer
 * @param {number} address
 */
export function recordOf(names, width, buffer, address) {
  const view = new DataView(buffer, address, recordBytes(names, width));
  return Object.fromEntries(
    placesOf(names, width).map(({ name, offset, isHalf }) => [
      name,
      isHalf ? view.getUint32(offset, true) : width.read(view, offset),
    ]),
  );
}

/**
 * Returns the records that lie end to end from an address on, which an export of a module left there.
 *
 * @param {(address: number, length: number) => ArrayBuffer} reach see `attempt` of engine.js
 * @param {Width} width
 * @param {string[]} names
 * @param {number} address
 * @param {number} count
 */
export function recordsAt(reach, width, names, address, count) {
  const bytes = recordBytes(names, width);
  const buffer = reach(address, count * bytes);
  return Array.from({ length: count }, (_, index) =>
    recordOf(names, width, buffer, address + index * bytes),
  );
}

/** Returns the statistics of a heap, with those of its size classes, which lie behind them. */
export function statisticsAt(reach, width, address) {
  const [figures] = recordsAt(reach, width, statistics, address, 1);
  const classesAt = address + recordBytes(statistics, width);
  return { ...figures, classes: recordsAt(reach, width, sizeClass, classesAt, sizeClassCount) };
}

/** Writes a field of the record at an address. */
export function setField(names, width, buffer, address, field, value) {
  const view = new DataView(buffer, address, recordBytes(names, width));
  width.write(view, placesOf(names, width).find(({ name }) => name === field).offset, value);
}

/** Returns where each field lies in its record. */
function placesOf(names, { wordBytes }) {
  let end = 0;
  return names.map((name) => {
    const isHalf = halves.includes(name);
    const size = isHalf ? 4 : wordBytes;
    const offset = Math.ceil(end / size) * size;
    end = offset + size;
    return { name, offset, end, isHalf };
  });
}
