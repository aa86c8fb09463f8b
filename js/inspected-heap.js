// A heap that can be inspected, over granary-inspect.wasm. The module leaves its records in its memory and
// answers with their addresses.

import { GranaryError } from "./errors.js";
import { engineCall, extentNow, face, forgetBlocks, fourCalls, widthOf } from "./face.js";
import { Heap } from "./heap.js";
import { item, itemKinds, recordsAt, statisticsAt } from "./layouts.js";
import { rules } from "./sentences.js";
import { unsigned } from "./width.js";

export const inspectCalls = ["stats", "walk", "verify", "trim", "reset"];

export class InspectedHeap extends Heap {
  static [face] = {
    className: "InspectedHeap",
    module: "granary-inspect",
    files: {
      "granary-inspect.wasm": () => new URL("./granary-inspect.wasm", import.meta.url),
      "granary-inspect64.wasm": () => new URL("./granary-inspect64.wasm", import.meta.url),
    },
    exports: [...fourCalls, ...inspectCalls],
    calls: ({ exports }) => exports,
    whenBroken:
      "`verify` names the rule that does not hold, and a CheckedHeap, which has the same calls, " +
      "finds wrong writes",
  };

  stats() {
    return this[engineCall]("stats", (reach) =>
      statisticsAt(reach, this[widthOf], unsigned(this.exports.stats())),
    );
  }

  walk() {
    const items = [];
    const width = this[widthOf];
    // The last item of a memory of 4 GiB ends at 2^32, which is no address of 32 bits.
    for (let address = 0; address <= width.largest;) {
      const [found] = this[engineCall]("walk", (reach) =>
        recordsAt(reach, width, item, unsigned(this.exports.walk(width.word(address))), 1),
      );
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
    return unsigned(this[engineCall]("trim", () => this.exports.trim()));
  }

  reset() {
    this[engineCall]("reset", () => this.exports.reset());
    this[forgetBlocks]();
  }

  [extentNow]() {
    return `${super[extentNow]()}; the largest free block has ${this.stats().largestFreeBytes} bytes`;
  }
}
