// What the map says in words: of an address, and of a heap as a whole. Whoever does not see the picture reads
// the same here.

import { itemKinds } from "../js/layouts.js";
import { Kind, noClass } from "./items.js";
import { pageBytes } from "./layout.js";
import { slotsPerSpan } from "./span-table.js";

export const number = (value) => Math.round(value).toLocaleString("en");
export const hex = (address) => `0x${address.toString(16)}`;
export const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** Returns a number of bytes as it is. */
const exactly = (count) => `${number(count)} ${count === 1 ? "byte" : "bytes"}`;

/** Returns a number of bytes in the unit that it is read best in. */
export function bytes(count) {
  if (count < 1024) return exactly(count);
  const [unit, name] = count < 1 << 20 ? [1024, "KiB"] : [1 << 20, "MiB"];
  return `${(count / unit).toLocaleString("en", { maximumFractionDigits: 1 })} ${name}`;
}

const plainly = {
  [Kind.free]: "a free block",
  [Kind.gap]: "memory of others, in which the heap has nothing",
  [Kind.top]: "the free memory at the end of the heap",
  [Kind.records]: "the span table",
  [Kind.broken]: "no item, because the heap's own words were overwritten",
  [Kind.data]: "the data of the module, below the heap",
};

/**
 * Says what lies at an address.
 *
 * @param {import("./items.js").Items} items
 * @param {number} index of the item at the address
 * @param {number} address
 * @param {Record<string, number>[]} [classes] of the statistics
 * @param {{address: number, length: number, caller?: string}} [block] at the address, where one is known
 */
export function describeItem(items, index, address, classes, block) {
  const place = `page ${number(Math.floor(address / pageBytes) + 1)}`;
  const within = whatIs(items, index, classes);
  if (block === undefined) {
    const begin = items.address[index];
    return `${hex(begin)}, ${place}: ${within}`;
  }
  const caller = block.caller === undefined ? "" : `, ${block.caller}`;
  const what = `block of ${exactly(block.length)}${caller}`;
  const isItself = [Kind.block, Kind.unknown].includes(items.kind[index]) || classes === undefined;
  return `${hex(block.address)}, ${place}: ${what}${isItself ? "" : `; in ${within}`}`;
}

function whatIs(items, index, classes) {
  const size = bytes(items.size[index]);
  const [kind, sizeClass, live] = [items.kind[index], items.sizeClass[index], items.live[index]];
  if (kind === Kind.span && sizeClass !== noClass && classes !== undefined) {
    const { slotSize } = classes[sizeClass];
    const share = `${number(live / slotSize)} of ${number(slotsPerSpan(classes[sizeClass]))} live`;
    return `a span of slots of ${bytes(slotSize)}, ${share}`;
  }
  if (kind === Kind.span) return "a span of small blocks";
  if (kind === Kind.block && classes !== undefined)
    return `a live block with room for ${bytes(live)}`;
  if (live > 0) return `blocks with ${bytes(live)} in ${size}`;
  if (kind === Kind.unknown) return `${size} without a live block`;
  return `${plainly[kind] ?? itemKinds[kind]}, ${size}`;
}

/**
 * Sums up what a picture shows: what the items have, which the statistics have to agree with.
 *
 * @param {import("./items.js").Items} items
 * @param {{slotSize: number}[]} classes
 */
export function sumsOf(items, classes) {
  const bytesOf = new Float64Array(Object.keys(Kind).length);
  let [liveBytes, blocks, freeSlotBytes, largestFree] = [0, 0, 0, 0];
  for (let index = 0; index < items.count; index++) {
    const [kind, size, live] = [items.kind[index], items.size[index], items.live[index]];
    bytesOf[kind] += size;
    liveBytes += live;
    if (kind === Kind.block) blocks++;
    if ((kind === Kind.free || kind === Kind.top) && size > largestFree) largestFree = size;
    if (kind !== Kind.span || items.sizeClass[index] === noClass) continue;
    const of = classes[items.sizeClass[index]];
    blocks += live / of.slotSize;
    freeSlotBytes += slotsPerSpan(of) * of.slotSize - live;
  }
  const heapKinds = [Kind.block, Kind.span, Kind.free, Kind.top, Kind.records];
  return {
    heapBytes: heapKinds.reduce((sum, kind) => sum + bytesOf[kind], 0),
    liveBytes,
    freeBytes: bytesOf[Kind.free] + bytesOf[Kind.top] + freeSlotBytes,
    freeSlotBytes,
    recordBytes: bytesOf[Kind.records],
    largestFreeBytes: largestFree,
    liveBlockCount: blocks,
    otherBytes: bytesOf[Kind.gap],
  };
}

/** Returns the share of the free memory that no single block can have. */
export const fragmentation = ({ freeBytes, largestFreeBytes }) =>
  freeBytes === 0 ? 0 : 1 - largestFreeBytes / freeBytes;
