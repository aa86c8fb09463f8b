// Runs a WASI program under Node: `node examples/wasi/run.js program.wasm [argument...]`. The program
// has this process's standard input, output and error, and its current directory. The last line on
// standard error says how many pages (64 KiB) its memory had when it started and when it ended.

import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

// Without this option V8 may collect objects in use while the program calls node:wasi
// (https://github.com/nodejs/node/issues/46777), the more often the larger its memory is.
setFlagsFromString("--no-turbo-fast-api-calls");
// On import, node:wasi says that it is experimental.
process.removeAllListeners("warning");
const { WASI } = await import("node:wasi");

const [path, ...programArguments] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node examples/wasi/run.js PROGRAM.wasm [ARGUMENT...]");
  process.exit(2);
}
const wasi = new WASI({
  version: "preview1",
  args: [path, ...programArguments],
  preopens: { ".": "." },
  returnOnExit: true,
});
const module = new WebAssembly.Module(readFileSync(path));
const instance = new WebAssembly.Instance(module, wasi.getImportObject());
const pages = () => instance.exports.memory.buffer.byteLength / 65536;

const before = pages();
process.exitCode = wasi.start(instance);
console.error(`pages: ${before} at the start, ${pages()} at the end`);
