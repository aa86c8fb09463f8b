// Writes each trace of bench/traces as exhaustion.cc reads it: two words, the numbers of operations
// and of handles, then the operations of the trace.
//
// usage: node tests-native/exhaustion/unpack-traces.js FOLDER

import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTrace } from "../../bench/trace.js";
import { inRepository } from "../../tools/paths.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node tests-native/exhaustion/unpack-traces.js FOLDER");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const traces = inRepository("bench/traces");
for (const file of readdirSync(traces).filter((file) => file.endsWith(".trace.gz"))) {
  const { name, operationCount, handleCount, words } = readTrace(
    readFileSync(join(traces, file)),
    file,
  );
  const counts = Uint32Array.of(operationCount, handleCount);
  writeFileSync(join(folder, `${name}.words`), Buffer.concat([counts, words].map(bytesOf)));
}

function bytesOf({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength);
}
