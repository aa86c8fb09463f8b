// The types of `granary/recorder`, as a program uses them. It must compile in strict mode.

import { CheckedHeap, Heap } from "granary";
import { Recorder, blobSink, fileSink, type Recording, type Sink } from "granary/recorder";

const own: Sink = { write: (bytes: Uint8Array, position: number) => void [bytes, position] };
const file: Sink = await fileSink(new URL("file:///program.trace"));
const sink = blobSink();
const recorder = new Recorder(sink);
const heap: Heap = await recorder.recordHeaps(Heap).create();
const wide: CheckedHeap<bigint> = await new Recorder(own)
  .recordHeaps(CheckedHeap)
  .create({ width: 64 });
const raw: number = recorder.recordExports(heap.exports).alloc(0, 100, 4, 0);
const { malloc } = recorder.recordExports({ malloc: (size: number) => size, free() {} });
recorder.imports.allocated(malloc(8), 8, 16);
recorder.imports.reallocated(8n, 16n, 24n);
recorder.imports.freed(raw);
const recording: Recording = recorder.finish();
const why: string | null = recording.stopped;
const trace: Blob = sink.blob();
export { file, trace, why, wide };
