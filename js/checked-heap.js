// A heap that catches misuses in its memory, whatever code makes them. It runs over granary-checked.wasm,
// or, in a memory that other code uses too, over granary-checked-import.wasm. Each of its calls runs under
// guard.

import { checkOptions, checkedNumber } from "./checks.js";
import { engineCall, face, fourCalls } from "./face.js";
import { guarded } from "./faults.js";
import { InspectedHeap, inspectCalls } from "./inspected-heap.js";

const limitNames = ["quarantine", "fill"];

export class CheckedHeap extends InspectedHeap {
  static [face] = {
    className: "CheckedHeap",
    like: "granary-checked.wasm",
    module: () => new URL("./granary-checked.wasm", import.meta.url),
    importing: () => new URL("./granary-checked-import.wasm", import.meta.url),
    exports: [...fourCalls, ...inspectCalls, "fault", "leaks", "check", "set_limits"],
    calls: ({ exports, memory }) =>
      Object.fromEntries(
        fourCalls.map((name) => [
          name,
          (...operands) => guarded(memory, exports.fault, () => exports[name](...operands)),
        ]),
      ),
    whenBroken:
      "`verify` names the rule that does not hold, and `check` a block that was hit as well",
  };

  guard(run) {
    return guarded(this.memory, this.exports.fault, run);
  }

  [engineCall](name, run) {
    return super[engineCall](name, (wordsAt) =>
      guarded(this.memory, this.exports.fault, () => run(wordsAt)),
    );
  }

  check() {
    this[engineCall]("check", () => this.exports.check());
  }

  leaks() {
    const [blockCount, bytes, groupCount, words] = this[engineCall]("leaks", (wordsAt) => {
      const [blockCount, bytes, groupCount, groups] = wordsAt(this.exports.leaks(), 4);
      return [blockCount, bytes, groupCount, wordsAt(groups, 3 * groupCount)];
    });
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
    const { quarantine, fill } = limits;
    checkedNumber("setLimits", "quarantine", quarantine);
    checkedNumber("setLimits", "fill", fill);
    this[engineCall]("setLimits", () => this.exports.set_limits(quarantine, fill));
  }
}
