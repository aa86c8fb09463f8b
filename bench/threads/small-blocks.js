// A trace without its large blocks: only those lives of a block stay in which it never has more bytes than
// a size class. What their calls cost can be counted by itself then.

import { alignedSizeMask, handleMask, Kind, kindShift } from "../trace-format.js";

const largestSmall = 2048;

/**
 * @param {import("../trace-format.js").Trace} trace
 * @returns {import("../trace-format.js").Trace}
 */
export function smallBlocksOf(trace) {
  const { words } = trace;
  const lifeOf = new Int32Array(trace.handleCount);
  /** The life that each operation belongs to. */
  const lives = new Int32Array(words.length / 2);
  const isSmall = [];
  for (let at = 0; at < words.length; at += 2) {
    const kind = words[at] >>> kindShift;
    const handle = words[at] & handleMask;
    const bytes = kind === Kind.alignedAlloc ? words[at + 1] & alignedSizeMask : words[at + 1];
    if (kind === Kind.alloc || kind === Kind.alignedAlloc) lifeOf[handle] = isSmall.push(true) - 1;
    lives[at / 2] = lifeOf[handle];
    if (kind !== Kind.free && bytes > largestSmall) isSmall[lifeOf[handle]] = false;
  }
  const kept = words.filter((_, index) => isSmall[lives[index >> 1]]);
  return { ...trace, words: kept, operationCount: kept.length / 2 };
}
