// The recorder of the package: its traces are what bench/trace.js reads, and a replay takes the pages that the
// program took. Neither what the format has no words for nor a sink that fails disturbs the program.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { replay } from "../bench/replay.js";
import { alignmentShift, handleMask, Kind, kindShift } from "../bench/trace-format.js";
import { readTrace } from "../bench/trace.js";
import { findTraces } from "../bench/trace-folder.js";
import { inRepository } from "../tools/paths.js";
import { outputOfSync } from "../tools/run.js";
import {
  ArenaHeap,
  CheckedHeap,
  Heap,
  InspectedHeap,
  SharedHeap,
  assertThrows,
  folder,
  moduleBytes,
  rawCalls,
  temporaryFolder,
} from "./support/package-staged.js";
import { Random, seeds } from "./support/random.js";
import { isWide, unsigned, word } from "./support/width.js";

const { Recorder, blobSink, fileSink } = await import(pathToFileURL(join(folder, "recorder.js")));

/** A sink that keeps the bytes of the file, and counts what it is given at once. */
function memorySink() {
  const parts = [];
  return {
    largest: 0,
    write(bytes, position) {
      this.largest = Math.max(this.largest, bytes.length);
      parts.push([Buffer.from(bytes), position]);
    },
    trace() {
      const end = Math.max(...parts.map(([bytes, position]) => position + bytes.length));
      const file = Buffer.alloc(end);
      for (const [bytes, position] of parts) bytes.copy(file, position);
      return readTrace(file, "recorded.trace");
    },
  };
}

function started() {
  const sink = memorySink();
  return { sink, recorder: new Recorder(sink) };
}

/** The operations of a trace as words: "alloc 0 100", "free 0 0". */
function operationsOf({ words }) {
  const names = Object.keys(Kind);
  return Array.from({ length: words.length / 2 }, (_, i) => {
    const [first, argument] = words.subarray(2 * i, 2 * i + 2);
    const name = names[first >>> kindShift];
    const size =
      name === "alignedAlloc"
        ? `2^${argument >>> alignmentShift} ${argument % 2 ** alignmentShift}`
        : argument;
    return `${name} ${first & handleMask} ${size}`;
  });
}

const pagesOf = ({ buffer }) => buffer.byteLength / 65536;

const granary = "granary.wasm";
const instantiate = (name) =>
  new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(name))).exports;

/** Random calls through a heap and its raw exports, which keep some hundred blocks of up to 64 KiB. */
function runProgram(heap, raw, random) {
  const kept = [];
  for (let call = 0; call < 6000; call++) {
    const length = random.length(16);
    const index = random.below(kept.length + 1);
    const block = kept[index];
    if (block === undefined || (kept.length < 400 && random.oneIn(2))) {
      const log2 = random.oneIn(8) ? random.below(13) : 4;
      const isRaw = random.oneIn(3);
      const pointer = isRaw
        ? unsigned(raw.alloc(word(0), word(length), log2, word(0)))
        : heap.alloc(length, { alignment: 2 ** log2, zeroed: random.oneIn(2) });
      kept.push({ pointer, length, log2, isRaw });
      continue;
    }
    const { pointer, length: held, log2, isRaw } = block;
    const operands = [word(0), word(pointer), word(held), log2];
    if (random.oneIn(3)) {
      const call = random.below(3);
      if (isRaw) {
        const moved = unsigned(raw.remap(...operands, word(length), word(0)));
        if (moved !== 0) Object.assign(block, { pointer: moved, length });
      } else if (call === 0) {
        if (heap.resize(pointer, length)) block.length = length;
      } else if (call === 1) {
        const moved = heap.remap(pointer, length);
        if (moved !== null) Object.assign(block, { pointer: moved, length });
      } else {
        Object.assign(block, { pointer: heap.realloc(pointer, length), length });
      }
      continue;
    }
    kept.splice(index, 1);
    if (isRaw) raw.free(...operands, word(0));
    else heap.free(pointer);
  }
}

