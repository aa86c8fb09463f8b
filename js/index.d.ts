// The types of the package `granary`, and the reference of its calls.
//
// Units: lengths are bytes; an alignment is bytes, a power of two; a page is 64 KiB, the unit in which
// WebAssembly memories grow; a pointer is an address in the memory, an unsigned number, never 0.
//
// Every pointer, length and other number that the package answers with is a number. A heap with 64-bit
// addresses takes a bigint as well wherever it takes a pointer, a length, a count or a caller, because
// the exports of 64-bit modules answer with them (`Word` in these types: bigint with `width: 64`).
//
// A call that throws has changed nothing, unless it throws ERR_BROKEN. Options are read once, before
// anything else is done; create takes bytes, URLs and memories as they are when it is called.

export * from "./arena-heap.js";
export * from "./checked-heap.js";
export * from "./inspected-heap.js";
export * from "./shared-heap.js";

/**
 * - `ERR_NO_MEMORY`: the memory is full, or the runtime gives none. Right use meets no other error.
 * - `ERR_LENGTH`: a length is no whole number of bytes in the range of the call, or a count no whole number of
 *   elements.
 * - `ERR_ALIGNMENT`: an alignment is no power of two from 1 to 2^31, or the elements of a view or of an array are
 *   wider than the alignment of its pointer.
 * - `ERR_POINTER`: a pointer is not that of a live block of this heap: freed, moved, or never returned.
 * - `ERR_RANGE`: a view or string would reach past the end of its block or of the memory, or is longer than the
 *   runtime makes views; no byte 0 ends a string of C.
 * - `ERR_TYPE`: data, values, text or a view's class is of the wrong kind; the buffer of data is detached; guard
 *   was given no function, or one that is not done when it returns.
 * - `ERR_OPTION`: an option does not exist, is of the wrong kind, is out of range, or contradicts another.
 * - `ERR_MEMORY`: `memory` is no WebAssembly.Memory, is shared (for a SharedHeap: is not), or cannot grow
 *   by the page that the heap's own state takes.
 * - `ERR_MODULE`: `module` gave no module (an HTML page, as of a server that has no such file, is told apart), or
 *   one without the exports that the class needs; or the package's own module could not be found, and `module` has
 *   to be given.
 * - `ERR_ENGINE`: the runtime has no memories with 64-bit addresses, which `width: 64` asks for, or no
 *   SharedArrayBuffer, which a SharedHeap needs.
 * - `ERR_FAULT`: the checked engine caught a misuse; the exception is a GranaryFault.
 * - `ERR_LEAK`: `assertNoLeaks` found live blocks; the message is the report of `describeLeaks`.
 * - `ERR_ENDED`: the arena was destroyed before.
 * - `ERR_BROKEN`: the heap's own words were overwritten: `verify` found it, or a call trapped, or the
 *   module answered with an address where no block can be. Any call may throw it, and nothing in the heap
 *   can be relied on from then on. A CheckedHeap finds wrong writes before they do this.
 */
export type GranaryErrorCode =
  | "ERR_NO_MEMORY"
  | "ERR_LENGTH"
  | "ERR_ALIGNMENT"
  | "ERR_POINTER"
  | "ERR_RANGE"
  | "ERR_TYPE"
  | "ERR_OPTION"
  | "ERR_MEMORY"
  | "ERR_MODULE"
  | "ERR_ENGINE"
  | "ERR_FAULT"
  | "ERR_LEAK"
  | "ERR_ENDED"
  | "ERR_BROKEN";

/** What every call of the package throws. The message says what was wrong and what is right. */
export class GranaryError extends Error {
  constructor(code: GranaryErrorCode, message: string, options?: { cause?: unknown });
  readonly name: "GranaryError" | "GranaryFault";
  readonly code: GranaryErrorCode;
  /** The runtime's own exception, where there was one. */
  readonly cause?: unknown;
}

/**
 * A WebAssembly.Module. To TypeScript that is an empty interface, which everything satisfies; members
 * that no module has exclude other values.
 */
export type CompiledModule = WebAssembly.Module &
  object & { href?: never; body?: never; then?: never };

/** The bytes of a module, or a module. */
export type CompiledSource = ArrayBuffer | ArrayBufferView | CompiledModule;

/**
 * Where a module may come from. A string is a URL, relative to the document where there is one. A
 * `file:` URL works in Node, bun and Deno. A Response need not have the type `application/wasm`, but
 * with it the module is compiled while it arrives.
 */
export type ModuleSource = CompiledSource | URL | string | Response;

