// Runs the program of words.c, which says how to build it.
//
// usage: node examples/c/run.js [TEXT]

import { readFileSync } from "node:fs";

const [text = "the quick brown fox jumps over the lazy dog"] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync("build/examples/words.wasm"));
const { memory, allocate, release, sortWords } = instance.exports;

const bytes = new TextEncoder().encode(text);
const address = allocate(bytes.length);
new Uint8Array(memory.buffer).set(bytes, address);

const sorted = sortWords(address, bytes.length);
// The call may have grown the memory, which detaches a view that was made before.
console.log(new TextDecoder().decode(new Uint8Array(memory.buffer, sorted, bytes.length)));
release(address, bytes.length);
release(sorted, bytes.length);
console.log(`memory: ${memory.buffer.byteLength / 65_536} pages`);
