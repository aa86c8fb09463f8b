// One thread of the benchmark. For each job it makes an instance over the job's memory, waits for the
// start, runs the workload and says how many blocks it allocated.

import { parentPort } from "node:worker_threads";
import { stackBytes, Word } from "./protocol.js";

parentPort.on("message", ({ module, memory, control, thread, workload, words }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.__stack_pointer.value -= thread * stackBytes;
  exports.may_wait?.();
  Atomics.add(control, Word.ready, 1);
  Atomics.notify(control, Word.ready);
  while (Atomics.load(control, Word.go) === 0) Atomics.wait(control, Word.go, 0);
  const blocks = exports[workload](thread, ...words);
  Atomics.add(control, Word.blocks, blocks);
  Atomics.add(control, Word.done, 1);
  Atomics.notify(control, Word.done);
});