/** How many bits an address of a heap has: 32 (up to 4 GiB), or 64 (up to 16 GiB in the runtimes of today). */
export type Width = 32 | 64;

export interface MemoryOptions {
  /**
   * The bits of an address. 64 takes a runtime with memory64. `memory` and `module`, where they are
   * given, must have this width. Default: theirs, and 32 where neither is given.
   */
  width?: Width | undefined;
  /**
   * The memory to allocate in, which other code may use too. The heap takes only pages that it grows
   * itself, and grows the first of them at once, for its own state. The memory must not be `shared`,
   * and must be able to grow. Default: a memory of the heap's own.
   */
  memory?: WebAssembly.Memory | undefined;
  /**
   * The most pages (64 KiB each) that the heap's own memory may have, 1 to 65536, and with `width: 64`
   * to 262144. Default: no limit but the runtime's. This option does not go with `memory`, which has its
   * own maximum.
   */
  maximumPages?: number | undefined;
  /**
   * Makes the memory's buffer a resizable one where the runtime has `Memory.toResizableBuffer`: then
   * growth detaches no view, and `heap.memory.buffer.resizable` is true. Elsewhere it changes
   * nothing. Browsers refuse views of such a buffer in TextDecoder, Blob, crypto and others: copy
   * them first (`slice`). A `memory` that is given must have a maximum. Default: false.
   */
  resizableBuffer?: boolean | undefined;
}

export interface HeapOptions extends MemoryOptions {
  /**
   * The module: it may be any that has the exports that the class needs, the four calls among them. To
   * go with `memory`, `maximumPages` or `resizableBuffer` it must import its memory as `env.memory`.
   * Default: a module of the package. Heap takes `granary-import.wasm` with one of these options and
   * `granary.wasm` without; CheckedHeap takes `granary-checked-import.wasm` and `granary-checked.wasm`;
   * ArenaHeap takes
   * `granary-arenas-import.wasm` and `granary-arenas.wasm`. InspectedHeap takes `granary-inspect.wasm` and
   * CheckedArenaHeap `granary-arenas-checked.wasm`, which have a memory of their own. With 64-bit addresses these
   * are the modules of the same names with a 64 at the end (`granary-import64.wasm`).
   */
  module?: ModuleSource | PromiseLike<ModuleSource> | undefined;
}

export interface HeapOptionsSync extends MemoryOptions {
  /** The module, as in HeapOptions, but as bytes or compiled: nothing can be waited for. */
  module: CompiledSource;
}

/** An option that asks for a heap with 64-bit addresses, which the types then know. */
export interface Wide {
  width: 64;
}

export interface BlockOptions {
  /** The block's pointer is a multiple of this power of two of bytes, 1 to 2^31. Default: 16. */
  alignment?: number | undefined;
}

export interface CallerOptions<Word extends number | bigint = number> {
  /**
   * Who calls: a name, such as "loadTexture", or a number from 0 to 2^32 - 1 (64-bit addresses: 2^53 - 1). A
   * CheckedHeap names the caller in faults and groups `leaks` by it; other heaps only keep it. A block that realloc
   * moves keeps it. A heap has a number from 0xf0000000 on for each name, and forgets none: give few. Default:
   * nobody is named, which is the number 0.
   */
  caller?: number | Word | string | undefined;
}

/** The options of calls that allocate a block with contents. */
export interface CopyOptions<Word extends number | bigint = number>
  extends BlockOptions, CallerOptions<Word> {}

/** The options of calls that allocate a block without contents. */
export interface AllocOptions<Word extends number | bigint = number> extends CopyOptions<Word> {
  /** Whether every byte of the block is 0. Default: false; the contents are undefined. */
  zeroed?: boolean | undefined;
}

/** A class of which `heap.view` makes views: those of typed arrays, and DataView. */
export type ViewClass = (new (
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
) => ArrayBufferView) & { readonly name: string };

/** A class of typed arrays, which makes one of values, too. */
export type ArrayClass = (new (
  buffer: ArrayBuffer,
  byteOffset: number,
  length: number,
) => ArrayBufferView & { [index: number]: number | bigint }) & { readonly name: string };

/** A Uint8Array over an ArrayBuffer, for every version of TypeScript. */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/**
 * The raw calls, as WebAssembly exports them: addresses come back signed (`>>> 0` makes them pointers, or
 * with 64 bits `BigInt.asUintN(64, address)`), `alignment` is the logarithm (4 for 16 bytes), `ctx` and
 * `ret_addr` may be 0, and nothing is checked.
 */