describe("a recording", () => {
  // The replay of the bench makes its calls with numbers.
  for (const seed of seeds(1, 6)) {
    test(
      `of a heap and of raw calls in it replays with the same pages (SEED=${seed})`,
      { skip: isWide },
      () => {
        const { recorder, sink } = started();
        const module = moduleBytes(granary);
        const heap = recorder.recordHeaps(Heap).createSync({ module });
        const pagesAtStart = pagesOf(heap.memory);
        runProgram(heap, recorder.recordExports(heap.exports), new Random(seed));
        const pagesGrown = pagesOf(heap.memory) - pagesAtStart;
        const recording = recorder.finish();
        assert.ok(pagesGrown > 20);
        assert.deepEqual(
          [recording.unknown, recording.unseen, recording.leftOut, recording.stopped],
          [0, 0, 0, null],
        );
        const trace = sink.trace();
        assert.equal(trace.operationCount, recording.operationCount);
        assert.equal(replay(trace, instantiate(granary)).pagesGrown, pagesGrown);
      },
    );
  }

  test(
    "of the malloc family replays with the same pages through the four calls",
    { skip: isWide },
    () => {
      const { recorder, sink } = started();
      const exports = instantiate("granary-malloc.wasm");
      const pagesAtStart = pagesOf(exports.memory);
      const { malloc, calloc, realloc, free, aligned_alloc, posix_memalign } =
        recorder.recordExports(exports);
      const random = new Random(7);
      const result = malloc(4);
      const kept = [];
      for (let call = 0; call < 4000; call++) {
        const length = random.length(15);
        const index = random.below(kept.length + 1);
        if (kept[index] === undefined || (kept.length < 300 && random.oneIn(2))) {
          const how = [
            () => malloc(length),
            () => calloc(length, 2),
            () => aligned_alloc(256, length),
            () => realloc(0, length),
            () => {
              assert.equal(posix_memalign(result, 64, length), 0);
              return new DataView(exports.memory.buffer).getUint32(result, true);
            },
          ];
          kept.push(how[random.below(how.length)]());
        } else if (random.oneIn(3)) kept[index] = realloc(kept[index], length);
        else free(kept.splice(index, 1)[0]);
      }
      const pagesGrown = pagesOf(exports.memory) - pagesAtStart;
      const { unknown, unseen } = recorder.finish();
      assert.deepEqual([unknown, unseen], [0, 0]);
      assert.ok(pagesGrown > 20);
      assert.equal(replay(sink.trace(), instantiate(granary)).pagesGrown, pagesGrown);
    },
  );

  test("has every call of a heap, and uses the handle of a freed block again", async () => {
    const { recorder, sink } = started();
    const heap = await recorder.recordHeaps(Heap).create();
    const first = heap.alloc(100);
    const second = heap.allocString("five!", { alignment: 1 });
    heap.free(first);
    const third = heap.alloc(5000, { alignment: 4096 });
    assert.ok(heap.resize(third, 4500));
    heap.free(second);
    const { liveBlocks, liveBytes, peakLiveBytes, handleCount } = recorder.finish();
    assert.deepEqual(operationsOf(sink.trace()), [
      "alloc 0 100",
      "alignedAlloc 1 2^0 5",
      "free 0 0",
      "alignedAlloc 0 2^12 5000",
      "realloc 0 4500",
      "free 1 0",
    ]);
    assert.deepEqual([liveBlocks, liveBytes, peakLiveBytes, handleCount], [1, 4500, 5005, 2]);
  });

  test("of a checked heap has the lengths that the program asked for, and the heap checks as ever", async () => {
    const { recorder, sink } = started();
    const heap = await recorder.recordHeaps(CheckedHeap).create();
    const pointer = heap.alloc(100);
    new Uint8Array(heap.memory.buffer)[pointer + 100] = 1;
    await assertThrows("ERR_FAULT", /past the end/, () => heap.free(pointer));
    recorder.finish();
    assert.deepEqual(operationsOf(sink.trace()), ["alloc 0 100"], "the free was refused");
  });

  test(
    "of a class of granary/inline, and of one thread of a SharedHeap, has their calls",
    { skip: isWide },
    async () => {
      const inline = await import(pathToFileURL(join(folder, "inline.js")));
      const first = started();
      first.recorder.recordHeaps(inline.Heap).createSync().alloc(10);
      first.recorder.finish();
      assert.deepEqual(operationsOf(first.sink.trace()), ["alloc 0 10"]);

      const other = await SharedHeap.create({ maximumPages: 10 });
      const { recorder, sink } = started();
      const heap = await recorder.recordHeaps(SharedHeap).open(other.share());
      const pointer = other.alloc(100);
      other.disown(pointer);
      heap.adopt(pointer, 100);
      heap.free(pointer);
      heap.alloc(20);
      assert.equal(recorder.finish().unknown, 1, "the block began in another thread");
      assert.deepEqual(operationsOf(sink.trace()), ["alloc 0 20"]);
    },
  );

  test("is of a memory that the module imports, too: calls of the heap and raw ones", async () => {
    const { recorder, sink } = started();
    const heap = await recorder.recordHeaps(Heap).create({ maximumPages: 10 });
    heap.alloc(10);
    rawCalls(recorder.recordExports(heap.exports)).alloc(0, 20, 4, 0);
    recorder.finish();
    assert.deepEqual(operationsOf(sink.trace()), ["alloc 0 10", "alloc 1 20"]);
  });

  test("of malloc in a memory that is not known leaves posix_memalign out, and the program goes on", () => {
    const { recorder } = started();
    const calls = { malloc: () => 16, free() {}, posix_memalign: () => 0 };
    assert.equal(recorder.recordExports(calls).posix_memalign(8, 64, 10), 0);
    assert.equal(recorder.finish().liveBlocks, 0);
  });

  test("ends every block with reset", async () => {
    const { recorder, sink } = started();
    const heap = await recorder.recordHeaps(InspectedHeap).create();
    for (const length of [1, 2, 3]) heap.alloc(length);
    heap.reset();
    assert.equal(recorder.finish().liveBlocks, 0);
    assert.equal(sink.trace().operationCount, 6);
  });

  test("counts what it has no words for: refusals, unknown and unseen blocks, blocks of 0 bytes", async () => {
    const { recorder, sink } = started();
    const heap = await Heap.create({ maximumPages: 4 });
    const raw = rawCalls(heap.exports);
    const before = raw.alloc(0, 100, 4, 0);
    const recorded = rawCalls(recorder.recordExports(heap.exports));
    recorded.free(0, before, 100, 4, 0);
    assert.equal(recorded.alloc(0, 10_000_000, 4, 0), 0);
    const pointer = recorded.alloc(0, 0, 4, 0);
    raw.free(0, pointer, 0, 4, 0);
    assert.equal(recorded.alloc(0, 8, 4, 0), pointer);
    const { unknown, refused, unseen, approximated } = recorder.finish();
    assert.deepEqual(
      { unknown, refused, unseen, approximated },
      {
        unknown: 1,
        refused: 1,
        unseen: 1,
        approximated: 1,
      },
    );
    assert.deepEqual(operationsOf(sink.trace()), ["alloc 0 1", "free 0 0", "alloc 0 8"]);
  });

  test("of a program that tells by itself has what it tells", () => {
    const { recorder, sink } = started();
    const { allocated, reallocated, freed } = recorder.imports;
    allocated(0x1000, 10);
    allocated(2n ** 33n, 20n, 64);
    reallocated(0x1000, -16, 30);
    freed(2n ** 33n);
    freed(0x1000);
    freed(2 ** 32 - 16);
    assert.equal(recorder.finish().unknown, 1);
    assert.deepEqual(operationsOf(sink.trace()), [
      "alloc 0 10",
      "alignedAlloc 1 2^6 20",
      "realloc 0 30",
      "free 1 0",
      "free 0 0",
    ]);
  });

  test("stops where the format ends, and stays a trace", () => {
    const { recorder, sink } = started();
    recorder.imports.allocated(0x1000, 2 ** 32 - 10);
    recorder.imports.allocated(0x2000, 10);
    recorder.imports.freed(0x1000);
    const { stopped, leftOut } = recorder.finish();
    assert.equal(stopped, "a trace has at most 4294967295 live bytes");
    assert.equal(leftOut, 2);
    assert.equal(sink.trace().operationCount, 1);
  });

  test("of more operations than the format has stops there", () => {
    let last;
    const recorder = new Recorder({
      write(bytes, position) {
        if (position === 0) last = Buffer.from(bytes);
      },
    });
    const { allocated, freed } = recorder.imports;
    for (let pair = 0; pair < 3_000_100; pair++) {
      allocated(0x1000, 10);
      freed(0x1000);
    }
    const { operationCount, stopped, leftOut } = recorder.finish();
    assert.equal(operationCount, 5_999_999);
    assert.equal(last.readUInt32LE(8), operationCount);
    assert.equal(stopped, "a trace has at most 5999999 operations");
    assert.equal(leftOut, 201);
  });

  test("does not go on after finish, and the program does", async () => {
    const { recorder, sink } = started();
    const heap = await recorder.recordHeaps(Heap).create();
    heap.alloc(10);
    const recording = recorder.finish();
    heap.free(heap.alloc(10));
    assert.deepEqual(recorder.finish(), recording);
    assert.equal(sink.trace().operationCount, 1);
  });
});

