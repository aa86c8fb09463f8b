// A heap that catches misuses in its memory, whatever code makes them. It runs over granary-checked.wasm,
// or, in a memory that other code uses too, over granary-checked-import.wasm. Each of its calls runs under
// guard.

import { checkOptions, checkedNumber } from "./checks.js";
import { engineCall, face, fourCalls } from "./face.js";
import { guarded } from "./faults.js";
import { InspectedHeap, inspectCalls } from "./inspected-heap.js";
import { leakGroup, leakReport, recordOf } from "./layouts.js";

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
    const [report, words] = this[engineCall]("leaks", (wordsAt) => {
      const report = recordOf(leakReport, wordsAt(this.exports.leaks(), leakReport.length));
      return [report, wordsAt(report.groups, report.groupCount * leakGroup.length)];
    });
    const { blockCount, bytes, groupCount } = report;
    return {
      blockCount,
      bytes,
      groups: Array.from({ length: groupCount }, (_, index) => recordOf(leakGroup, words, index)),
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
