// Every type of the package, as a program uses it. It must compile in strict mode.

import {
  CheckedHeap,
  GranaryError,
  GranaryFault,
  Heap,
  InspectedHeap,
  SharedHeap,
  guard,
  type AllocOptions,
  type AllocatorFigures,
  type ArrayClass,
  type Block,
  type BlockFigures,
  type BlockOptions,
  type Bytes,
  type CallerOptions,
  type CheckLimits,
  type CheckedHeapExports,
  type CompiledModule,
  type CompiledSource,
  type CopyOptions,
  type FaultBlock,
  type FaultExports,
  type FaultKind,
  type GranaryErrorCode,
  type HeapExports,
  type HeapItem,
  type HeapItemKind,
  type HeapOptions,
  type HeapOptionsSync,
  type HeapStatistics,
  type InspectedHeapExports,
  type LeakGroup,
  type LeakReport,
  type MemoryOptions,
  type ModuleSource,
  type Shared,
  type SharedHeapExports,
  type SharedHeapOptions,
  type SharedHeapOptionsSync,
  type SharedMemoryOptions,
  type SizeClassStatistics,
  type ViewClass,
  type Wide,
  type Width,
} from "granary";

const memory = new WebAssembly.Memory({ initial: 1, maximum: 100 });
const limits: MemoryOptions = { maximumPages: 100, resizableBuffer: true };
const bytesOfModule: CompiledSource = new Uint8Array(8);
const module: CompiledModule = new WebAssembly.Module(new Uint8Array(8));
const sources: ModuleSource[] = [
  bytesOfModule,
  new ArrayBuffer(8),
  module,
  new URL("https://example.org/granary.wasm"),
  "/granary.wasm",
  new Response(),
];
const options: HeapOptions = { ...limits, module: fetch("/granary.wasm") };
const optionsSync: HeapOptionsSync = { module: bytesOfModule, memory };

export async function use(): Promise<string> {
  const heaps: Heap[] = [
    await Heap.create(),
    await Heap.create(options),
    await Heap.create({ memory }),
    await Heap.create({ module: sources[0] }),
    Heap.createSync(optionsSync),
  ];
  const heap = heaps[0]!;
  const block: BlockOptions = { alignment: 64 };

  const pointer: number = heap.alloc(1025, block);
  const perhaps: number | null = heap.tryAlloc(1025);
  const copies: number[] = [
    heap.allocBytes(new Uint8Array(8)),
    heap.allocBytes(new ArrayBuffer(8), block),
    heap.allocBytes(new DataView(new ArrayBuffer(8))),
    heap.allocString("text", block),
    heap.allocCString("text", block),
    heap.allocArray(Float32Array, 1000, { ...block, zeroed: true }),
    heap.allocArray([1, 2, 3], Int32Array, block),
    heap.allocArray(new Set([1n]), BigInt64Array),
  ];
  const ofNumbers: typeof Uint16Array = Uint16Array;
  const copy: CopyOptions = { ...block, caller: 7 };
  const arrays: ArrayClass[] = [Uint8Array, BigUint64Array];
  copies.push(heap.allocArray(new Float32Array(8), ofNumbers, copy), arrays.length);

  const bytes: Bytes = heap.bytes(pointer);
  const plain: Uint8Array = heap.bytes(pointer, 10);
  const blob: Blob = new Blob([bytes]);
  const floats: Float64Array = heap.view(Float64Array, pointer, 10);
  const wide: BigUint64Array = heap.view(BigUint64Array, pointer);
  const view: DataView = heap.view(DataView, pointer);
  const numbers: number = heap.view(Uint32Array, pointer)[0]! + view.getUint8(0) + floats[0]!;
  const big: bigint = wide[0]!;
  const type: ViewClass = Uint8ClampedArray;
  const any: ArrayBufferView = heap.view(type, pointer);

  const elsewhere: Int32Array = heap.viewAt(Int32Array, 1024, 10);
  const fromC: string = heap.readCString(elsewhere[0]!);

  const handle: Block = heap.block(pointer);
  handle.realloc(handle.length + handle.alignment, { caller: handle.caller });
  const inBlock: Float32Array = handle.view(Float32Array, 5);
  const shown: BlockFigures = handle.toJSON();
  for (const { bytes, isLive } of heap) if (isLive) copies.push(bytes.length + inBlock.length);
  const figures: AllocatorFigures = heap.toJSON();
  copies.push(heap.liveBlocks + heap.liveBytes + figures.pageCount + shown.pointer);
  handle.dispose();
  handle[Symbol.dispose]();

  const inPlace: boolean = heap.resize(pointer, 2000);
  const moved: number | null = heap.remap(pointer, 4000);
  const always: number = heap.realloc(moved ?? pointer, 8000);
  const { length, alignment }: { length: number; alignment: number } = heap.disown(always);
  heap.adopt(always, length, { alignment });
  const text: string = heap.readString(always, 5) + fromC;
  const lives: boolean = heap.has(always);
  const known: number = heap.lengthOf(always);
  heap.free(always);
  heap.freeAll({ caller: 7 });

  const raw: HeapExports = heap.exports;
  const address: number = raw.alloc(0, 100, 4, 0) >>> 0;
  const one: number = raw.resize(0, address, 100, 4, 90, 0);
  const remapped: number = raw.remap(0, address, 90, 4, 100, 0) >>> 0;
  raw.free(0, remapped, 100, 4, 0);
  const table: unknown = raw.__indirect_function_table.get(raw.vtable.value as number);
  const same: boolean = (raw.memory ?? heap.memory) === heap.memory;

  try {
    heap.free(0);
  } catch (error) {
    if (!(error instanceof GranaryError)) throw error;
    const code: GranaryErrorCode = error.code;
    if (error.code === "ERR_NO_MEMORY") return `${code} ${error.message} ${String(error.cause)}`;
  }
  const made: Error = new GranaryError("ERR_TYPE", "a sentence", { cause: big });
  const all = [perhaps, copies, plain, blob, numbers, any, inPlace, text, lives, known, one, table];
  return [...all, same, made.name].join();
}

