// A heap that catches what goes wrong in its memory, whoever does it: over granary-checked.wasm. Every
// call of it runs under guard.

import { checkOptions, checkedNumber } from "./checks.js";
import { face, fourCalls } from "./face.js";
import { guarded } from "./faults.js";
import { InspectedHeap, inspectCalls, wordsAt } from "./inspected-heap.js";

const limitNames = ["quarantine", "fill"];

export class CheckedHeap extends InspectedHeap {
  static [face] = {
    className: "CheckedHeap",
    like: "granary-checked.wasm",
    module: () => new URL("./granary-checked.wasm", import.meta.url),
    exports: [...fourCalls, ...inspectCalls, "fault", "leaks", "check", "set_limits"],
    calls: ({ exports, memory }) =>
      Object.fromEntries(
        fourCalls.map((name) => [
          name,
          (...operands) => guarded(memory, exports.fault, () => exports[name](...operands)),
        ]),
      ),
  };

  guard(run) {
    return guarded(this.memory, this.exports.fault, run);
  }

  check() {
    this.guard(() => this.exports.check());
  }

  leaks() {
    const [blockCount, bytes, groupCount, groups] = wordsAt(this.memory, this.exports.leaks(), 4);
    const words = wordsAt(this.memory, groups, 3 * groupCount);
    return {
      blockCount,
      bytes,
      groups: Array.from({ length: groupCount }, (_, i) => {
        const [allocatedBy, blockCount, bytes] = words.subarray(3 * i, 3 * i + 3);
        return { allocatedBy, blockCount, bytes };
      }),
    };
  }

  setLimits(limits) {
    checkOptions("setLimits", limits, limitNames);
    const [quarantine, fill] = limitNames.map((name) =>
      checkedNumber("setLimits", name, limits[name]),
    );
    this.guard(() => this.exports.set_limits(quarantine, fill));
  }
}
