// The types of `granary/recorder` and of call sites, as a program uses them. It must compile in strict mode.

import { CheckedHeap, Heap, type CallSite, type StackOptions } from "granary";
import {
  Recorder,
  blobSink,
  fileSink,
  type DhatProfile,
  type HeapProfile,
  type Recording,
  type Sink,
} from "granary/recorder";

const own: Sink = { write: (bytes: Uint8Array, position: number) => void [bytes, position] };
const file: Sink = await fileSink(new URL("file:///program.trace"));
const sink = blobSink();
const recorder = new Recorder(sink, { stacks: true });
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
const profile: HeapProfile = recorder.heapProfile("allocated");
const dhat: DhatProfile = recorder.dhat("program");
const lifetimes = dhat.pps.map(({ tl, tbk }) => tl / tbk);
export { lifetimes, profile };

const stacks: StackOptions = { stacks: { samplingInterval: 1024 } };
const checked: CheckedHeap = await CheckedHeap.create({ ...stacks, maximumPages: 10 });
const pointer = checked.alloc(10, { caller: "loadTexture" });
checked.free(pointer, { caller: checked.block(pointer).caller });
const site: CallSite | null = checked.callSite(0xf0000000);
const [group] = checked.leaks().groups;
const lines: string = group?.frames?.join("\n") ?? group?.name ?? checked.describeLeaks();
checked.assertNoLeaks();
export { lines, site };
export { file, trace, why, wide };
