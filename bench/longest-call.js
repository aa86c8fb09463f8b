// The longest call of a heap that grows to its limit: blocks of one size are allocated in a fresh
// instance until the memory is full. Each call's time is the least of three runs, so that other work
// of the machine hardly counts. The longest time is printed, with the share of the calls that came before it.
//
// usage: node bench/longest-call.js [MODULE.wasm]     (default: dist/granary.wasm)
//
// A module for wasm64 needs a Node that has memory64. Its memory reaches 16 GiB, so its blocks are larger:
// the tags of smaller ones would touch more memory than many machines have.

import { readFileSync } from "node:fs";
import { inRepository } from "../tools/paths.js";
import { surfaceOfModule } from "../tools/module-surface.js";

const lengthsOf = {
  i32: [10_000, 100_000, 1_000_000, 1000],
  i64: [40_000, 100_000, 1_000_000, 10_000_000],
};
const runs = 3;
/** Calls that take fewer milliseconds are not kept. */
const floor = 0.05;

function slowCallsOf(module, length) {
  const { alloc, memory } = new WebAssembly.Instance(module, {}).exports;
  const parameters = wide ? [0n, BigInt(length), 4, 0n] : [0, length, 4, 0];
  const slow = new Map();
  for (let call = 0; ; call += 1) {
    const before = performance.now();
    const address = alloc(...parameters);
    const time = performance.now() - before;
    if (time > floor) slow.set(call, time);
    if (Number(address) === 0) return { slow, calls: call + 1, bytes: memory.buffer.byteLength };
  }
}

const path = process.argv[2] ?? inRepository("dist/granary.wasm");
const bytes = readFileSync(path);
const module = new WebAssembly.Module(bytes);
const addressType = /^export memory .*: (i32|i64)$/m.exec(surfaceOfModule(bytes))[1];
const wide = addressType === "i64";
console.log(`${path}, Node ${process.version}`);
for (const length of lengthsOf[addressType]) {
  const results = Array.from({ length: runs }, () => slowCallsOf(module, length));
  let longest = { time: floor, call: 0 };
  for (const call of results[0].slow.keys()) {
    const time = Math.min(...results.map(({ slow }) => slow.get(call) ?? floor));
    if (time > longest.time) longest = { time, call };
  }
  const { time, call } = longest;
  const share = ((100 * call) / results[0].calls).toFixed(1);
  console.log(
    `${length} bytes: ${results[0].calls} calls up to ${results[0].bytes / 2 ** 30} GiB, ` +
      `the longest ${time.toFixed(2)} ms, at ${share} %`,
  );
}