test("a sink that throws ends the recording and not the program; finish throws what it threw", async () => {
  const full = new Error("the disk is full");
  let closed = 0;
  const recorder = new Recorder({
    write() {
      throw full;
    },
    close: () => (closed += 1),
  });
  const heap = await recorder.recordHeaps(Heap).create();
  for (let call = 0; call < 20_000; call++) heap.free(heap.alloc(10));
  assert.equal(heap.liveBlocks, 0);
  assert.throws(() => recorder.finish(), full);
  assert.throws(() => recorder.finish(), full);
  assert.equal(closed, 1);
});

test("blocks are found again among many that come and go, whatever their addresses", () => {
  for (const seed of seeds(1, 3)) {
    const random = new Random(seed);
    const { recorder, sink } = started();
    const blocks = new Map();
    const scale = seed % 2 === 0 ? 16n : 2n ** 20n;
    for (let call = 0; call < 30_000; call++) {
      const address = scale * BigInt(1 + random.below(9000));
      if (blocks.has(address)) {
        blocks.delete(address);
        recorder.imports.freed(address);
      } else {
        blocks.set(address, 1 + random.below(100));
        recorder.imports.allocated(address, blocks.get(address));
      }
    }
    const { unknown, unseen, liveBlocks, liveBytes } = recorder.finish();
    const bytes = [...blocks.values()].reduce((sum, size) => sum + size, 0);
    assert.deepEqual(
      [unknown, unseen, liveBlocks, liveBytes],
      [0, 0, blocks.size, bytes],
      `SEED=${seed}`,
    );
    assert.equal(sink.trace().operationCount, 30_000, `SEED=${seed}`);
  }
});

