// A heap that catches misuses in its memory, whatever code makes them. It runs over granary-checked.wasm,
// or, in a memory that other code uses too, over granary-checked-import.wasm. Each of its calls runs under
// guard.

import { callersFor } from "./call-sites.js";
import { checkOptions, checkedNumber } from "./checks.js";
import { GranaryError } from "./errors.js";
import { engineCall, engineOf, face, fourCalls, widthOf } from "./face.js";
import { guarded } from "./faults.js";
import { InspectedHeap, inspectCalls } from "./inspected-heap.js";
import { readOptions } from "./instantiate.js";
import { leakGroup, leakReport, recordsAt } from "./layouts.js";
import { descriptionOf } from "./leak-text.js";
import { unsigned } from "./width.js";

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
    options: readCheckedOptions,
    calls: (running) =>
      Object.fromEntries(
        fourCalls.map((name) => [name, (...operands) => guardedCall(running, name, operands)]),
      ),
    whenBroken:
      "`verify` names the rule that does not hold, and `check` a block that was hit as well",
  };

  guard(run) {
    return guarded(this.memory, this.exports.fault, run, this[engineOf].callers);
  }

  [engineCall](name, run) {
    const { callers } = this[engineOf];
    return super[engineCall](name, (reach) =>
      guarded(this.memory, this.exports.fault, () => run(reach), callers),
    );
  }

  check() {
    this[engineCall]("check", () => this.exports.check());
  }

  leaks() {
    const width = this[widthOf];
    return this[engineCall]("leaks", (reach) => {
      const [report] = recordsAt(reach, width, leakReport, unsigned(this.exports.leaks()), 1);
      const { blockCount, bytes, groupCount, groups } = report;
      const numbered = recordsAt(reach, width, leakGroup, groups, groupCount);
      return { blockCount, bytes, groups: numbered.map((group) => this.#named(group)) };
    });
  }

  describeLeaks() {
    return descriptionOf(this.leaks());
  }

  assertNoLeaks() {
    const report = this.leaks();
    if (report.blockCount === 0) return;
    throw new GranaryError("ERR_LEAK", `assertNoLeaks: ${descriptionOf(report)}`);
  }

  callSite(number) {
    const site = this[engineOf].callers.siteOf(number);
    return site === undefined ? null : { name: site.name ?? null, frames: [...site.frames] };
  }

  setLimits(limits) {
    checkOptions("setLimits", limits, limitNames);
    const { quarantine, fill } = limits;
    const width = this[widthOf];
    const words = Object.entries({ quarantine, fill }).map(([name, given]) =>
      width.word(checkedNumber(width, "setLimits", name, given)),
    );
    this[engineCall]("setLimits", () => this.exports.set_limits(...words));
  }

  /** Returns a group with the words for its caller, where there are any. */
  #named(group) {
    const { callers } = this[engineOf];
    const site = callers.siteOf(group.allocatedBy);
    if (site === undefined) return group;
    return { ...group, name: callers.shown(group.allocatedBy), frames: [...site.frames] };
  }
}

function guardedCall({ memory, exports, callers }, name, operands) {
  return guarded(memory, exports.fault, () => exports[name](...operands), callers);
}

/** @returns {import("./instantiate.js").Options} */
function readCheckedOptions(call, given) {
  const options = readOptions(call, given, ["stacks"]);
  return { ...options, callers: callersFor(call, given.stacks) };
}
