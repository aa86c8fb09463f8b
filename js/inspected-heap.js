// A heap that can be inspected, over granary-inspect.wasm. The module leaves its records in its memory and
// answers with their addresses.

import { GranaryError } from "./errors.js";
import { engineCall, face, forgetBlocks, fourCalls } from "./face.js";
import { Heap } from "./heap.js";
import { item, itemKinds, recordOf, sizeClass, sizeClassCount, statistics } from "./layouts.js";
import { rules } from "./sentences.js";

export const inspectCalls = ["stats", "walk", "verify", "trim", "reset"];

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
    const wordsOfClasses = sizeClass.length * sizeClassCount;
    const words = this[engineCall]("stats", (wordsAt) =>
      wordsAt(this.exports.stats(), statistics.length + wordsOfClasses),
    );
    const ofClasses = words.subarray(statistics.length);
    return {
      ...recordOf(statistics, words),
      classes: Array.from({ length: sizeClassCount }, (_, index) =>
        recordOf(sizeClass, ofClasses, index),
      ),
    };
  }

  walk() {
    const items = [];
    // The last item of a memory of 4 GiB ends at 2^32, which is no address.
    for (let address = 0; address < addressSpace;) {
      const words = this[engineCall]("walk", (wordsAt) =>
        wordsAt(this.exports.walk(address), item.length),
      );
      const found = recordOf(item, words);
      const kind = itemKinds[found.kind];
      if (kind === "end") break;
      items.push({ ...found, kind });
      // A broken item does not lead to another one.
      if (kind === "broken") break;
      address = found.address + found.size;
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
