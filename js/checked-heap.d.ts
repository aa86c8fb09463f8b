// The types of a heap that catches misuses, and of what it catches. Lengths and alignments are bytes.

import { GranaryError, type HeapOptions, type HeapOptionsSync, type Wide } from "./index.js";
import { InspectedHeap, type InspectedHeapExports } from "./inspected-heap.js";

/**
 * - `null-pointer`: the address is 0
 * - `outside-memory`: no memory is there
 * - `not-a-block`: no block begins there: data, the stack, or a block that ended long ago
 * - `misaligned`: no block begins there, and the address is no multiple of the alignment that was given
 * - `inside-block`: a live block lies around the address, zones included
 * - `inside-freed-block`: a freed block lies around the address, zones included
 * - `freed-block`: the block was freed before, or moved when it was made smaller
 * - `wrong-length`: the block has another length
 * - `wrong-alignment`: the block has another alignment
 * - `written-before-start`: the 16 bytes below the block were changed
 * - `written-past-end`: the 16 bytes above the block were changed
 * - `written-after-free`: a block in quarantine was changed, or the zones around it
 * - `new-length-zero`: resize or remap was given a new length of 0
 * - `alignment-out-of-range`: alloc was given an alignment of 2^32 bytes or more
 * - `other-heap`: the block belongs to another heap than the one that was given: an arena, or the heap itself
 * - `not-an-arena`: no arena is there
 * - `destroyed-arena`: the arena was destroyed before
 *
 * `written-before-start` and `written-past-end` are found when the block is freed, resized or remapped, and
 * by `check`; `written-after-free` by whatever needs room, when the memory is about to be used again, and by
 * `check`.
 */
export type FaultKind =
  | "null-pointer"
  | "outside-memory"
  | "not-a-block"
  | "misaligned"
  | "inside-block"
  | "inside-freed-block"
  | "freed-block"
  | "wrong-length"
  | "wrong-alignment"
  | "written-before-start"
  | "written-past-end"
  | "written-after-free"
  | "new-length-zero"
  | "alignment-out-of-range"
  | "other-heap"
  | "not-an-arena"
  | "destroyed-arena";

/** The block that the call meant or that a write hit. */
export interface FaultBlock {
  address: number;
  length: number;
  alignment: number;
  /** The `caller` of its alloc (`ret_addr` of a raw call); 0: nobody was named. */
  allocatedBy: number;
  /** The `caller` of its free (`ret_addr` of a raw call); 0: nobody was named, or it is live. */
  freedBy: number;
  /** The arena that it belongs to, by its handle; 0: the heap itself. */
  heap: number;
}

/**
 * A misuse that the checked engine caught, with the trap as its cause. The message has all the facts.
 * Those of 64 bits that are no safe integers are rounded.
 */
export class GranaryFault extends GranaryError {
  private constructor();
  readonly name: "GranaryFault";
  readonly code: "ERR_FAULT";
  readonly kind: FaultKind;
  /** The call that met the misuse, as the module saw it: realloc is resize, remap, or alloc and free. */
  readonly call: "alloc" | "resize" | "remap" | "free" | "check" | "reset" | "destroy";
  /** These were given to the call; for check they are the block's own. Too large an alignment is Infinity. */
  readonly address: number;
  readonly length: number;
  readonly alignment: number;
  /** Null for calls that take no new length. */
  readonly newLength: number | null;
  /** The caller's number; 0: nobody was named. */
  readonly caller: number;
  /** Null where no block is known. */
  readonly block: FaultBlock | null;
  /** The arena that the call was made with, by its handle; 0: the heap itself. */
  readonly heap: number;
}

/** The live blocks of one caller. */
export interface LeakGroup {
  /** The `caller` of their alloc; 0: nobody was named. */
  allocatedBy: number;
  blockCount: number;
  bytes: number;
  /** The name that was the `caller`, or else the innermost of `frames`. Absent for a number of your own. */
  name?: string;
  /** With the option `stacks`, the functions that were running, the innermost first. Absent with `name`. */
  frames?: string[];
}

/** Where a call was made. */
export interface CallSite {
  /** The `caller`, where it was a name. */
  name: string | null;
  /**
   * With the option `stacks`, the functions that were running, the innermost first, each as
   * "name (file:line:column)". How many there are is up to the runtime's `Error.stackTraceLimit`.
   */
  frames: string[];
}

/** The option of heaps that keep stacks. */
export interface StackOptions {
  /**
   * Whether the heap keeps for each allocation and each free which functions of JavaScript were running, for calls
   * whose `caller` is no number. That costs some microseconds a call. With a `samplingInterval` it does so for
   * allocations only, once in about so many bytes allocated; the others have no call site. Default: false.
   */
  stacks?: boolean | { samplingInterval: number } | undefined;
}

