// Runs the program of this folder. It imports nothing, so any host can.
//
// usage: node run.js FILE.wasm

import { readFileSync } from "node:fs";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
const { memory, first_and_last: firstAndLast, count_primes: countPrimes } = instance.exports;
console.log(`first and last byte: 0x${firstAndLast().toString(16)}`);
console.log(`primes below 10,000: ${countPrimes(10_000)}`);
console.log(`memory: ${memory.buffer.byteLength / 65_536} pages`);
