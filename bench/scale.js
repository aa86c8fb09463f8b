// The scale rows: one mix of sizes under random replacement, at more and more live bytes. The heap
// is filled, then every block is replaced once, so that it is as scattered as a heap gets, and only
// the replacements after that are timed.
//
// The random numbers are the same in every run.

import { OperationBuilder } from "./operations.js";
import { randomNumbers } from "./random.js";

const timedReplacements = 100_000;

// Shares of blocks, and the lengths (from, below) they are drawn from evenly: about 400 bytes on
// average.
const sizeMix = [
  { share: 0.5, from: 8, below: 64 },
  { share: 0.3, from: 64, below: 256 },
  { share: 0.15, from: 256, below: 1024 },
  { share: 0.05, from: 1024, below: 8192 },
];

function randomLength(random) {
  let left = random();
  for (const { share, from, below } of sizeMix) {
    if (left < share) return from + Math.floor((left / share) * (below - from));
    left -= share;
  }
  return sizeMix.at(-1).from;
}

function lengthsUpTo(liveBytes, random) {
  const lengths = [];
  for (let bytes = 0; bytes < liveBytes; bytes += lengths.at(-1)) {
    lengths.push(randomLength(random));
  }
  return lengths;
}

// `agedAt`: where the timed part begins.
export function scaleWorkload(liveMebibytes, alignment) {
  const random = randomNumbers(liveMebibytes);
  const lengths = lengthsUpTo(liveMebibytes * 2 ** 20, random);
  const slotCount = lengths.length;
  const replacements = slotCount + timedReplacements;
  const builder = new OperationBuilder(slotCount + 2 * replacements, slotCount, alignment);
  lengths.forEach((length, slot) => builder.alloc(slot, length));
  let agedAt;
  for (let replaced = 0; replaced < replacements; replaced += 1) {
    if (replaced === slotCount) agedAt = builder.position;
    const slot = Math.floor(random() * slotCount);
    builder.free(slot);
    builder.alloc(slot, randomLength(random));
  }
  return {
    name: `${liveMebibytes} MiB live`,
    peakLiveBytes: liveMebibytes * 2 ** 20,
    operations: builder.finish(),
    agedAt,
  };
}
