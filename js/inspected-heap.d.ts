// The types of a heap that can be looked into. Sizes are bytes.

import { Heap, type HeapExports, type HeapOptions, type HeapOptionsSync } from "./index.js";

/** The slots of one size class. */
export interface SizeClassStatistics {
  slotSize: number;
  /** Of 16 KiB each. */
  spans: number;
  liveSlots: number;
  freeSlots: number;
}

/**
 * A heap as it is. What is live counts with all the room that it has, because the module does not keep the
 * lengths that were asked for. These hold:
 *
 *     heapBytes      = liveBytes + freeBytes + overheadBytes + recordBytes
 *     freeBytes      = bytes of free blocks + freeSlotBytes + topBytes
 *     liveBlockCount = largeBlockCount + liveSlots of all classes
 *     spanCount      = spans of all classes
 *
 * Of a CheckedHeap they count the zones around blocks, the freed blocks that it keeps back, and its records.
 */
export interface HeapStatistics {
  heapBytes: number;
  liveBytes: number;
  freeBytes: number;
  /** Tags of live blocks, and the ends of spans that hold no slot. */
  overheadBytes: number;
  /** The table of span records. */
  recordBytes: number;
  /** Free, at the end of the heap. */
  topBytes: number;
  freeSlotBytes: number;
  /** Of spans without a live slot: what `trim` gives back. */
  idleSpanBytes: number;
  largestFreeBytes: number;
  liveBlockCount: number;
  largeBlockCount: number;
  freeBlockCount: number;
  spanCount: number;
  /** Of the memory, 64 KiB each. */
  pageCount: number;
  /** Those that the heap grew. */
  grownPageCount: number;
  /** In so many calls of memory.grow. */
  growCount: number;
  /** Stretches of memory, with others' pages between them. */
  regionCount: number;
  /** All 48 of them, the smallest slots first. */
  classes: SizeClassStatistics[];
}

/**
 * - `block`: a live block that is no slot of a span
 * - `span`: 16 KiB of slots of one size class: small blocks, live and free
 * - `free`: a free block
 * - `gap`: no blocks lie here: pages that others grew, or those of a large heap's span records
 * - `top`: free, at the end of the heap
 * - `records`: the table of span records, always the last; a large heap has it in a gap instead, and
 *   then the top is the last
 * - `broken`: what lies here is no item: the heap's own words were overwritten
 */
export type HeapItemKind = "block" | "span" | "free" | "gap" | "top" | "records" | "broken";

/** A stretch of the heap. */
export interface HeapItem {
  kind: HeapItemKind;
  address: number;
  size: number;
}

/** The raw calls. What they answer with an address of is described in `include/granary_inspect.h`. */
export interface InspectedHeapExports extends HeapExports {
  stats(): number;
  walk(address: number): number;
  /** 0, or the number of the first rule that does not hold. */
  verify(): number;
  trim(): number;
  reset(): void;
}

/** A Heap that can be looked into, over `granary-inspect.wasm`. */
export class InspectedHeap extends Heap {
  /**
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`
   */
  static create(options?: HeapOptions): Promise<InspectedHeap>;

  /**
   * The same at once, from bytes or a compiled module.
   *
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`
   */
  static createSync(options: HeapOptionsSync): InspectedHeap;

  readonly exports: InspectedHeapExports;

  /** Figures of the whole heap, worked out now. */
  stats(): HeapStatistics;

  /** All items of the heap as it is now, in the order of addresses; they lie end to end. */
  walk(): HeapItem[];

  /**
   * Looks at every word that the heap keeps for itself. Bytes of blocks are not among them: those
   * `CheckedHeap.check` looks after.
   *
   * @throws GranaryError `ERR_BROKEN` with the first rule that does not hold
   */
  verify(): void;

  /**
   * Gives spans without a live block back to the heap, for blocks of other sizes.
   *
   * @returns how many bytes at the end of the heap nothing needs
   */
  trim(): number;

  /**
   * Ends every block of the module at once, those too that others allocated in it; their memory is used
   * again from its beginning. Live views then show what comes next.
   */
  reset(): void;
}