export interface LeakReport {
  /** The number of all live blocks. */
  blockCount: number;
  bytes: number;
  /** One group for each caller, most bytes first; none when there is no memory for the groups. */
  groups: LeakGroup[];
}

export interface CheckLimits<Word extends number | bigint = number> {
  /** How many bytes of freed blocks wait in the quarantine, where a write to them is found. At first 65536. */
  quarantine: number | Word;
  /**
   * How many bytes of each block, from its beginning, are filled when it is allocated and freed, and
   * looked at before they are used again. At first 64.
   */
  fill: number | Word;
}

/** The raw calls. `include/granary_checked.h` describes the records whose addresses they answer with. */
export interface CheckedHeapExports<
  Word extends number | bigint = number,
> extends InspectedHeapExports<Word> {
  /** The address of the fault record. */
  readonly fault: WebAssembly.Global;
  leaks(): Word;
  check(): void;
  set_limits(quarantine: Word, fill: Word): void;
}

/**
 * An InspectedHeap that catches misuses in its memory: writes outside blocks or after their free, and wrong
 * raw calls, whatever code makes them. Every call of it throws a GranaryFault when it finds one. It is
 * slower, and each block takes at least 32 bytes more.
 *
 * It runs over `granary-checked.wasm`, or with `memory`, `maximumPages` or `resizableBuffer` over
 * `granary-checked-import.wasm`. A program that imports its memory can run beside it in a `memory` that is
 * given to both; in a memory of the heap's own, the program's data would overwrite the module's.
 */
export class CheckedHeap<Word extends number | bigint = number> extends InspectedHeap<Word> {
  /**
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`, `ERR_ENGINE`
   */
  static create(options: HeapOptions & StackOptions & Wide): Promise<CheckedHeap<bigint>>;
  static create(options?: HeapOptions & StackOptions): Promise<CheckedHeap>;

  /**
   * Does the same at once, from bytes or a compiled module.
   *
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`, `ERR_ENGINE`
   */
  static createSync(options: HeapOptionsSync & StackOptions & Wide): CheckedHeap<bigint>;
  static createSync(options: HeapOptionsSync & StackOptions): CheckedHeap;

  readonly exports: CheckedHeapExports<Word>;

  /**
   * Runs a function that makes raw calls, or runs programs that share the memory, and throws a
   * GranaryFault when one of them traps on a misuse. Anything else that is thrown passes. The function
   * must be done when it returns.
   *
   * @example heap.guard(() => program.exports.run())
   * @returns what `run` answers
   * @throws GranaryFault
   * @throws GranaryError `ERR_TYPE`: no function, an async one, or one that answers with a promise
   */
  guard<Answer>(run: Done<Answer>): Answer;

  /**
   * Looks at all blocks now, live and freed, not only when a call is made with them.
   *
   * @throws GranaryFault
   * @throws GranaryError `ERR_BROKEN`
   */
  check(): void;

  /**
   * Reports every live block of the module, also those that other code allocated in it, by caller.
   *
   * @throws GranaryError `ERR_BROKEN`
   */
  leaks(): LeakReport;

  /**
   * Says what `leaks` reports as text, with a line for each caller, most bytes first, and its call site below it.
   *
   * @throws GranaryError `ERR_BROKEN`
   */
  describeLeaks(): string;

  /**
   * Throws when a block of the module is live; for the end of a test.
   *
   * @throws GranaryError `ERR_LEAK` with the text of `describeLeaks`, `ERR_BROKEN`
   */
  assertNoLeaks(): void;

  /**
   * Returns the call site that has this number in a fault (`caller`, `allocatedBy`, `freedBy`) or a group of leaks.
   *
   * @returns null for a number of your own, and for 0
   */
  callSite(number: number): CallSite | null;

  /**
   * Empties the quarantine, and sets both limits.
   *
   * @throws GranaryFault for a freed block that was written to
   * @throws GranaryError `ERR_OPTION`, `ERR_BROKEN`
   */
  setLimits(limits: CheckLimits<Word>): void;
}

/** A function that is done when it returns: it answers with no promise. */
export type Done<Answer> = (() => Answer) & (Answer extends PromiseLike<unknown> ? never : unknown);

/** The exports that say where a module or a program keeps its fault record. */
export type FaultExports =
  | { readonly memory: WebAssembly.Memory; readonly fault: WebAssembly.Global }
  | { readonly memory: WebAssembly.Memory; readonly granary_fault: WebAssembly.Global };

/**
 * `CheckedHeap.guard` without the class: for raw instances of `granary-checked.wasm`, and for programs
 * that are linked with libgranary-checked.a and export `memory` and `granary_fault`.
 *
 * @returns what `run` answers
 * @throws GranaryFault
 * @throws GranaryError `ERR_TYPE`
 */
export function guard<Answer>(
  exports: FaultExports | WebAssembly.Exports,
  run: Done<Answer>,
): Answer;
