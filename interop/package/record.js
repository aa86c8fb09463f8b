// Records a small program in a page, and reports the leaks of a checked heap. `answer` is a promise of what came of it.

import { CheckedHeap, Heap } from "granary";
import { Recorder, blobSink } from "granary/recorder";

function loadTexture(heap) {
  const pointer = heap.alloc(1000);
  // JavaScriptCore forgets functions whose last act is a call, so the call is not the last act.
  heap.bytes(pointer)[0] = 1;
  return pointer;
}

function main(heap) {
  for (let count = 0; count < 100; count++) heap.free(loadTexture(heap));
  loadTexture(heap);
  heap.alloc(500, { caller: "log" });
}

async function work() {
  const sink = blobSink();
  const recorder = new Recorder(sink, { stacks: true });
  main(await recorder.recordHeaps(Heap).create());
  const recording = recorder.finish();
  const trace = [...new Uint8Array(await sink.blob().arrayBuffer())];

  const checked = await CheckedHeap.create({ stacks: true });
  main(checked);
  return {
    recording,
    trace,
    live: recorder.heapProfile("live"),
    dhat: recorder.dhat("record.js"),
    leaks: checked.describeLeaks(),
  };
}

globalThis.answer = work();
