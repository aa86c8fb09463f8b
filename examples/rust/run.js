// Runs the program of this folder. The program imports nothing, so any host can run it.
//
// usage: node run.js FILE.wasm

import { readFileSync } from "node:fs";

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: node examples/rust/run.js FILE.wasm, the module that the build left");
  process.exit(2);
}
const { instance } = await WebAssembly.instantiate(readFileSync(file));
const { memory, first_and_last: firstAndLast, count_primes: countPrimes } = instance.exports;
console.log(`first and last byte: 0x${firstAndLast().toString(16)}`);
console.log(`primes below 10,000: ${countPrimes(10_000)}`);
console.log(`memory: ${memory.buffer.byteLength / 65_536} pages`);