/** With 64-bit addresses raw calls take and answer with bigints, and all other calls with numbers. */
export async function useWide(): Promise<number> {
  // A DOM library from before memory64 has no such descriptor.
  const descriptor: object = { address: "i64", initial: 1n };
  const wideMemory = new WebAssembly.Memory(descriptor as WebAssembly.MemoryDescriptor);
  const asked: Wide = { width: 64 };
  const all: Wide & HeapOptions = { ...asked, memory: wideMemory };
  const heap: Heap<bigint> = await Heap.create({ width: 64 });
  const heaps: Heap<bigint>[] = [
    await Heap.create(all),
    await Heap.create({ width: 64, maximumPages: 100_000 }),
    Heap.createSync({ width: 64, module: bytesOfModule, memory: wideMemory }),
    await InspectedHeap.create(asked),
    await CheckedHeap.create({ ...asked, memory: wideMemory }),
  ];
  const either: Heap[] = [
    await Heap.create({ width: 32 }),
    await Heap.create({ memory: wideMemory }),
  ];
  const widths: Width[] = [...heaps, ...either].map(({ width }) => width);

  const raw: HeapExports<bigint> = heap.exports;
  const address: bigint = BigInt.asUintN(64, raw.alloc(0n, 100n, 4, 0n));
  const kept: number = raw.resize(0n, address, 100n, 4, 90n, 0n);
  heap.adopt(address, 90n);
  const pointer: number = heap.realloc(address, 2n ** 33n);
  const caller: CallerOptions<bigint> = { caller: address };
  const block: AllocOptions<bigint> = { ...caller, alignment: 64 };
  const copies: number[] = [heap.alloc(100n, block), heap.alloc(100, { caller: 7 })];
  const lengths: number[] = [heap.lengthOf(pointer), heap.bytes(pointer, 10n).length];
  heap.free(BigInt(pointer), caller);

  const checked: CheckedHeap<bigint> = CheckedHeap.createSync({ width: 64, module });
  const limits: CheckLimits<bigint> = { quarantine: 0n, fill: 64 };
  checked.setLimits(limits);
  const calls: CheckedHeapExports<bigint> = checked.exports;
  const inspected: InspectedHeapExports<bigint> = calls;
  calls.set_limits(0n, inspected.stats());
  checked.guard(() => calls.free(0n, calls.leaks(), 100n, 4, 0n));
  return [...copies, ...lengths, ...widths, kept].length;
}

