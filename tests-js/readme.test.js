// The snippets of README.md run as they are typed: the code and the commands are taken from the text. Those of
// docs/embedding.md are run by `make examples`, which takes them from there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inRepository } from "../tools/paths.js";
import { folder as packageFolder, temporaryFolder } from "./support/package-staged.js";
import { readModule } from "./support/products.js";

const readme = readFileSync(inRepository("README.md"), "utf8");
const blocks = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, code]) => ({
  language,
  code,
}));

/** The one block of a language that has these words in it. */
function block(language, words) {
  const found = blocks.filter((it) => it.language === language && it.code.includes(words));
  assert.equal(found.length, 1, `${language}: ${words}`);
  return found[0].code;
}

const AsyncFunction = (async () => {}).constructor;

test("README's snippet with the package allocates, fills and frees a block", async () => {
  const code = block("js", 'from "granary"').replace(/^import .* from "granary";$/m, "");
  const { Heap } = await import(pathToFileURL(join(packageFolder, "index.js")));
  const run = new AsyncFunction("Heap", `${code}\nreturn { heap, pointer };`);
  const { heap, pointer } = await run(Heap);
  assert.equal(heap.has(pointer), false);
});

test("README's snippet with the module alone does so in a page", async () => {
  const fetched = [];
  const fetch = async (name) => {
    fetched.push(name);
    return new Response(readModule(`dist/${name}`), {
      headers: { "Content-Type": "application/wasm" },
    });
  };
  const code = block("js", "instantiateStreaming");
  const run = new AsyncFunction("fetch", `${code}\nreturn { memory, address };`);
  const { memory, address } = await run(fetch);
  assert.deepEqual(fetched, ["granary.wasm"]);
  // A freed slot begins with the link of a list.
  assert.ok(new Uint8Array(memory.buffer, address + 16, 1000).every((byte) => byte === 0x12));
});

test("README's program in C links by README's command to a module of the size that README says", () => {
  const folder = temporaryFolder("readme");
  for (const name of ["include", "dist"]) symlinkSync(inRepository(name), join(folder, name));
  writeFileSync(join(folder, "program.c"), block("c", "granary_alloc"));
  execFileSync("sh", ["-ec", block("sh", "clang-19 --target=wasm32 ")], { cwd: folder, stdio: "pipe" });
  const path = join(folder, "program.wasm");
  const module = new WebAssembly.Module(readFileSync(path));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.equal(new WebAssembly.Instance(module).exports.run(), 1);
  const [, said] = /`program\.wasm` has ([\d.]+) KB/.exec(readme);
  assert.equal((statSync(path).size / 1000).toFixed(1), said);
});
