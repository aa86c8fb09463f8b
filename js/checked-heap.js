// A heap that catches misuses in its memory, whatever code makes them. It runs over granary-checked.wasm,
// or, in a memory that other code uses too, over granary-checked-import.wasm. Each of its calls runs under
// guard.

import { checkOptions, checkedNumber } from "./checks.js";
import { engineCall, face, fourCalls } from "./face.js";
import { guarded } from "./faults.js";
import { InspectedHeap, inspectCalls } from "./inspected-heap.js";
import { leakGroup, leakReport, recordsAt } from "./layouts.js";
import { unsigned, widths } from "./width.js";

const limitNames = ["quarantine", "fill"];

export class CheckedHeap extends InspectedHeap {
  static [face] = {
    className: "CheckedHeap",
    module: "granary-checked",
    files: {
      "granary-checked.wasm": () => new URL("./granary-checked.wasm", import.meta.url),
      "granary-checked-import.wasm": () =>
        new URL("./granary-checked-import.wasm", import.meta.url),
      "granary-checked64.wasm": () => new URL("./granary-checked64.wasm", import.meta.url),
      "granary-checked-import64.wasm": () =>
        new URL("./granary-checked-import64.wasm", import.meta.url),
    },
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
    return super[engineCall](name, (reach) =>
      guarded(this.memory, this.exports.fault, () => run(reach)),
    );
  }

  check() {
    this[engineCall]("check", () => this.exports.check());
  }

  leaks() {
    const width = widths[this.width];
    return this[engineCall]("leaks", (reach) => {
      const [report] = recordsAt(reach, width, leakReport, unsigned(this.exports.leaks()), 1);
      const { blockCount, bytes, groupCount, groups } = report;
      return { blockCount, bytes, groups: recordsAt(reach, width, leakGroup, groups, groupCount) };
    });
  }

  setLimits(limits) {
    checkOptions("setLimits", limits, limitNames);
    const { quarantine, fill } = limits;
    const width = widths[this.width];
    const words = Object.entries({ quarantine, fill }).map(([name, given]) =>
      width.word(checkedNumber(width, "setLimits", name, given)),
    );
    this[engineCall]("setLimits", () => this.exports.set_limits(...words));
  }
}
