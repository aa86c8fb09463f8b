// A heap that can be inspected, over granary-inspect.wasm. The module leaves its records in its memory and
// answers with their addresses.

import { GranaryError } from "./errors.js";
import { engineCall, face, forgetBlocks, fourCalls } from "./face.js";
import { Heap } from "./heap.js";
import { rules } from "./sentences.js";

export const inspectCalls = ["stats", "walk", "verify", "trim", "reset"];

/** The words of the statistics (include/granary_inspect.h of the sources), in their order. */
const statisticsNames = [
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
const classCount = 48;
const classWords = 4;

/** By number: the items of a walk. */
const itemKinds = ["end", "block", "span", "free", "gap", "top", "records", "broken"];

const addressSpace = 2 ** 32;

export class InspectedHeap extends Heap {
  static [face] = {
    className: "InspectedHeap",
    like: "granary-inspect.wasm",
    module: () => new URL("./granary-inspect.wasm", import.meta.url),
    exports: [...fourCalls, ...inspectCalls],
    calls: ({ exports }) => exports,
    whenBroken:
      "`verify` names the rule that does not hold, and a CheckedHeap, which has the same calls, " +
      "finds wrong writes",
  };

  stats() {
    const words = this[engineCall]("stats", (wordsAt) =>
      wordsAt(this.exports.stats(), statisticsNames.length + classCount * classWords),
    );
    const statistics = Object.fromEntries(statisticsNames.map((name, i) => [name, words[i]]));
    statistics.classes = Array.from({ length: classCount }, (_, i) => {
      const first = statisticsNames.length + i * classWords;
      const [slotSize, spans, liveSlots, freeSlots] = words.subarray(first, first + classWords);
      return { slotSize, spans, liveSlots, freeSlots };
    });
    return statistics;
  }

  walk() {
    const items = [];
    // The last item of a memory of 4 GiB ends at 2^32, which is no address.
    for (let address = 0; address < addressSpace;) {
      const [kind, at, size] = this[engineCall]("walk", (wordsAt) =>
        wordsAt(this.exports.walk(address), 3),
      );
      if (kind === itemKinds.indexOf("end")) break;
      items.push({ kind: itemKinds[kind], address: at, size });
      // A broken item does not lead to another one.
      if (kind === itemKinds.indexOf("broken")) break;
      address = at + size;
    }
    return items;
  }

  verify() {
    const number = this[engineCall]("verify", () => this.exports.verify());
    if (number === 0) return;
    const [name, sentence] = rules[number] ?? ["unknown", "this package does not know that rule"];
    throw new GranaryError(
      "ERR_BROKEN",
      `verify: the heap's own words were overwritten: rule ${number} (${name}) does not hold: ${sentence}`,
    );
  }

  trim() {
    return this[engineCall]("trim", () => this.exports.trim()) >>> 0;
  }

  reset() {
    this[engineCall]("reset", () => this.exports.reset());
    this[forgetBlocks]();
  }
}
