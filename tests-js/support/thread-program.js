// Runs a function of a linked program in threads: each is a worker with an instance of the program over
// one memory, and with a stack of its own below the program's. A run that does not end in time fails.

import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

/** How long the threads of a test may take before they count as stuck. */
const limit = 120_000;

/**
 * @typedef {object} Program
 * @property {WebAssembly.Module} module it imports env.memory and exports __stack_pointer
 * @property {WebAssembly.Memory} memory
 * @property {number} [stack] the bytes of stack that a thread has
 */

/**
 * The bytes of stack that a thread has unless the program says otherwise. The program's own stack has to
 * have them for all of its threads.
 */
export const stackBytes = 4096;

/** An instance of the program for one thread, with the stack of this number. */
export function instantiateThread({ module, memory, stack = stackBytes }, number) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.__stack_pointer.value -= number * stack;
  return exports;
}

/**
 * Calls the export `name` once in each of as many threads as there are lists of arguments.
 *
 * @param {Program} program
 * @param {string} name
 * @param {number[][]} calls
 * @returns {Promise<number[]>} what each call returned
 */
export async function inThreads(program, name, calls) {
  const workers = [];
  const results = calls.map(
    (words, index) =>
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), {
          workerData: { program, name, words, number: index + 1 },
        });
        worker.on("message", resolve).on("error", reject);
        workers.push(worker);
      }),
  );
  let timer;
  const stuck = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}: threads are stuck`)), limit);
  });
  try {
    return await Promise.race([Promise.all(results), stuck]);
  } finally {
    clearTimeout(timer);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

if (!isMainThread && workerData?.program !== undefined) {
  const { program, name, words, number } = workerData;
  parentPort.postMessage(instantiateThread(program, number)[name](...words));
}
