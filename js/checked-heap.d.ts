// The types of a heap that catches misuses, and of what it catches. Lengths and alignments are bytes.

import { GranaryError, type HeapOptions, type HeapOptionsSync } from "./index.js";
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
  | "alignment-out-of-range";

/** The block that is meant or hit. Who is 0 where nobody was named (`caller`, or `ret_addr` of raw calls). */
export interface FaultBlock {
  address: number;
  length: number;
  alignment: number;
  allocatedBy: number;
  freedBy: number;
}

/** A misuse that the checked allocator caught, with the trap as its cause. The message has all the facts. */
export class GranaryFault extends GranaryError {
  private constructor();
  readonly name: "GranaryFault";
  readonly code: "ERR_FAULT";
  readonly kind: FaultKind;
  /** The call that met it, as the module saw it: realloc is resize, remap, or alloc and free. */
  readonly call: "alloc" | "resize" | "remap" | "free" | "check";
  /** What the call was given, or the block's own for check. An alignment past all numbers is Infinity. */
  readonly address: number;
  readonly length: number;
  readonly alignment: number;
  /** Null for calls without one. */
  readonly newLength: number | null;
  /** 0: nobody. */
  readonly caller: number;
  /** Null where none is known. */
  readonly block: FaultBlock | null;
}

/** Live blocks of one caller. */
export interface LeakGroup {
  /** The `caller` of their alloc, 0 where there was none. */
  allocatedBy: number;
  blockCount: number;
  bytes: number;
}

export interface LeakReport {
  /** All live blocks. */
  blockCount: number;
  bytes: number;
  /** By caller, most bytes first. None when there is no memory to group them in. */
  groups: LeakGroup[];
}

export interface CheckLimits {
  /** How many bytes of freed blocks are kept back, so that writing to them is noticed. At first 65536. */
  quarantine: number;
  /**
   * How many bytes of each block, from its beginning, are filled when it is allocated and freed, and
   * looked at before they are used again. At first 64.
   */
  fill: number;
}

/** The raw calls. What they answer with an address of is described in `include/granary_checked.h`. */
export interface CheckedHeapExports extends InspectedHeapExports {
  /** The address of the fault record. */
  readonly fault: WebAssembly.Global;
  leaks(): number;
  check(): void;
  set_limits(quarantine: number, fill: number): void;
}

/**
 * An InspectedHeap that catches what goes wrong in its memory: writing outside of blocks or after they were
 * freed, and wrong raw calls, by whoever makes them. Every call of it throws a GranaryFault with what it
 * finds. Slower, and each block takes 32 bytes more at least.
 *
 * It is over `granary-checked.wasm`, or with `memory`, `maximumPages` or `resizableBuffer` over
 * `granary-checked-import.wasm`. A program that imports its memory runs beside it in a `memory` that is
 * given; its data would overwrite the module's own in one that is not.
 */
export class CheckedHeap extends InspectedHeap {
  /**
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`
   */
  static create(options?: HeapOptions): Promise<CheckedHeap>;

  /**
   * The same at once, from bytes or a compiled module.
   *
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`
   */
  static createSync(options: HeapOptionsSync): CheckedHeap;

  readonly exports: CheckedHeapExports;

  /**
   * Runs what makes raw calls, or programs that share the memory, and throws a GranaryFault when they
   * trap on a misuse. All else that is thrown passes. What runs must be done when it returns.
   *
   * @example heap.guard(() => program.exports.run())
   * @returns what `run` answers
   * @throws GranaryFault
   * @throws GranaryError `ERR_TYPE`: no function, an async one, or one that answers with a promise
   */
  guard<Answer>(run: Done<Answer>): Answer;

  /**
   * Looks at all blocks now, live and freed, not only when something happens to them.
   *
   * @throws GranaryFault
   * @throws GranaryError `ERR_BROKEN`
   */
  check(): void;

  /**
   * Every live block of the module, also those that others allocated in it, by who allocated them.
   *
   * @throws GranaryError `ERR_BROKEN`
   */
  leaks(): LeakReport;

  /**
   * Sets both limits, and lets go of the freed blocks that were kept back.
   *
   * @throws GranaryFault for a freed block that was written to
   * @throws GranaryError `ERR_OPTION`, `ERR_BROKEN`
   */
  setLimits(limits: CheckLimits): void;
}

/** A function that is done when it returns: what it answers is no promise. */
export type Done<Answer> = (() => Answer) & (Answer extends PromiseLike<unknown> ? never : unknown);

/** Where a module or a program keeps its fault record. */
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
