// The types of a heap that many threads use at once.

import {
  Heap,
  type CompiledModule,
  type CompiledSource,
  type HeapExports,
  type ModuleSource,
} from "./index.js";

/** The memory that threads share: one that is made, or one that is given. */
export type SharedMemoryOptions =
  | {
      /**
       * The most pages (64 KiB each) that the memory may have, 2 to 65536. Every memory that threads share
       * has a maximum. Desktop runtimes set only addresses aside for it, those of phones may refuse a large one.
       */
      maximumPages: number;
      /**
       * The pages that the memory has before the heap takes any: they are yours, for example for the data of
       * a program in the same memory, but for the 8 bytes at the address 8. Default: 1, which is the least.
       */
      initialPages?: number | undefined;
      memory?: undefined;
    }
  | {
      /**
       * The memory to allocate in, which must be `shared`, have a page, and be able to grow. Where a heap of
       * this kind works in it already, that heap is opened. Otherwise the heap takes only pages that it grows
       * itself, and the 8 bytes at the address 8. Default: a memory of the heap's own.
       */
      memory: WebAssembly.Memory;
      maximumPages?: undefined;
      initialPages?: undefined;
    };

export type SharedHeapOptions = SharedMemoryOptions & {
  /** The module. Default: `granary-threads.wasm` of the package. */
  module?: ModuleSource | PromiseLike<ModuleSource> | undefined;
};

export type SharedHeapOptionsSync = SharedMemoryOptions & {
  /** The module as bytes or compiled: nothing can be waited for. */
  module: CompiledSource;
};

/** What `share` returns: an object that `postMessage` and `structuredClone` take as it is. */
export interface Shared {
  /** Compiled: bytes are none. */
  module: CompiledModule & { byteLength?: never };
  memory: WebAssembly.Memory;
}

/** The raw calls of an instance, which belong to its thread. */
export interface SharedHeapExports extends HeapExports {
  /** Gives back what the thread holds for its next calls. */
  thread_flush(): void;
  /** 1: the thread may wait for the heap's lock; 0: it tries again and again until the lock is free. */
  thread_may_wait(allowed: number): void;
}

// What is not marked as exported stays in this file.
export {};

/** The members of a Heap. The ways in which a SharedHeap is made are its own. */
declare const HeapOnceMade: abstract new () => Heap<number, Uint8Array>;

/**
 * A heap in a memory that threads share, over `granary-threads.wasm`. Each thread has a SharedHeap of its own: one
 * makes it, posts what `share` returns, and the others open that. Each remembers its own live blocks, those
 * that it allocated or adopted; only it ends, resizes and views them, until it disowns them.
 *
 * Views lie in a SharedArrayBuffer and are never detached: growth leaves them as they are. Threads that write
 * and read the same block need `Atomics`, or a message, to know when it is written.
 */
export class SharedHeap extends HeapOnceMade {
  private constructor();

  /**
   * Makes a heap, or opens the one that works in `memory`.
   *
   * @throws GranaryError `ERR_ENGINE` where there is no SharedArrayBuffer; `ERR_MODULE`, `ERR_MEMORY`,
   *   `ERR_OPTION`, `ERR_NO_MEMORY`
   */
  static create(options: SharedHeapOptions): Promise<SharedHeap>;

  /**
   * Does the same at once, from bytes or a compiled module.
   *
   * @throws GranaryError the same
   */
  static createSync(options: SharedHeapOptionsSync): SharedHeap;

  /**
   * Opens the heap of another thread, from what its `share` returned.
   *
   * @throws GranaryError `ERR_ENGINE`, `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`
   */
  static open(shared: Shared): Promise<SharedHeap>;

  /**
   * Does the same at once.
   *
   * @throws GranaryError the same
   */
  static openSync(shared: Shared): SharedHeap;

  readonly exports: SharedHeapExports;

  /** Returns what other threads open: post it to them. */
  share(): Shared;

  /**
   * Gives back to all threads the memory that this one holds for its next blocks, at most 64 KiB. Call it
   * before the thread ends, because what an ended thread holds is lost, or when it will not allocate for a
   * while. The thread's live blocks stay as they are, and it may go on to allocate.
   */
  flush(): void;
}