export async function inspect(): Promise<HeapStatistics> {
  const heaps: InspectedHeap[] = [
    await InspectedHeap.create(),
    await InspectedHeap.create({ module: sources[0] }),
    InspectedHeap.createSync(optionsSync),
    await CheckedHeap.create(),
  ];
  const heap = heaps[0]!;
  const asHeap: Heap = heap;
  const items: HeapItem[] = heap.walk();
  const kinds: HeapItemKind[] = items.map(({ kind }) => kind);
  const free: number = items.filter(({ kind }) => kind === "free").reduce((n, i) => n + i.size, 0);
  heap.verify();
  const idle: number = heap.trim();
  heap.reset();
  const raw: InspectedHeapExports = heap.exports;
  const numbers: number[] = [raw.stats(), raw.walk(0), raw.verify(), raw.trim(), free, idle];
  const statistics: HeapStatistics = heap.stats();
  const first: SizeClassStatistics | undefined = statistics.classes[0];
  if ((first?.slotSize ?? 0) > numbers.length + kinds.length) asHeap.free(asHeap.alloc(1));
  return statistics;
}

export async function share(worker: Worker): Promise<SharedHeap> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 100, shared: true });
  const given: SharedMemoryOptions = { memory };
  const options: SharedHeapOptions = { maximumPages: 100, initialPages: 2 };
  const optionsSync: SharedHeapOptionsSync = { ...given, module };
  const heaps: SharedHeap[] = [
    await SharedHeap.create(options),
    await SharedHeap.create({ memory, module: fetch("/granary-threads.wasm") }),
    SharedHeap.createSync(optionsSync),
  ];
  const heap = heaps[0]!;
  const shared: Shared = heap.share();
  worker.postMessage(shared);
  const opened: SharedHeap = SharedHeap.openSync(shared);
  const pointer: number = heap.alloc(100, { alignment: 64 });
  const bytes: Uint8Array = heap.bytes(pointer);
  const floats: Float64Array = heap.view(Float64Array, pointer);
  const { length, alignment } = heap.disown(pointer);
  opened.adopt(pointer, length, { alignment });
  const asAny: Heap<number, Uint8Array> = opened;
  asAny.free(asAny.realloc(pointer, bytes.length + floats.length));
  const plain: Heap<number, Uint8Array> = await Heap.create();
  plain.free(plain.allocString("text"));
  const raw: SharedHeapExports = opened.exports;
  raw.thread_may_wait(1);
  raw.thread_flush();
  opened.flush();
  return SharedHeap.open(shared);
}

export function check(bytes: Uint8Array): FaultBlock | null {
  const heap: CheckedHeap = CheckedHeap.createSync({ module: bytes });
  const who: CallerOptions = { caller: 7 };
  const options: AllocOptions = { ...who, alignment: 64 };
  heap.free(heap.alloc(100, options), who);
  const limits: CheckLimits = { quarantine: 0, fill: 64 };
  heap.setLimits(limits);
  heap.check();
  const report: LeakReport = heap.leaks();
  const group: LeakGroup | undefined = report.groups[0];
  const raw: CheckedHeapExports = heap.exports;
  const exports: FaultExports = { memory: heap.memory, fault: raw.fault };
  const { exports: program } = new WebAssembly.Instance(module);
  try {
    const address: number = heap.guard(() => raw.alloc(0, 100, 4, group?.allocatedBy ?? 0));
    guard(exports, () => raw.free(0, address, 100, 4, report.bytes));
    guard({ memory, granary_fault: raw.fault }, raw.check);
    guard(program, () => raw.set_limits(0, raw.leaks()));
  } catch (error) {
    if (!(error instanceof GranaryFault)) throw error;
    const asError: GranaryError = error;
    const code: "ERR_FAULT" = error.code;
    const kind: FaultKind = error.kind;
    const { call, address, length, alignment, newLength, caller, block } = error;
    const fields: (string | number | null)[] = [
      call,
      address,
      length,
      alignment,
      newLength,
      caller,
    ];
    if (kind === "written-after-free" && call === "check") return block;
    return fields.includes(code + asError.message) ? null : block;
  }
  return null;
}
