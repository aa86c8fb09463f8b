// laws.cc's twin for 32-bit addresses: the same laws, policies and seeds, the same lines of result,
// run in WebAssembly; and tried on dlmalloc too, as far as a law is one of any allocator. Each law
// has an instance of its own; of the peer, which cannot forget, each seed.
//
// usage: node fuzz/laws-wasm.js ENGINE [LAW [POLICY [SEED [COUNT]]]]
//   ENGINE   granary, inspected, checked, dlmalloc

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const engines = ["granary", "inspected", "checked", "dlmalloc"];

const [engine, askedLaw = "all", askedPolicy = "all", ...numbers] = process.argv.slice(2);
if (!engines.includes(engine) || numbers.length > 2 || !numbers.every((n) => /^\d+$/.test(n))) {
  fail(`usage: node fuzz/laws-wasm.js ${engines.join("|")} [LAW [POLICY [SEED [COUNT]]]]`);
}
const [firstSeed = 1, askedCount = 0] = numbers.map(Number);

const path = fileURLToPath(new URL(`../build/fuzz/laws_${engine}.wasm`, import.meta.url));
const module = new WebAssembly.Module(readFileSync(path));
const isPeer = engine === "dlmalloc";

let tried = 0;
let broken = 0;
for (const law of lawsOf(instantiate())) {
  for (const [policy, policyName] of law.policies.entries()) {
    if (![law.name, "all"].includes(askedLaw)) continue;
    if (![policyName, "all"].includes(askedPolicy)) continue;
    tried++;
    if (!holds(law, policy, policyName)) broken++;
  }
}
if (tried === 0) fail(`no such law or policy: ${askedLaw}, ${askedPolicy}`);
process.exitCode = broken === 0 ? 0 : 1;

function holds(law, policy, policyName) {
  const count = law.seeds === 0 ? 1 : askedCount || law.seeds;
  const what = `${law.name}, ${engine} on wasm32, ${policyName}`;
  let exports = instantiate();
  let brokenSeeds = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    if (isPeer) exports = instantiate();
    const verdict = tryLaw(exports, law, policy, seed);
    if (verdict === null) {
      if (seed + 1 === firstSeed + count && brokenSeeds === 0) {
        console.log(`holds: ${what}, ${count} seeds: ${figuresOf(exports)}`);
      }
      continue;
    }
    if (++brokenSeeds > 1) continue;
    const command = `node fuzz/laws-wasm.js ${engine} ${law.name} ${policyName} ${seed} 1`;
    console.error(`broken: ${what}: ${law.sentence}\n  ${verdict}\n  ${figuresOf(exports)}`);
    console.error(`  SEED=${seed}; again: ${command}`);
    // After a trap the module may be in any state.
    exports = instantiate();
  }
  if (brokenSeeds > 1) console.error(`  and with ${brokenSeeds} of ${count} seeds`);
  return brokenSeeds === 0;
}

/** What was broken, or null. */
function tryLaw(exports, { index }, policy, seed) {
  try {
    return text(exports, exports.try_law(index, policy, seed));
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return `${error.message}: the engine trapped`;
  }
}

function figuresOf(exports) {
  return Array.from(
    { length: exports.figure_count() },
    (_, index) => `${text(exports, exports.figure_name(index))} ${exports.figure_value(index)}`,
  ).join(", ");
}

function lawsOf(exports) {
  return Array.from({ length: exports.law_count() }, (_, index) => ({
    index,
    name: text(exports, exports.law_name(index)),
    sentence: text(exports, exports.law_sentence(index)),
    seeds: exports.law_seeds(index),
    // The peer has one of its own.
    policies: Array.from({ length: isPeer ? 1 : exports.law_policies(index) }, (_unused, policy) =>
      text(exports, exports.policy_name(policy)),
    ),
  }));
}

function instantiate() {
  return new WebAssembly.Instance(module).exports;
}

function text({ memory }, address) {
  if (address === 0) return null;
  const bytes = new Uint8Array(memory.buffer, address);
  return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString();
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
