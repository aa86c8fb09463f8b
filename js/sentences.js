// The sentences that tell people what was wrong: one for each kind of fault, and one for each rule of a
// whole heap.

/**
 * "free(9024, 100 bytes) by 3: the block of 96 bytes at 9024 was freed before; allocated by 7, freed by 9"
 *
 * @param {object} facts the properties of a GranaryFault in checked-heap.d.ts
 * @param {number} alignmentLog2 as the call was given it
 * @param {number} [bits] those of an address
 * @param {(caller: number) => string} [shownCaller] makes a name of a caller's number
 */
export function sentenceOf(facts, alignmentLog2, bits = 32, shownCaller = String) {
  const wrong = byKind[facts.kind](facts, alignmentLog2, bits);
  return `${callOf(facts, shownCaller)}: ${wrong}${historyOf(facts, shownCaller)}`;
}

/** Returns the call as it was made, with the operands that say something about the fault. */
function callOf({ call, address, length, newLength, caller, heap = 0 }, shownCaller) {
  const where = heap === 0 ? "" : ` in ${shownHeap(heap)}`;
  const by = caller === 0 ? where : `${where} by ${shownCaller(caller)}`;
  if (call === "check") return call;
  if (call === "reset" || call === "destroy") return `${call}(${heap})`;
  if (call === "alloc") return `alloc(${bytes(length)})${by}`;
  // Calls that take only an address, like C's free, leave a length of 0.
  const from = length === 0 ? "" : `, ${bytes(length)}`;
  const to = newLength === null ? "" : ` to ${bytes(newLength)}`;
  return `${call}(${address}${from}${to})${by}`;
}

const byKind = {
  "null-pointer": () => "no block has the address 0",
  "outside-memory": () => "the address lies past the end of the memory",
  "not-a-block": () => "no block begins there, nor did one lately",
  misaligned: ({ alignment }) =>
    `no block begins there, and the address is no multiple of the alignment, ${alignment}`,
  "inside-block": ({ address, block }) =>
    `a pointer is the beginning of a block; this is ${placeIn(block, address)} live ${shownBlock(block)}`,
  "inside-freed-block": ({ address, block }) =>
    `a pointer is the beginning of a block; this is ${placeIn(block, address)} freed ${shownBlock(block)}`,
  "freed-block": ({ block }) => `the ${shownBlock(block)} was freed before`,
  "wrong-length": ({ length, block }) =>
    `the block at ${block.address} has ${bytes(block.length)}, not ${length}`,
  "wrong-alignment": ({ block }, log2) =>
    `the ${shownBlock(block)} has the alignment ${block.alignment}, not ${shownAlignment(log2)}`,
  "written-before-start": ({ block }) => `the bytes below the ${shownBlock(block)} were written to`,
  "written-past-end": ({ block }) =>
    `the bytes past the end of the ${shownBlock(block)} were written to`,
  "written-after-free": ({ block }) => `the ${shownBlock(block)} was written to after it was freed`,
  "new-length-zero": () => "a new length is at least 1; free ends a block",
  "alignment-out-of-range": (_, log2, bits) =>
    `an alignment is passed as its logarithm, 0 to ${bits - 1}, not ${log2}`,
  "other-heap": ({ block, heap }) =>
    `the ${shownBlock(block)} is one of ${shownHeap(block.heap)}, not of ${shownHeap(heap)}`,
  "not-an-arena": ({ heap }) => `no arena is at ${heap}`,
  "destroyed-arena": ({ heap }) => `${shownHeap(heap)} was destroyed before`,
};

function historyOf({ block }, shownCaller) {
  const { allocatedBy = 0, freedBy = 0 } = block ?? {};
  const facts = [];
  if (allocatedBy !== 0) facts.push(`allocated by ${shownCaller(allocatedBy)}`);
  if (freedBy !== 0) facts.push(`freed by ${shownCaller(freedBy)}`);
  return facts.length === 0 ? "" : `; ${facts.join(", ")}`;
}

/** Returns where an address lies that is in the block or in the zones around it. */
function placeIn({ address: begin, length }, address) {
  if (address < begin) return `${bytes(begin - address)} below the`;
  if (address < begin + length) return `${bytes(address - begin)} into the`;
  const past = address - begin - length;
  return past === 0 ? "the end of the" : `${bytes(past)} past the end of the`;
}

const shownBlock = ({ address, length }) => `block of ${bytes(length)} at ${address}`;

const shownHeap = (heap) => (heap === 0 ? "the heap itself" : `the arena at ${heap}`);

const shownAlignment = (log2) => (log2 < 32 ? `${2 ** log2}` : `2^${log2}`);

const bytes = (count) => (count === 1 ? "1 byte" : `${count} bytes`);

/** The rules by number, each with its name and its sentence in include/ of the sources. */
export const rules = [
  ["none", "every rule holds"],
  [
    "extents",
    "the first block lies where a region begins, and the top, the span table and the end of the heap follow it inside the memory; a heap that was never used has none of them",
  ],
  [
    "table",
    "the span table has a record for each 16 KiB of the heap and ends where the heap ends; that of a large heap lies in whole pages and has a record for each 16 KiB of all addresses",
  ],
  [
    "ladder",
    "the size class of every length and the slots of every size class are those of the engine",
  ],
  ["grown", "the heap counts as many grown pages as its regions have beyond the initial memory"],
  ["fresh", "memory that was never used is zero"],
  [
    "block-size",
    "the tag of a block is a multiple of 16 plus three flags, and its size leads to the block above, and at last to the top",
  ],
  ["previous-free", "the tag of a block tells whether the block below it is free"],
  ["free-neighbour", "no free block touches another one or the top"],
  ["free-size", "a free block ends with its size"],
  ["gap", "a gap begins where a wasm page ends, ends where one begins, and is not free"],
  ["bin-link", "the blocks of a bin are free, of its sizes, and linked both ways"],
  ["bin-bitmap", "the bit of a bin that holds a block is set"],
  ["bin-count", "every free block is in a bin"],
  ["record", "the record of 16 KiB that are no span is empty"],
  ["span-class", "the size class of a span is one of the 48"],
  ["free-list", "the free slots of a span are slots of it, each listed once"],
  ["span-count", "the count of a span agrees with its free slots"],
  ["current", "the current span of a size class is one of its spans"],
  [
    "waiting-list",
    "the slots on the waiting list of a size class are free ones of its current span",
  ],
  ["queue", "the queue of a size class is a ring of its listed spans, linked both ways"],
  ["class-spans", "a size class has as many spans as it counts"],
  [
    "unavailable",
    "no free block can hold the request for which, as noted, a search of all free blocks found nothing",
  ],
];
