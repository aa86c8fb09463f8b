// random_operations.cc's twin for 32-bit addresses: the same seeds, the same line of result, run in
// WebAssembly over the memory that products have. Each seed is a run in a fresh instance.
//
// usage: node tests-native/properties/random-operations-wasm.js ENGINE OPERATIONS SEED

import { readFileSync } from "node:fs";
import { inRepository } from "../../tools/paths.js";

const engines = ["granary", "inspected", "checked", "classic", "faulty"];

class BrokenRule extends Error {}

const [engine, ...numbers] = process.argv.slice(2);
if (!engines.includes(engine) || numbers.length !== 2 || !numbers.every((n) => /^\d+$/.test(n))) {
  console.error(
    `usage: node tests-native/properties/random-operations-wasm.js ${engines.join("|")} OPERATIONS SEED`,
  );
  process.exit(2);
}
const [operations, firstSeed] = numbers.map(BigInt);

const path = inRepository(`build/native/properties/random_${engine}.wasm`);
const module = new WebAssembly.Module(readFileSync(path));

const start = performance.now();
let done = 0n;
let seed = firstSeed;
for (; done < operations; seed++) done += run(seed, operations - done);
const seconds = ((performance.now() - start) / 1000).toFixed(1);
const what = `${done} operations, seeds ${firstSeed} to ${seed - 1n}`;
console.log(`${engine} on wasm32: ${what}, ${seconds} s, no rule broken`);

/** How many operations there were. */
function run(seed, mostCalls) {
  const host = { broken: (rule, ...block) => failed(text(exports.memory, rule), block) };
  const { exports } = new WebAssembly.Instance(module, { host });
  try {
    exports.run(seed, mostCalls);
  } catch (error) {
    const trapped = error instanceof WebAssembly.RuntimeError;
    if (!trapped && !(error instanceof BrokenRule)) throw error;
    console.error(`broken: ${error.message}`);
    const operation = exports.calls();
    console.error(
      `  SEED=${seed}, operation ${operation} of ${engine} on wasm32; ` +
        `again: node tests-native/properties/random-operations-wasm.js ${engine} ${operation} ${seed}`,
    );
    process.exit(1);
  }
  return exports.calls();
}

function failed(rule, [address, length]) {
  const where = `0x${(address >>> 0).toString(16)}`;
  throw new BrokenRule(`${rule} (block of ${length >>> 0} bytes at ${where})`);
}

function text(memory, address) {
  const bytes = new Uint8Array(memory.buffer, address);
  return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString();
}
