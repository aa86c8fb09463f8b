// The types of a heap that can be inspected. Sizes are bytes.

import {
  Heap,
  type HeapExports,
  type HeapOptions,
  type HeapOptionsSync,
  type Wide,
} from "./index.js";

/** The slots of one size class. */
export interface SizeClassStatistics {
  slotSize: number;
  /** A span is 16 KiB. */
  spans: number;
  liveSlots: number;
  freeSlots: number;
}

/**
 * Figures of a heap as it is now. A live block counts with all the room that it has, because the module does
 * not keep the lengths that were asked for. These equations hold:
 *
 *     heapBytes      = liveBytes + freeBytes + overheadBytes + recordBytes
 *     freeBytes      = bytes of free blocks + freeSlotBytes + topBytes
 *     liveBlockCount = largeBlockCount + liveSlots of all classes
 *     spanCount      = spans of all classes
 *
 * In a CheckedHeap they also count the zones around blocks, the quarantine, and the block records.
 */
export interface HeapStatistics {
  heapBytes: number;
  liveBytes: number;
  freeBytes: number;
  /** Tags of live blocks, and the ends of spans that hold no slot. */
  overheadBytes: number;
  /** The span table. */
  recordBytes: number;
  /** The top: free memory at the end of the heap. */
  topBytes: number;
  freeSlotBytes: number;
  /** The spans in which no slot is live, which `trim` gives back. */
  idleSpanBytes: number;
  largestFreeBytes: number;
  liveBlockCount: number;
  largeBlockCount: number;
  freeBlockCount: number;
  spanCount: number;
  /** The pages of the memory, 64 KiB each. */
  pageCount: number;
  /** The pages that the heap grew. */
  grownPageCount: number;
  /** The number of calls of memory.grow that grew them. */
  growCount: number;
  /** The regions of the heap: memory without a gap, with strangers' pages between two regions. */
  regionCount: number;
  /** All 48 of them, the smallest slots first. */
  classes: SizeClassStatistics[];
}

/**
 * - `block`: a live block that is no slot of a span
 * - `span`: 16 KiB of slots of one size class: small blocks, live and free
 * - `free`: a free block
 * - `gap`: no blocks lie here: pages that strangers grew, or those of a large heap's span table
 * - `top`: the free memory at the end of the heap
 * - `records`: the span table, always the last item; a large heap has it in a gap instead, and then the top is the last item
 * - `broken`: what lies here is no item: the heap's own words were overwritten
 */
export type HeapItemKind = "block" | "span" | "free" | "gap" | "top" | "records" | "broken";

/** An item of a walk. Items lie end to end. */
export interface HeapItem {
  kind: HeapItemKind;
  address: number;
  size: number;
}

/** The raw calls. `include/granary_inspect.h` describes the records whose addresses they answer with. */
export interface InspectedHeapExports<
  Word extends number | bigint = number,
> extends HeapExports<Word> {
  stats(): Word;
  walk(address: Word): Word;
  /** 0, or the number of the first rule that does not hold. */
  verify(): number;
  trim(): Word;
  reset(): void;
}

/** A Heap that can be inspected, over `granary-inspect.wasm`. */
export class InspectedHeap<Word extends number | bigint = number> extends Heap<Word> {
  /**
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`, `ERR_ENGINE`
   */
  static create(options: HeapOptions & Wide): Promise<InspectedHeap<bigint>>;
  static create(options?: HeapOptions): Promise<InspectedHeap>;

  /**
   * Does the same at once, from bytes or a compiled module.
   *
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`, `ERR_ENGINE`
   */
  static createSync(options: HeapOptionsSync & Wide): InspectedHeap<bigint>;
  static createSync(options: HeapOptionsSync): InspectedHeap;

  readonly exports: InspectedHeapExports<Word>;

  /** Works out the figures of the whole heap as it is now. */
  stats(): HeapStatistics;

  /** Returns all items of the heap as it is now, in the order of addresses. */
  walk(): HeapItem[];

  /**
   * Looks at every word that the heap keeps for itself. The bytes of blocks are not among them:
   * `CheckedHeap.check` looks after those.
   *
   * @throws GranaryError `ERR_BROKEN` with the first rule that does not hold
   */
  verify(): void;

  /**
   * Gives idle spans back to the heap, for blocks of other sizes.
   *
   * @returns how many bytes at the end of the heap nothing needs
   */
  trim(): number;

  /**
   * Ends every block of the module at once, also those that other code allocated in it; their memory is
   * used again from its beginning. Views that are still attached show the blocks that come next.
   */
  reset(): void;
}
