// A heap whose misuses are caught, with a method for each export of the checked modules. It takes any
// program that exports the same. Its records are those of include/.

import assert from "node:assert/strict";
import { InspectedHeap } from "./inspected-heap.js";
import { hostPages, openHeap, pageSize, productNamed } from "./products.js";
import { namesOf, recordOf } from "./public-headers.js";
import { addressBits } from "./width.js";

/** By number. */
const faultKinds = namesOf("granary_fault_kind");
const calls = namesOf("granary_call");

export const faultBytes = recordOf("granary_fault_record").bytes;

/** The patterns of the zones and of the bytes of a block: alloc/checks/red_zone.h. */
export const patterns = { zone: 0xb7, fresh: 0xcd, freed: 0xdb };
export const zoneBytes = 16;

/** The stack of a module or program of these tests; over an imported memory, in the page it takes. */
const ownStack = { begin: 0, end: 4096 };
const importedStack = { begin: hostPages * pageSize, end: hostPages * pageSize + 2048 };

/** The limits at the start, in bytes. */
export const defaults = { quarantine: 65536, fill: 64 };

export class CheckedHeap extends InspectedHeap {
  /** A fresh granary-checked.wasm, or another product; other options as for `openHeap`. */
  static open({ productName = "granary-checked", ...options } = {}) {
    const product = productNamed(productName);
    return new CheckedHeap(openHeap(product, options).exports, product);
  }

  /** The exports of a program with the same names. */
  static of(exports) {
    return new CheckedHeap(exports, { addressBits });
  }

  // The four calls take their caller as the last argument.

  alloc(length, alignment = 4, caller = 0) {
    return super.alloc(length, alignment, 0, caller);
  }

  resize(address, length, alignment, newLength, caller = 0) {
    return super.resize(address, length, alignment, newLength, caller);
  }

  remap(address, length, alignment, newLength, caller = 0) {
    return super.remap(address, length, alignment, newLength, caller);
  }

  free(address, length, alignment = 4, caller = 0) {
    super.free(address, length, alignment, caller);
  }

  /** Looks at every block now. */
  check() {
    this.exports.check();
  }

  setLimits({ quarantine = defaults.quarantine, fill = defaults.fill }) {
    this.exports.set_limits(this.word(quarantine), this.word(fill));
  }

  get stack() {
    return this.product.imported ? importedStack : ownStack;
  }

  get faultAddress() {
    return this.number(this.exports.fault.value);
  }

  /** The latest fault, its kind and call by name. */
  get fault() {
    const fault = this.recordAt(this.faultAddress, "granary_fault_record");
    return { ...fault, kind: faultKinds[fault.kind], call: calls[fault.call] };
  }

  /** Makes a call that has to trap, and returns the fault. */
  caught(call) {
    const { __stack_pointer: stackPointer } = this.exports;
    const top = stackPointer?.value;
    this.fill(this.faultAddress, faultBytes, 0);
    assert.throws(call, WebAssembly.RuntimeError);
    // The module's calls have nothing on the stack when they trap. Those of a program may: whoever
    // goes on with it has to take that away.
    if (stackPointer) stackPointer.value = top;
    return this.fault;
  }

  /** The live blocks by the callers that allocated them. */
  leaks() {
    const report = this.number(this.exports.leaks());
    const { groupCount, groups, ...totals } = this.recordAt(report, "granary_leak_report");
    const { bytes: groupBytes } = recordOf("granary_leak_group");
    return {
      ...totals,
      groups: Array.from({ length: groupCount }, (_, index) =>
        this.recordAt(groups + index * groupBytes, "granary_leak_group"),
      ),
    };
  }
}