export interface HeapExports<Word extends number | bigint = number> {
  /** The address of `len` bytes; 0: no memory. */
  alloc(ctx: Word, len: Word, alignment: number, ret_addr: Word): Word;
  /** 1: the block has `new_len` bytes now; 0: it would have to move, and nothing has changed. */
  resize(ctx: Word, ptr: Word, len: Word, alignment: number, new_len: Word, ret_addr: Word): number;
  /** The block's address, perhaps a new one; 0: nothing has changed. */
  remap(ctx: Word, ptr: Word, len: Word, alignment: number, new_len: Word, ret_addr: Word): Word;
  /** Ends the block. */
  free(ctx: Word, ptr: Word, len: Word, alignment: number, ret_addr: Word): void;
  /** The address of the table indices of alloc, resize, remap and free: Zig's Allocator.VTable. */
  readonly vtable: WebAssembly.Global;
  readonly __indirect_function_table: WebAssembly.Table;
  /** Only a module with a memory of its own has it; `heap.memory` is always there. */
  readonly memory?: WebAssembly.Memory;
}

/** What `String` and `JSON.stringify` of a heap or arena show, and console.log in Node, bun and Deno. */
export interface AllocatorFigures {
  liveBlocks: number;
  liveBytes: number;
  /** The pages of the memory, 64 KiB each. */
  pageCount: number;
}

/** What they show of a block: what was so last, if it has ended. */
export interface BlockFigures {
  pointer: number;
  length: number;
  alignment: number;
  caller: number | string;
  isLive: boolean;
}

/**
 * A handle of a block, which `heap.block` and iteration give. It follows the block where it moves, also by the calls
 * of the heap. Once the block has ended, everything but `isLive`, `dispose` and `toJSON` throws `ERR_POINTER`.
 *
 * @example using block = heap.block(heap.alloc(1000)); // is freed where the scope ends
 */
export interface Block<Word extends number | bigint = number, View extends Uint8Array = Bytes> {
  /** Whether the block is a live block of the heap or arena that gave the handle. */
  readonly isLive: boolean;
  readonly pointer: number;
  readonly length: number;
  readonly alignment: number;
  /** The `caller` of its alloc, as it was given; 0: nobody was named. */
  readonly caller: number | string;

  /** As `heap.bytes`. */
  bytes(length?: number | Word): View;
  /** As `heap.view`. */
  view<Class extends ViewClass>(type: Class, count?: number | Word): InstanceType<Class>;
  /** As `heap.readString`. */
  readString(length?: number | Word): string;
  /** As `heap.realloc`; `pointer` says where the block is then. */
  realloc(newLength: number | Word, options?: CallerOptions<Word>): void;
  /** As `heap.free`. */
  free(options?: CallerOptions<Word>): void;

  /** Frees the block, and does nothing when it has ended before. */
  dispose(): void;
  /** Does the same as `dispose`. A runtime that has no `using` has no such method. */
  [Symbol.dispose](): void;

  toString(): string;
  toJSON(): BlockFigures;
}

/**
 * The calls that a heap and an arena have in common. Each remembers its live blocks: a call with a pointer that is
 * not that of one throws `ERR_POINTER`. `View` is the class of what `bytes` returns: a SharedHeap's views are
 * views of a SharedArrayBuffer.
 *
 * A heap cannot be copied: `structuredClone` and `postMessage` of one throw the runtime's `DataCloneError`.
 */
export interface Allocator<Word extends number | bigint = number, View extends Uint8Array = Bytes> {
  /**
   * Allocates a block of `length` bytes, 0 to 2^32 - 1 (64-bit addresses: 2^53 - 1), with undefined
   * contents, or with zeros: `{ zeroed: true }`.
   *
   * @returns its pointer
   * @throws GranaryError `ERR_NO_MEMORY`, whose message says how many pages there are of how many at most, and in
   *   an InspectedHeap and CheckedHeap how long the largest free block is;, `ERR_LENGTH`, `ERR_ALIGNMENT`, `ERR_OPTION`
   */
  alloc(length: number | Word, options?: AllocOptions<Word>): number;

  /**
   * Does the same as `alloc`, but returns null where there is no memory.
   *
   * @throws GranaryError `ERR_LENGTH`, `ERR_ALIGNMENT`, `ERR_OPTION`
   */
  tryAlloc(length: number | Word, options?: AllocOptions<Word>): number | null;

