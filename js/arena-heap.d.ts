// The types of heaps that have arenas. Sizes are bytes.

import {
  type Allocator,
  CheckedHeap,
  type CheckedHeapExports,
  Heap,
  type HeapExports,
  type HeapOptions,
  type HeapOptionsSync,
  type StackOptions,
} from "./index.js";

// So that arenas can be declared with `using` where the library of TypeScript knows it.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

export interface ArenaOptions {
  /** The first block takes the first chunk, which has room for so many bytes. Default: about a thousand. */
  firstBytes?: number | undefined;
  /** `reset` keeps no chunk with more bytes. Default: it keeps the largest one whatever its size. */
  keptBytes?: number | undefined;
}

/** Memory that an arena has of its heap. */
export interface ArenaChunk {
  address: number;
  size: number;
}

/**
 * An arena: a heap within the heap, whose blocks are given back all at once. Its calls are those of a Heap, and
 * `alloc` is quicker. What is freed one by one is had again only if it was the last block; only the last block
 * can grow where it is.
 */
export interface Arena extends Allocator {
  /** The `ctx` of the raw calls: the address of a `granary_arena` (include/granary_arena.h). */
  readonly handle: number;

  /**
   * Ends every block of the arena. Its largest chunk serves the next blocks; the heap has all other memory
   * back.
   *
   * @throws GranaryError `ERR_ENDED`
   */
  reset(): void;

  /**
   * Ends the arena and every block of it. The heap has all memory back.
   *
   * @throws GranaryError `ERR_ENDED` when it has ended before
   */
  destroy(): void;

  /** Does the same as `destroy`, and nothing when the arena has ended before. */
  dispose(): void;

  /** Does the same as `dispose`. A runtime that has no `using` has no such method. */
  [Symbol.dispose](): void;

  /**
   * Returns the memory that the arena has of its heap, the chunk in use first. An arena over a buffer has none,
   * nor has one of a CheckedArenaHeap, where each block is a block of the heap.
   *
   * @throws GranaryError `ERR_ENDED`
   */
  chunks(): ArenaChunk[];
}

/** What a heap with arenas has beside the calls of other heaps. */
export interface Arenas {
  /**
   * Makes an arena.
   *
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_OPTION`
   */
  arena(options?: ArenaOptions): Arena;

  /**
   * Makes an arena over `length` bytes of the memory that are the caller's, as of a block or of a program. It
   * takes no other memory.
   *
   * @throws GranaryError `ERR_RANGE` when the buffer does not lie in the memory, `ERR_LENGTH` when it has no
   *   room for the arena and a block, `ERR_OPTION`
   */
  arenaOver(address: number, length: number): Arena;

  /**
   * Calls `run` with an arena that ends when `run` does, also when it throws. When `run` answers with a promise,
   * the arena ends when the promise is settled. Returns what `run` returns.
   *
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_OPTION`, `ERR_TYPE`, and what `run` throws
   */
  scope<Answer>(run: (arena: Arena) => Answer, options?: ArenaOptions): Answer;
}

/** The raw calls that concern arenas; a `ctx` of the four calls is an arena or 0. */
export interface ArenaExports {
  /** The handle; 0: no memory. */
  arena_new(first_bytes: number): number;
  /** The handle; 0: the buffer is too small. */
  arena_over(buffer: number, bytes: number): number;
  arena_reset(arena: number): void;
  /** An `arena` of 0 is none, and nothing happens. */
  arena_destroy(arena: number): void;
}

// What is not marked as exported stays in this file.
export {};

declare const HeapOnceMade: abstract new () => Heap;
declare const CheckedHeapOnceMade: abstract new () => CheckedHeap;

/** A heap that has arenas, over `granary-arenas.wasm` or `granary-arenas-import.wasm`, of 32-bit addresses. */
export interface ArenaHeap extends Arenas {}

export class ArenaHeap extends HeapOnceMade {
  private constructor();
  /** As Heap.create. */
  static create(options?: HeapOptions): Promise<ArenaHeap>;
  /** As Heap.createSync. */
  static createSync(options: HeapOptionsSync): ArenaHeap;
  readonly exports: HeapExports & ArenaExports;
}

/**
 * The same with every misuse caught, over `granary-arenas-checked.wasm`: use of an arena or of a block after
 * `reset` or `destroy` too, and a block that is given to another heap than its own.
 */
export interface CheckedArenaHeap extends Arenas {}

export class CheckedArenaHeap extends CheckedHeapOnceMade {
  private constructor();
  /** As Heap.create. */
  static create(options?: HeapOptions & StackOptions): Promise<CheckedArenaHeap>;
  /** As Heap.createSync. */
  static createSync(options: HeapOptionsSync & StackOptions): CheckedArenaHeap;
  readonly exports: CheckedHeapExports & ArenaExports;
}
