// Random operations on a shadow heap: the property test of every product. A run goes through phases, each
// with its own lengths, alignments and share of frees, so that heaps fill, fragment, empty and fill again
// with other sizes.

import { Random } from "./random.js";
import { ShadowHeap } from "./shadow-heap.js";

const operationsInPhase = 5_000;
const mostBlocks = 1_500;

/** Lengths of a phase; `random` gives one. Most phases are small objects, as most programs are. */
const lengthsOf = [
  (random) => random.length(7),
  (random) => random.length(10),
  (random) => 1 + random.below(1100),
  (random) => random.length(15),
  (random) => (random.oneIn(20) ? random.length(18) : random.length(9)),
  (random) => [24, 48, 100, 1000, 4096][random.below(5)],
];

/**
 * @param {import("./heap.js").Heap} heap a fresh one
 * @param {{seed: number, operations: number, isLimited: boolean}} run isLimited: whether memory is short
 * @returns {Record<string, number>} how often each kind of thing happened
 */
export function shadowRun(heap, { seed, operations, isLimited }) {
  const random = new Random(seed);
  const shadow = new ShadowHeap(heap);
  const counts = { alloc: 0, refused: 0, resize: 0, resized: 0, remap: 0, moved: 0, free: 0 };
  let phase;
  for (let operation = 0; operation < operations; operation++) {
    if (operation % operationsInPhase === 0) {
      phase = newPhase(random, isLimited);
      if (random.oneIn(8)) shadow.freeAll();
    }
    try {
      step(shadow, random, phase, counts);
    } catch (error) {
      error.message = `SEED=${seed}, operation ${operation}, ${heap.product.name}: ${error.message}`;
      throw error;
    }
  }
  shadow.checkAll();
  shadow.freeAll();
  shadow.checkAll();
  return counts;
}

function newPhase(random, isLimited) {
  const lengthOf = lengthsOf[random.below(lengthsOf.length)];
  return {
    lengthOf,
    blocks: 10 + random.below(mostBlocks),
    freesInTen: 3 + random.below(5),
    alignments: random.oneIn(3) ? 13 : 5,
    strangers: random.oneIn(4),
    isLimited,
  };
}

function step(shadow, random, phase, counts) {
  if (phase.strangers && random.oneIn(2_000)) shadow.growAsStranger(1 + random.below(3));
  const choice = random.below(10);
  if (shadow.count === 0 || (shadow.count < phase.blocks && choice >= phase.freesInTen)) {
    counts.alloc++;
    // Where memory is short, now and then a length that cannot be had.
    const length = phase.isLimited && random.oneIn(50) ? random.length(25) : phase.lengthOf(random);
    const alignment = random.below(random.oneIn(100) ? 17 : phase.alignments);
    if (!shadow.alloc(length, alignment)) {
      counts.refused++;
      for (let i = 0; i < 3 && shadow.count > 0; i++) shadow.free(anyOf(shadow, random));
    }
    return;
  }
  const block = anyOf(shadow, random);
  if (choice > 1) {
    counts.free++;
    shadow.free(block);
    return;
  }
  const newLength = nextLength(random, phase, block.length);
  if (choice === 0) {
    counts.resize++;
    if (shadow.resize(block, newLength)) counts.resized++;
  } else {
    counts.remap++;
    const { address } = block;
    if (shadow.remap(block, newLength) && block.address !== address) counts.moved++;
  }
}

const anyOf = (shadow, random) => shadow.at(random.below(shadow.count));

function nextLength(random, phase, length) {
  switch (random.below(4)) {
    case 0:
      return phase.lengthOf(random);
    case 1:
      return Math.max(1, length - 16 + random.below(33));
    case 2:
      return length * 2;
    default:
      return Math.max(1, length >> 1);
  }
}