describe("a trace goes", () => {
  const operations = ({ imports: { allocated } }) => {
    for (let block = 0; block < 20_000; block++) allocated(16 * (block + 1), block + 1);
  };

  test(
    "into a file, which `make demo` replays, and packed by gzip into a folder for the bench",
    { skip: isWide },
    async () => {
      const path = join(temporaryFolder("recorded"), "program.trace");
      const recorder = new Recorder(await fileSink(path));
      operations(recorder);
      recorder.finish();
      assert.equal(readTrace(readFileSync(path), path).operationCount, 20_000);
      const command = [process.execPath, "bench/demo.js", "--modules", "granary", path];
      assert.match(outputOfSync(command, { cwd: inRepository(".") }), /^program\b.*20,?000/m);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
      assert.deepEqual(findTraces(dirname(path), null), [`${path}.gz`]);
    },
  );

  test("into a Blob, once it is finished", async () => {
    const sink = blobSink();
    const recorder = new Recorder(sink);
    operations(recorder);
    await assertThrows("ERR_TYPE", /^blob: .* call finish of the recorder first$/, () =>
      sink.blob(),
    );
    recorder.finish();
    const bytes = new Uint8Array(await sink.blob().arrayBuffer());
    assert.equal(readTrace(bytes, "blob.trace").handleCount, 20_000);
  });

  test("in chunks of 64 KiB at most", () => {
    const { recorder, sink } = started();
    operations(recorder);
    recorder.finish();
    assert.equal(sink.largest, 65536);
  });
});

test("a recording of 5 million calls with 1.9 million live blocks takes under 64 MiB", () => {
  const program = `
    import { Recorder } from ${JSON.stringify(pathToFileURL(join(folder, "recorder.js")))};
    const used = () => {
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = used();
    const recorder = new Recorder({ write() {} });
    const { allocated, reallocated } = recorder.imports;
    let most = 0;
    for (let call = 0; call < 5_000_000; call++) {
      const at = 16 * (1 + (call % 1_900_000));
      if (call < 1_900_000) allocated(at, 10);
      else reallocated(at, at, 20);
      if (call % 250_000 === 0) most = Math.max(most, used());
    }
    most = Math.max(most, used());
    const { operationCount } = recorder.finish();
    console.log(JSON.stringify({ operationCount, bytes: most - before }));
  `;
  // Other threads of the collector would give memory back later than it is looked at.
  const flags = ["--expose-gc", "--single-threaded-gc", "--input-type=module"];
  const command = [process.execPath, ...flags, "--eval", program];
  const { operationCount, bytes } = JSON.parse(outputOfSync(command));
  assert.equal(operationCount, 5_000_000);
  assert.ok(bytes < 64 * 2 ** 20, `${bytes} bytes`);
});

describe("the recorder refuses", () => {
  test("what is no sink, no class of heaps and no allocator", async () => {
    const { recorder } = started();
    for (const wrong of [undefined, null, 5, {}, { write: 1 }]) {
      await assertThrows(
        "ERR_TYPE",
        /^Recorder: a sink with a function `write`/,
        () => new Recorder(wrong),
      );
    }
    for (const wrong of [undefined, 5, class {}, ArenaHeap]) {
      await assertThrows("ERR_TYPE", /^recordHeaps: a class of heaps without arenas/, () =>
        recorder.recordHeaps(wrong),
      );
    }
    for (const wrong of [undefined, 5, {}, { malloc() {} }]) {
      await assertThrows("ERR_TYPE", /^recordExports: exports with alloc/, () =>
        recorder.recordExports(wrong),
      );
    }
  });

  test("a second memory, whose addresses would be taken for those of the first", async () => {
    const { recorder } = started();
    await recorder.recordHeaps(Heap).create();
    const sentence = /^recordHeaps: this recorder records the calls in another memory/;
    await assertThrows("ERR_MEMORY", sentence, () => recorder.recordHeaps(Heap).create());
  });
});