  /**
   * Allocates a block that holds a copy of `data`.
   *
   * @returns its pointer
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_TYPE`, `ERR_LENGTH`, `ERR_ALIGNMENT`, `ERR_OPTION`
   */
  allocBytes(data: ArrayBuffer | ArrayBufferView, options?: CopyOptions<Word>): number;

  /**
   * Allocates a block that holds `text` in UTF-8. No byte 0 ends it; `allocCString` is for C.
   * Its length in bytes is `heap.lengthOf(pointer)`.
   *
   * @returns its pointer
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_TYPE`, `ERR_ALIGNMENT`, `ERR_OPTION`
   */
  allocString(text: string, options?: CopyOptions<Word>): number;

  /**
   * Allocates a block that holds `text` in UTF-8 and a byte 0 after it, as C reads strings.
   *
   * @returns its pointer
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_TYPE` also for a text that has a character 0, `ERR_ALIGNMENT`,
   *   `ERR_OPTION`
   */
  allocCString(text: string, options?: CopyOptions<Word>): number;

  /**
   * Allocates a block with room for `count` elements of a class of typed arrays.
   *
   * @example heap.allocArray(Float32Array, 1000, { zeroed: true })
   * @returns its pointer; `heap.view(type, pointer)` is the array
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_LENGTH`, `ERR_TYPE`, `ERR_ALIGNMENT`, `ERR_OPTION`
   */
  allocArray(type: ViewClass, count: number | Word, options?: AllocOptions<Word>): number;

  /**
   * Allocates a block that holds the values as a class of typed arrays has them.
   *
   * @example heap.allocArray([1, 2, 3], Int32Array)
   * @returns its pointer
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_TYPE`, `ERR_ALIGNMENT`, `ERR_OPTION`
   */
  allocArray<Class extends ArrayClass>(
    values: Iterable<InstanceType<Class>[number]>,
    type: Class,
    options?: CopyOptions<Word>,
  ): number;

  /**
   * Gives the block `newLength` bytes, at least 1, where it is. The `caller` of resize, remap and realloc is for
   * faults; the block keeps that of its alloc.
   *
   * @returns false: the block would have to move, and nothing has changed
   * @throws GranaryError `ERR_POINTER`, `ERR_LENGTH`, `ERR_OPTION`
   */
  resize(pointer: number | Word, newLength: number | Word, options?: CallerOptions<Word>): boolean;

  /**
   * Gives the block `newLength` bytes, at least 1, moving it where that is cheaper than a copy by
   * the caller. Its contents are kept up to the shorter length.
   *
   * @returns the block's pointer from now on; null: nothing has changed
   * @throws GranaryError `ERR_POINTER`, `ERR_LENGTH`, `ERR_OPTION`
   */
  remap(
    pointer: number | Word,
    newLength: number | Word,
    options?: CallerOptions<Word>,
  ): number | null;

  /**
   * Gives the block `newLength` bytes, at least 1, in the cheapest way: in place, by remap, or in a
   * new block. Its contents are kept up to the shorter length, and its alignment stays. A shorter
   * length is never refused for want of memory: where there is none, the block stays where it is.
   *
   * @returns the block's pointer from now on
   * @throws GranaryError `ERR_NO_MEMORY`, `ERR_POINTER`, `ERR_LENGTH`, `ERR_OPTION`
   */
  realloc(pointer: number | Word, newLength: number | Word, options?: CallerOptions<Word>): number;

  /**
   * Ends the block. Its views must not be used any more; nothing watches them.
   *
   * @throws GranaryError `ERR_POINTER`, also for a second free of the block; `ERR_OPTION`
   */
  free(pointer: number | Word, options?: CallerOptions<Word>): void;

  /**
   * Frees every live block of this object. Blocks that other code allocated stay.
   *
   * @throws GranaryError `ERR_OPTION`
   */
  freeAll(options?: CallerOptions<Word>): void;

  /**
   * Forgets a live block without freeing it: from now on other code frees it, with this length and
   * alignment (in bytes), for example a program in the same memory that calls through `vtable`. The
   * length is the one that the module knows. It is more than `lengthOf` said where realloc made the
   * block shorter and there was no memory for a shorter one.
   *
   * @throws GranaryError `ERR_POINTER`
   */
  disown(pointer: number | Word): { length: number; alignment: number };

  /**
   * Takes over a live block that other code allocated from this heap, with the raw exports or through
   * `vtable`; length and alignment are those of its alloc. From now on it is like any other block.
   *
   * @throws GranaryError `ERR_POINTER` when the block lies outside the memory, is not aligned, or is
   *   live here already; `ERR_LENGTH`, `ERR_ALIGNMENT`, `ERR_OPTION`
   */
  adopt(pointer: number | Word, length: number | Word, options?: BlockOptions): void;

