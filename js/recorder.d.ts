// The types of `granary/recorder`, and the reference of its calls. Lengths and alignments are bytes.

import type { Heap, StackOptions } from "./index.js";

/** Where a recorder writes its trace. */
export interface Sink {
  /**
   * Puts bytes at a position of the file. The recorder uses their memory again when this returns. Positions
   * follow one another, but for the last call, which has the first 32 bytes of the file.
   */
  write(bytes: Uint8Array, position: number): void;
  /** Called once, after the last write. */
  close?(): void;
}

/**
 * Makes or empties a file, in Node, bun and Deno.
 *
 * @throws the runtime's own error where the file cannot be made
 */
export function fileSink(path: string | URL): Promise<Sink & { close(): void }>;

/** Keeps the trace in Blobs, which browsers keep outside of the page's memory. */
export function blobSink(): Sink & {
  /**
   * The trace, once the recorder is finished.
   *
   * @throws GranaryError `ERR_TYPE` before that
   */
  blob(): Blob;
};

/** What a recording has, and what of the program it has not. */
export interface Recording {
  operationCount: number;
  /** The most blocks that were live at once. */
  handleCount: number;
  /** The highest sum of requested bytes. */
  peakLiveBytes: number;
  /** The blocks that are live at the end. */
  liveBlocks: number;
  liveBytes: number;
  /** Allocations that were answered with 0. A trace has no words for them. */
  refused: number;
  /** Calls with blocks that began before the recording, or without being seen. They are left out. */
  unknown: number;
  /** Blocks that were ended without being seen: a later one began at the same address. */
  unseen: number;
  /** Blocks of 0 bytes, recorded as 1, and blocks of 128 MiB and more whose alignment is not 16, recorded as 16. */
  approximated: number;
  /** Calls after the recording had to stop. */
  leftOut: number;
  /** Why it had to, as a sentence; null: it did not. */
  stopped: string | null;
}

/**
 * Records the calls that a program makes of its allocator, in one memory, as a trace.
 *
 * @example
 * const recorder = new Recorder(await fileSink("program.trace"));
 * const heap = await recorder.recordHeaps(Heap).create();
 * // the program's work with `heap`
 * recorder.finish();
 */
export class Recorder {
  /**
   * With `stacks`, the recorder keeps for each allocation which functions of JavaScript, and of WebAssembly where
   * they call through JavaScript, were running, and its heaps do so by it. Without it, it knows the `caller` of
   * each allocation, and the stacks of a CheckedHeap that keeps them.
   *
   * @throws GranaryError `ERR_TYPE`: no sink; `ERR_OPTION`
   */
  constructor(sink: Sink, options?: StackOptions);

  /**
   * Returns the exports with recorded calls in the place of the module's: the four calls, or where it has none, those
   * of the malloc family that it has. Pass them on to who makes the calls. The memory is the one that they export, or
   * that is given; where none is known, blocks of posix_memalign are not seen.
   *
   * @throws GranaryError `ERR_TYPE`: they have neither; `ERR_MEMORY`: the recorder records another memory
   */
  recordExports<Exports extends object>(exports: Exports, memory?: WebAssembly.Memory): Exports;

  /**
   * Returns a class like the given one, of which one heap can be made, whose calls are recorded. Raw calls with
   * `heap.exports` are not; `recordExports(heap.exports)` records them in the same trace.
   *
   * @throws GranaryError `ERR_TYPE`: it is no class of heaps, or one with arenas
   */
  recordHeaps<Class extends { readonly prototype: Heap<number | bigint, Uint8Array> }>(
    Base: Class,
  ): Class;

  /** Functions for programs that tell of their calls themselves, by importing these or from JavaScript. */
  readonly imports: {
    /** A block has begun. Its alignment is 16 where none is given; an address of 0 is a refusal. */
    allocated(address: number | bigint, length: number | bigint, alignment?: number): void;
    /** A block has another length, and perhaps another address. */
    reallocated(
      address: number | bigint,
      newAddress: number | bigint,
      newLength: number | bigint,
    ): void;
    /** A block has ended. */
    freed(address: number | bigint): void;
  };

  /**
   * Ends the recording: writes the rest and the header, and closes the sink. The program may go on; nothing more
   * is recorded.
   *
   * @throws what the sink has thrown, which ended the recording when it did
   */
  finish(): Recording;

  /**
   * Returns the bytes of each call site, of the blocks that are "live" or of all that were ever "allocated", at any
   * time during the recording or after it. As JSON in a file whose name ends with .heapprofile it is for Chrome's
   * DevTools, VS Code and speedscope.
   *
   * @throws GranaryError `ERR_OPTION`
   */
  heapProfile(of?: "live" | "allocated"): HeapProfile;

  /**
   * Returns what was allocated at each call site, what was live at the peak and is at the end, and for how many calls
   * the blocks lived. As JSON in a file it is for Valgrind's dh_view.html and the Firefox Profiler.
   *
   * @param command the name of the program, which the viewers show
   */
  dhat(command?: string): DhatProfile;
}

/** A sampling heap profile of Chrome's DevTools protocol. */
export interface HeapProfile {
  head: HeapProfileNode;
  /** One for each call site with any bytes. */
  samples: { size: number; nodeId: number; ordinal: number }[];
}

export interface HeapProfileNode {
  callFrame: {
    functionName: string;
    scriptId: string;
    url: string;
    /** Counted from 0, as the column is; -1: not known. */
    lineNumber: number;
    columnNumber: number;
  };
  /** The bytes of this function without those that it called. */
  selfSize: number;
  id: number;
  children: HeapProfileNode[];
}

/** Version 2 of DHAT's format. Times are numbers of recorded calls. */
export interface DhatProfile {
  dhatFileVersion: 2;
  mode: string;
  verb: string;
  bklt: true;
  bkacc: false;
  tu: string;
  Mtu: string;
  tuth: number;
  cmd: string;
  pid: number;
  te: number;
  tg: number;
  /** One for each call site, in the order in which they first allocated. */
  pps: DhatProgramPoint[];
  ftbl: string[];
}

export interface DhatProgramPoint {
  /** All bytes that were ever allocated, those by which blocks grew included, and all blocks. */
  tb: number;
  tbk: number;
  /** The sum of the lifetimes of all blocks. */
  tl: number;
  /** The most bytes that were live, and the blocks that were live then. */
  mb: number;
  mbk: number;
  /** What was live when the whole heap had its peak. */
  gb: number;
  gbk: number;
  /** What is live at the end. */
  eb: number;
  ebk: number;
  /** Indices into `ftbl`, the innermost function first. */
  fs: number[];
}
