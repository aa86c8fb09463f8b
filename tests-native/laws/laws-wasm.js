// laws.cc's twin for 32-bit addresses: the same laws, policies and seeds, the same lines of result,
// run in WebAssembly; and on dlmalloc too, as far as a law is one of any allocator.
//
// usage: node tests-native/laws/laws-wasm.js ENGINE [LAW [POLICY [SEED [COUNT]]]]
//   ENGINE   granary, inspected, checked, classic, dlmalloc
//   others   as those of laws.cc

import { LawModule, wasmEngines } from "./law-module.js";

const usage = `usage: node tests-native/laws/laws-wasm.js ${wasmEngines.join("|")} [LAW [POLICY [SEED [COUNT]]]]`;

function main([engine, askedLaw = "all", askedPolicy = "all", ...numbers]) {
  const isNumber = (word) => /^\d+$/.test(word);
  if (!wasmEngines.includes(engine) || numbers.length > 2 || !numbers.every(isNumber)) return 2;
  const [firstSeed = 1, askedCount = 0] = numbers.map(Number);
  const module = new LawModule(engine);
  let tried = 0;
  let broken = 0;
  for (const law of module.laws) {
    for (const [policy, policyName] of law.policies.entries()) {
      if (![law.name, "all"].includes(askedLaw)) continue;
      if (![policyName, "all"].includes(askedPolicy)) continue;
      const count = law.seeds === 0 ? 1 : askedCount || law.seeds;
      tried++;
      if (!holds(module, { engine, law, policy, policyName, firstSeed, count })) broken++;
    }
  }
  if (tried === 0) return 2;
  return broken === 0 ? 0 : 1;
}

function holds(module, { engine, law, policy, policyName, firstSeed, count }) {
  const what = `${law.name}, ${engine} on wasm32, ${policyName}`;
  let brokenSeeds = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { broken, figures } = module.tryLaw(law, policy, seed);
    const shown = [...figures].map(([name, value]) => `${name} ${value}`).join(", ");
    if (broken === null) {
      const last = seed + 1 === firstSeed + count && brokenSeeds === 0;
      if (last) console.log(`holds: ${what}, ${count} seeds: ${shown}`);
    } else if (++brokenSeeds === 1) {
      const command = `node tests-native/laws/laws-wasm.js ${engine} ${law.name} ${policyName} ${seed} 1`;
      console.error(`broken: ${what}: ${law.sentence}\n  ${broken}\n  ${shown}`);
      console.error(`  SEED=${seed}; again: ${command}`);
    }
  }
  if (brokenSeeds > 1) console.error(`  and with ${brokenSeeds} of ${count} seeds`);
  return brokenSeeds === 0;
}

process.exitCode = main(process.argv.slice(2));
if (process.exitCode === 2) console.error(usage);
