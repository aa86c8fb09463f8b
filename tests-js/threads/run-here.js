// Does one run in this process, Node or bun, and prints its facts as JSON.
//
//   node run-here.js SCENARIO SEED MODULE.wasm [MODULE-OF-THE-MAIN-THREAD.wasm]

import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { scenarios } from "./scenarios.js";

const [name, seed, path, mainPath = path] = process.argv.slice(2);
const compiled = (file) => new WebAssembly.Module(readFileSync(file));

function spawn(onAnswer, onError) {
  const worker = new Worker(new URL("./node-worker.js", import.meta.url));
  worker.on("message", onAnswer);
  worker.on("error", onError);
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
}

const stage = { module: compiled(path), mainModule: compiled(mainPath), spawn, seed: Number(seed) };
console.log(JSON.stringify(await scenarios[name](stage)));
