// One heap for many threads, over granary-threads.wasm. Each thread has an object and an instance of its
// own; what they share is the memory. A thread makes the heap, and the others open it from what `share`
// returns.
//
// Invariant: a block is in the books of one thread at most, the one that allocated or adopted it. Another
// thread may read and write its bytes, but ends it only after `disown` there and `adopt` here.

import { checkOptions } from "./checks.js";
import { GranaryError, shown, tagOf } from "./errors.js";
import { engineCall, face, fourCalls } from "./face.js";
import { Heap } from "./heap.js";
import { isSharedMemory, wrongMemory, wrongOption } from "./instantiate.js";
import { widths } from "./width.js";

const optionNames = ["module", "memory", "maximumPages", "initialPages"];
const sharedNames = ["module", "memory"];

export class SharedHeap extends Heap {
  static [face] = {
    className: "SharedHeap",
    module: "granary-threads",
    files: {
      "granary-threads.wasm": () => new URL("./granary-threads.wasm", import.meta.url),
    },
    exports: [...fourCalls, "thread_flush", "thread_may_wait"],
    calls: ({ exports }) => exports,
    whenBroken:
      "or a thread ended a block that another one had not disowned; a CheckedHeap, which has the same calls " +
      "for one thread, finds wrong writes",
    options: readOptions,
    elsewhere: ", or another thread has it, which must disown it before this one adopts it",
  };

  #module;

  /** Opens the heap that another thread made, from what its `share` returned. */
  static async open(shared) {
    return super.create(checkShared("SharedHeap.open", shared));
  }

  /** Opens it at once. */
  static openSync(shared) {
    return super.createSync(checkShared("SharedHeap.openSync", shared));
  }

  constructor(key, running) {
    super(key, running);
    this.#module = running.module;
    if (mayWait()) this.exports.thread_may_wait(1);
  }

  share() {
    return { module: this.#module, memory: this.memory };
  }

  flush() {
    this[engineCall]("flush", () => this.exports.thread_flush());
  }
}

/** Returns whether this thread may be put to sleep: the main thread of a browser may not. */
function mayWait() {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

/** @returns {import("./instantiate.js").Options} */
function readOptions(call, given) {
  checkOptions(call, given, optionNames);
  const { module: source, memory, maximumPages, initialPages } = given;
  checkRuntime(call);
  if (memory === undefined) checkPages(call, initialPages, maximumPages);
  else {
    if (maximumPages !== undefined || initialPages !== undefined) {
      throw wrongOption(
        "maximumPages and initialPages are for a memory that is made here; `memory` has its own",
      );
    }
    checkMemory(memory);
  }
  // The module imports a memory that has a page.
  const pages = { initialPages: initialPages ?? 1, maximumPages };
  return { source, width: widths[32], memory, ...pages, shared: true, needsImport: true };
}

function checkShared(call, shared) {
  checkOptions(call, shared, sharedNames);
  const { module, memory } = shared;
  checkRuntime(call);
  if (tagOf(module) !== "WebAssembly.Module") {
    throw new GranaryError(
      "ERR_MODULE",
      `module: a WebAssembly.Module is needed, as share returns it, not ${shown(module)}`,
    );
  }
  checkMemory(memory);
  return { module, memory };
}

function checkRuntime(call) {
  if (typeof SharedArrayBuffer === "function") return;
  throw new GranaryError(
    "ERR_ENGINE",
    `${call}: threads share no memory here, because there is no SharedArrayBuffer; a page has it when ` +
      "its server sends the headers Cross-Origin-Opener-Policy: same-origin and " +
      "Cross-Origin-Embedder-Policy: require-corp",
  );
}

function checkPages(call, initialPages, maximumPages) {
  const { mostPages } = widths[32];
  if (maximumPages === undefined) {
    throw wrongOption(
      `${call} needs maximumPages, because a memory that threads share has a maximum: a whole number ` +
        `from 2 to ${mostPages} (of 64 KiB each)`,
    );
  }
  if (!isWhole(maximumPages, 2, mostPages)) {
    throw wrongOption(
      `maximumPages is a whole number from 2 to ${mostPages} (of 64 KiB each), not ${shown(maximumPages)}`,
    );
  }
  if (initialPages !== undefined && !isWhole(initialPages, 1, maximumPages - 1)) {
    throw wrongOption(
      `initialPages is a whole number from 1 to ${maximumPages - 1}, because the heap's own state takes ` +
        `one more of the ${maximumPages} pages, not ${shown(initialPages)}`,
    );
  }
}

const isWhole = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;

function checkMemory(memory) {
  if (!isSharedMemory(memory)) {
    throw wrongMemory(
      "this one is not shared between threads; a SharedHeap needs one that was made with " +
        "{ shared: true }, and a Heap this one",
    );
  }
}
