// A host of wasi-threads, as far as a test needs one: every thread of the program, the first one too, is
// a worker. A thread asks for another by the import `thread-spawn`, and its message makes the host start
// one, which calls `wasi_thread_start`.

import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

/** How long a program may take before it counts as stuck. */
const limit = 120_000;

/**
 * What the export `name` of the program returns, called in its first thread.
 *
 * @param {WebAssembly.Module} module it imports env.memory and wasi.thread-spawn
 * @param {WebAssembly.Memory} memory
 * @param {string} name
 * @param {number[]} words
 * @returns {Promise<number>}
 */
export async function callInThread(module, memory, name, ...words) {
  const workers = [];
  // The first number of a thread is 1.
  const latest = new Int32Array(new SharedArrayBuffer(4));
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      const begin = (call) => {
        const data = { program: { module, memory, latest }, call };
        const worker = new Worker(new URL(import.meta.url), { workerData: data });
        workers.push(worker);
        worker.on("error", reject);
        worker.on("message", ({ spawn, result }) => {
          if (spawn !== undefined) begin({ name: "wasi_thread_start", words: spawn });
          else if (call.name === name) resolve(result);
        });
      };
      begin({ name, words });
      timer = setTimeout(() => reject(new Error(`${name}: threads are stuck`)), limit);
    });
  } finally {
    clearTimeout(timer);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

if (!isMainThread && workerData?.call !== undefined) {
  const { program, call } = workerData;
  const spawn = (argument) => {
    const number = Atomics.add(program.latest, 0, 1) + 1;
    parentPort.postMessage({ spawn: [number, argument] });
    return number;
  };
  const imports = { env: { memory: program.memory }, wasi: { "thread-spawn": spawn } };
  const { exports } = new WebAssembly.Instance(program.module, imports);
  parentPort.postMessage({ result: exports[call.name](...call.words) });
}
