// One walk through the package, the same in every runtime and browser. It takes what
// `import * as granary from "granary"` gives and answers with facts that JSON can carry; the tests know
// what they must be. It uses nothing but the language, WebAssembly and fetch.

/**
 * @param {typeof import("granary")} granary
 * @param {object} files
 * @param {URL} files.classic where classic.wasm is
 * @param {URL} files.missing where no file is
 * @param {Uint8Array} [files.bytes] the bytes of granary-import.wasm, where they can be had
 */
export async function tour(granary, { classic, missing, bytes }) {
  const { CheckedHeap, GranaryError, Heap, InspectedHeap } = granary;
  const heap = await Heap.create();
  const pointer = heap.alloc(1025, { alignment: 4096 });
  heap.bytes(pointer).fill(0x12);
  const before = heap.bytes(pointer);
  const moved = heap.realloc(pointer, 3_000_000);
  const floats = heap.view(Float64Array, heap.alloc(80)).fill(0.5);

  const limited = await Heap.create({ maximumPages: 3 });
  let blocks = 0;
  while (limited.tryAlloc(10_000) !== null) blocks++;

  const memory = new WebAssembly.Memory({ initial: 2, maximum: 100 });
  new Uint8Array(memory.buffer).fill(0xab);
  const shared = await Heap.create({ memory });
  const inShared = shared.alloc(5000);
  shared.bytes(inShared).fill(1);

  const stable = await Heap.create({ maximumPages: 100, resizableBuffer: true });
  const text = stable.allocString("Grüße \u{1f33e}");
  const kept = stable.bytes(text);
  stable.alloc(1_000_000);

  const inspected = await InspectedHeap.create();
  inspected.alloc(100_000);

  const checked = await CheckedHeap.create();
  const overrun = checked.alloc(96, { caller: 7 });
  new Uint8Array(checked.memory.buffer)[overrun + 96] = 1;

  const beside = await CheckedHeap.create({ memory });
  const stale = beside.bytes(beside.alloc(10, { caller: 8 }));
  beside.free(stale.byteOffset);
  stale[0] ^= 1;

  const classicHeap = await Heap.create({ module: classic });
  return {
    aligned: pointer % 4096,
    detached: before.length,
    contents: heap.bytes(moved, 1025).every((byte) => byte === 0x12),
    sum: floats.reduce((a, b) => a + b),
    blocksIn3Pages: blocks,
    pages: limited.memory.buffer.byteLength / 65536,
    programsBytes: new Uint8Array(memory.buffer, 0, 131_072).every((byte) => byte === 0xab),
    aboveTheProgram: inShared >= 131_072,
    text: stable.readString(text),
    // Growth detaches no view where the runtime has resizable buffers.
    keptViews: kept.length === stable.lengthOf(text) ? "kept" : "detached",
    resizable: "toResizableBuffer" in WebAssembly.Memory.prototype ? "kept" : "detached",
    liveBlocks: inspected.stats().liveBlockCount,
    fault: faultOf(granary, () => checked.free(overrun)),
    rawFault: faultOf(granary, () => checked.guard(() => checked.exports.free(0, 0, 1, 0, 0))),
    faultBeside: faultOf(granary, () => beside.check()),
    array: [...heap.view(Int32Array, heap.allocArray([1, -1], Int32Array))],
    stringOfC: heap.readCString(heap.allocCString("Grüße")),
    words: heap.viewAt(Uint16Array, heap.allocArray(Uint16Array, 3, { zeroed: true }), 3).join(),
    handle: handleOf(limited),
    full: thrownBy(() => limited.alloc(200_000)).message,
    shown: String(await Heap.create()),
    clone: thrownBy(() => structuredClone(heap)).name,
    classicRefuses: classicHeap.tryAlloc(1, { alignment: 2 ** 17 }),
    atOnce: bytes === undefined ? "no bytes" : Heap.createSync({ module: bytes }).alloc(1) > 0,
    codes: [
      await codeOf(GranaryError, () => heap.free(pointer + 1)),
      await codeOf(GranaryError, () => heap.alloc(-1)),
      await codeOf(GranaryError, () => heap.alloc(1, { alignment: 3 })),
      await codeOf(GranaryError, () => heap.alloc(2 ** 32 - 1)),
      await codeOf(GranaryError, () => Heap.create({ memory: {} })),
      await codeOf(GranaryError, () => Heap.create({ module: new Uint8Array(8) })),
      await codeOf(GranaryError, () => Heap.create({ module: missing })),
      await codeOf(GranaryError, () => Heap.create({ memory: fullMemory() })),
    ],
  };
}

function faultOf({ GranaryFault }, call) {
  try {
    call();
  } catch (failure) {
    if (!(failure instanceof GranaryFault)) return String(failure);
    return { kind: failure.kind, allocatedBy: failure.block?.allocatedBy ?? null };
  }
  return "nothing was thrown";
}

/** What the handle of a block is while the block is live, and after it was disposed. */
function handleOf(heap) {
  heap.freeAll();
  const block = heap.block(heap.alloc(10));
  const before = [block.length, heap.liveBlocks, heap.liveBytes, [...heap].length];
  block.dispose();
  return [...before, block.isLive];
}

/** What a call throws. */
function thrownBy(call) {
  try {
    call();
  } catch (thrown) {
    return thrown;
  }
  return { name: "nothing", message: "nothing was thrown" };
}

function fullMemory() {
  return new WebAssembly.Memory({ initial: 1, maximum: 1 });
}

async function codeOf(GranaryError, call) {
  try {
    await call();
  } catch (failure) {
    return failure instanceof GranaryError ? failure.code : String(failure);
  }
  return "nothing was thrown";
}
