// The entry `granary/inline`: the classes of the package with their modules inside, in base64, so that nothing is
// fetched and every heap can be made at once. The modules are those that import their memory, where there is one,
// because these serve with every option.
//
// js/stage.js makes the files that it imports, one for each module, so that a bundler takes those that are used.

import {
  ArenaHeap as ArenaHeapBase,
  CheckedArenaHeap as CheckedArenaHeapBase,
} from "./arena-heap.js";
import { bytesOfBase64 } from "./base64.js";
import { CheckedHeap as CheckedHeapBase } from "./checked-heap.js";
import arenas from "./granary-arenas-import.base64.js";
import arenasChecked from "./granary-arenas-checked.base64.js";
import checked from "./granary-checked-import.base64.js";
import granary from "./granary-import.base64.js";
import inspect from "./granary-inspect.base64.js";
import threads from "./granary-threads.base64.js";
import { Heap as HeapBase } from "./heap.js";
import { InspectedHeap as InspectedHeapBase } from "./inspected-heap.js";
import { SharedHeap as SharedHeapBase } from "./shared-heap.js";

export { GranaryError } from "./errors.js";
export { GranaryFault, guard } from "./faults.js";

/** Returns a class whose heaps run over a module that is here, unless another one is given. */
const withModule = (Base, text) => {
  let compiled;
  let compiling;
  return class extends Base {
    static create(options = {}) {
      // Browsers limit what the page's own thread compiles at once.
      const own = () => (compiling ??= WebAssembly.compile(bytesOfBase64(text)));
      return super.create(withDefault(options, own));
    }

    static createSync(options = {}) {
      const own = () => (compiled ??= new WebAssembly.Module(bytesOfBase64(text)));
      return super.createSync(withDefault(options, own));
    }
  };
};

/** Returns options with a module. What are no options are refused by the class. */
function withDefault(options, own) {
  if (typeof options !== "object" || options === null) return options;
  const { module = own(), ...others } = options;
  return { module, ...others };
}

export class Heap extends /* @__PURE__ */ withModule(HeapBase, granary) {}
export class InspectedHeap extends /* @__PURE__ */ withModule(InspectedHeapBase, inspect) {}
export class CheckedHeap extends /* @__PURE__ */ withModule(CheckedHeapBase, checked) {}
export class ArenaHeap extends /* @__PURE__ */ withModule(ArenaHeapBase, arenas) {}
export class CheckedArenaHeap
  extends /* @__PURE__ */ withModule(CheckedArenaHeapBase, arenasChecked) {}
export class SharedHeap extends /* @__PURE__ */ withModule(SharedHeapBase, threads) {}
