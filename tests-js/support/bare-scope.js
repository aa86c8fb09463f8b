// Runs code with the package in a scope that has ECMAScript and WebAssembly and nothing else, almost like
// that of an AudioWorklet: no URL, no fetch, no TextEncoder, and no import.meta.url. package-scope.test.js
// starts it with the flag that modules in contexts need:
//
//   node --experimental-vm-modules bare-scope.js FOLDER ENTRY CODE
//
// CODE is the body of an async function of `granary`, what ENTRY exports, and `bytes(name)`, a module of the package.
// Its answer is printed as JSON.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [folder, entry, code] = process.argv.slice(2);
const context = vm.createContext({
  bytes: (name) => new Uint8Array(readFileSync(join(folder, name))),
});
const modules = new Map();

function load(name) {
  if (!modules.has(name)) {
    const text = readFileSync(join(folder, name), "utf8");
    modules.set(name, new vm.SourceTextModule(text, { context, identifier: name }));
  }
  return modules.get(name);
}

const index = load(entry);
await index.link((specifier) => load(specifier.replace("./", "")));
await index.evaluate();
context.granary = index.namespace;
const answer = vm.runInContext(`(async () => { ${code} })().then(JSON.stringify)`, context);
process.stdout.write(await answer);
