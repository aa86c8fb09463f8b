// When the checked engine catches a misuse, it leaves a fault record in the memory and traps. Here the trap
// becomes an exception with the facts of the record.
//
// The record's first word, its kind, is 0 while nothing was caught. It is set to 0 before anything runs
// under guard, so a kind that stands there after a trap belongs to this trap.

import { GranaryError, shown, tagOf } from "./errors.js";
import { faultCalls, faultKinds, fault as layout, recordBytes, recordOf } from "./layouts.js";
import { sentenceOf } from "./sentences.js";
import { unsigned, widthOfMemory, widthOfWord } from "./width.js";

export class GranaryFault extends GranaryError {
  /**
   * @param {object} facts the properties of a GranaryFault in checked-heap.d.ts
   * @param {number} alignmentLog2 as the call was given it; too large ones have no number of bytes
   * @param {number} bits those of an address
   * @param {unknown} cause the trap
   * @param {import("./callers.js").Callers} [callers] those of the heap, if one is known
   */
  constructor(facts, alignmentLog2, bits, cause, callers) {
    const shownCaller = callers && ((number) => callers.shown(number));
    super("ERR_FAULT", sentenceOf(facts, alignmentLog2, bits, shownCaller), { cause });
    Object.assign(this, facts);
  }
}

Object.defineProperty(GranaryFault.prototype, "name", {
  value: "GranaryFault",
  configurable: true,
  writable: true,
});

/** The guard for users: the exports of a module or a program say where its fault record is. */
export function guard(exports, run) {
  const memory = exports?.memory;
  const record = exports?.fault ?? exports?.granary_fault;
  if (tagOf(memory) !== "WebAssembly.Memory" || tagOf(record) !== "WebAssembly.Global") {
    throw new GranaryError(
      "ERR_TYPE",
      "guard: exports with a `memory` and a global `fault`, as of granary-checked.wasm, or " +
        `\`granary_fault\`, of a program with libgranary-checked.a, are needed, not ${shown(exports)}`,
    );
  }
  if (!isRecordIn(memory, record.value)) {
    const right = "the address of a record in `memory`, a multiple of 4";
    throw new GranaryError("ERR_TYPE", `guard: \`fault\` is ${right}, not ${shown(record.value)}`);
  }
  return guarded(memory, record, run);
}

function isRecordIn(memory, word) {
  const isWide = typeof word === "bigint" && widthOfMemory(memory) === widthOfWord(word);
  if (!isWide && !Number.isInteger(word)) return false;
  const address = unsigned(word);
  const end = address + recordBytes(layout, widthOfWord(word));
  return address % 4 === 0 && end <= memory.buffer.byteLength;
}

/**
 * Runs a function and returns its answer. A trap that a misuse caused becomes a GranaryFault; everything
 * else that is thrown passes.
 *
 * @template Answer
 * @param {WebAssembly.Memory} memory
 * @param {WebAssembly.Global} record the global that holds the record's address
 * @param {() => Answer} run
 * @param {import("./callers.js").Callers} [callers] those of the heap, if one is known
 * @returns {Answer}
 */
export function guarded(memory, record, run, callers) {
  if (typeof run !== "function") {
    throw new GranaryError("ERR_TYPE", `guard: a function is needed, not ${shown(run)}`);
  }
  // An async function is refused before any of it runs; a function that only answers with a promise has
  // run its first part.
  if (tagOf(run) === "AsyncFunction") throw notAwaited("an async function");
  new Uint32Array(memory.buffer, unsigned(record.value), 1)[0] = 0;
  let answer;
  try {
    answer = run();
  } catch (thrown) {
    if (!(thrown instanceof WebAssembly.RuntimeError)) throw thrown;
    const address = unsigned(record.value);
    const width = widthOfWord(record.value);
    const fault = recordOf(layout, width, memory.buffer, address);
    // A number that is no kind was not written by the engine.
    const isKind = fault.kind > 0 && fault.kind < faultKinds.length;
    throw isKind ? faultOf(fault, width.bits, thrown, callers) : thrown;
  }
  if (typeof answer?.then === "function") throw notAwaited("one that answers with a promise");
  return answer;
}

const notAwaited = (what) =>
  new GranaryError(
    "ERR_TYPE",
    `guard: a function is needed that is done when it returns, not ${what}: guard each part of it ` +
      "that makes calls",
  );

/** Makes a GranaryFault from a fault record. */
function faultOf(fault, bits, trap, callers) {
  const call = faultCalls[fault.call];
  const facts = {
    kind: faultKinds[fault.kind],
    call,
    address: fault.address,
    length: fault.length,
    alignment: 2 ** fault.alignment,
    newLength: call === "resize" || call === "remap" ? fault.newLength : null,
    caller: fault.caller,
    block: blockOf(fault),
    heap: fault.heap,
  };
  return new GranaryFault(facts, fault.alignment, bits, trap, callers);
}

function blockOf({ block, blockLength, blockAlignment, allocatedBy, freedBy, blockHeap }) {
  if (block === 0) return null;
  const alignment = 2 ** blockAlignment;
  return {
    address: block,
    length: blockLength,
    alignment,
    allocatedBy,
    freedBy,
    heap: blockHeap,
  };
}