  /** Returns whether `pointer` is the pointer of a live block of this heap. */
  has(pointer: number | Word): boolean;

  /**
   * Returns a handle of the block.
   *
   * @throws GranaryError `ERR_POINTER`
   */
  block(pointer: number | Word): Block<Word, View>;

  /** The number of live blocks of this object. */
  readonly liveBlocks: number;

  /** The sum of their lengths, which is added up when it is read. */
  readonly liveBytes: number;

  /** Goes through the blocks that are live when it begins; those that end meanwhile are left out. */
  [Symbol.iterator](): Iterator<Block<Word, View>>;

  /**
   * Returns the length of the block in bytes.
   *
   * @throws GranaryError `ERR_POINTER`
   */
  lengthOf(pointer: number | Word): number;

  /**
   * Returns a view of the first `length` bytes of the block, or of all of it. It is a view of the
   * memory as it is now: a call that allocates may grow the memory, which detaches every view of it
   * (the view's length is then 0) unless the buffer is resizable. Take a new view then; it costs little.
   *
   * @throws GranaryError `ERR_POINTER`, `ERR_RANGE`
   */
  bytes(pointer: number | Word, length?: number | Word): View;

  /**
   * Returns a view of the block as `count` elements of a typed array, or as many as fit; a DataView
   * counts in bytes. Growth detaches it like that of `bytes`. For a class of your own that makes anything
   * else of buffer, pointer and count, `view` throws `ERR_TYPE`.
   *
   * @example heap.view(Float64Array, heap.alloc(8 * 1000))
   * @throws GranaryError `ERR_POINTER`, `ERR_RANGE`, `ERR_ALIGNMENT`, `ERR_TYPE`
   */
  view<Class extends ViewClass>(
    type: Class,
    pointer: number | Word,
    count?: number | Word,
  ): InstanceType<Class>;

  /**
   * Reads the first `length` bytes of the block, or all of it, as UTF-8. Malformed bytes read as
   * U+FFFD.
   *
   * @throws GranaryError `ERR_POINTER`, `ERR_RANGE`
   */
  readString(pointer: number | Word, length?: number | Word): string;

  /**
   * Returns a view of `count` elements anywhere in the memory, as of a program's data. Only that they lie in the
   * memory is checked. `view` is for blocks of this object.
   *
   * @example heap.viewAt(Int32Array, program.exports.table(), 10)
   * @throws GranaryError `ERR_RANGE`, `ERR_ALIGNMENT`, `ERR_TYPE`
   */
  viewAt<Class extends ViewClass>(
    type: Class,
    address: number | Word,
    count: number | Word,
  ): InstanceType<Class>;

  /**
   * Reads the bytes from an address anywhere in the memory up to the next byte 0 as UTF-8: a string of C. In a live
   * block of this object the byte 0 must be too.
   *
   * @throws GranaryError `ERR_RANGE`, also for an address of 0
   */
  readCString(address: number | Word): string;

  toString(): string;
  toJSON(): AllocatorFigures;
}

/**
 * A heap in one WebAssembly memory. It is for one thread; a SharedHeap is for many. Several heaps may share one
 * memory.
 */
export interface Heap<
  Word extends number | bigint = number,
  View extends Uint8Array = Bytes,
> extends Allocator<Word, View> {}

export class Heap<Word extends number | bigint = number, View extends Uint8Array = Bytes> {
  protected constructor();

  /**
   * Makes a heap in a memory of its own, or as the options say.
   *
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`, `ERR_ENGINE`
   */
  static create(options: HeapOptions & Wide): Promise<Heap<bigint>>;
  static create(options?: HeapOptions): Promise<Heap>;

  /**
   * Does the same at once, from bytes or a compiled module.
   *
   * @throws GranaryError `ERR_MODULE`, `ERR_MEMORY`, `ERR_OPTION`, `ERR_NO_MEMORY`, `ERR_ENGINE`
   */
  static createSync(options: HeapOptionsSync & Wide): Heap<bigint>;
  static createSync(options: HeapOptionsSync): Heap;

  /** The memory that the heap allocates in. */
  readonly memory: WebAssembly.Memory;

  /** How many bits an address of the memory has. */
  readonly width: Width;

  /** The exports of the module, for raw use. Blocks made with them are unknown to this object. */
  readonly exports: HeapExports<Word>;
}
