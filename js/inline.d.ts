// The types of the entry `granary/inline`: what `granary` has, with the modules inside. Nothing is fetched, and
// every heap can be made at once without a `module`. Heaps with 64-bit addresses are given one, because there is
// none for them inside.

import * as granary from "./index.js";

export * from "./index.js";

/** The options of a heap that is made at once; `module` replaces the one that is inside. */
export type InlineOptions = Omit<granary.MemoryOptions, "width"> & {
  width?: 32 | undefined;
  module?: granary.CompiledSource | undefined;
};

/** The same for a SharedHeap. */
export type InlineSharedOptions = granary.SharedMemoryOptions & {
  module?: granary.CompiledSource | undefined;
};

export class Heap<
  Word extends number | bigint = number,
  View extends Uint8Array = granary.Bytes,
> extends granary.Heap<Word, View> {
  static createSync(options: granary.HeapOptionsSync & granary.Wide): Heap<bigint>;
  static createSync(options?: InlineOptions | granary.HeapOptionsSync): Heap;
}

export class InspectedHeap<
  Word extends number | bigint = number,
> extends granary.InspectedHeap<Word> {
  static createSync(options: granary.HeapOptionsSync & granary.Wide): InspectedHeap<bigint>;
  static createSync(options?: InlineOptions | granary.HeapOptionsSync): InspectedHeap;
}

export class CheckedHeap<Word extends number | bigint = number> extends granary.CheckedHeap<Word> {
  static createSync(
    options: granary.HeapOptionsSync & granary.StackOptions & granary.Wide,
  ): CheckedHeap<bigint>;
  static createSync(
    options?: (InlineOptions | granary.HeapOptionsSync) & granary.StackOptions,
  ): CheckedHeap;
}

declare const ArenaHeapOnceMade: abstract new () => granary.ArenaHeap;
declare const CheckedArenaHeapOnceMade: abstract new () => granary.CheckedArenaHeap;
declare const SharedHeapOnceMade: abstract new () => granary.SharedHeap;

export class ArenaHeap extends ArenaHeapOnceMade {
  private constructor();
  static create(options?: granary.HeapOptions): Promise<ArenaHeap>;
  static createSync(options?: InlineOptions): ArenaHeap;
}

export class CheckedArenaHeap extends CheckedArenaHeapOnceMade {
  private constructor();
  static create(options?: granary.HeapOptions & granary.StackOptions): Promise<CheckedArenaHeap>;
  static createSync(options?: InlineOptions & granary.StackOptions): CheckedArenaHeap;
}

export class SharedHeap extends SharedHeapOnceMade {
  private constructor();
  static create(options: granary.SharedHeapOptions): Promise<SharedHeap>;
  static createSync(options: InlineSharedOptions): SharedHeap;
  static open(shared: granary.Shared): Promise<SharedHeap>;
  static openSync(shared: granary.Shared): SharedHeap;
}
