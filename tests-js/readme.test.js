// The snippets of README.md, of docs/arenas.md and of docs/leaks.md run as they are typed: the code and the
// commands are taken from the text. Those of docs/embedding.md are run by `make examples`.

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

/** The one block of a language that has these words in it. */
function block(language, words, text = readme) {
  const found = [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(
    ([, its, code]) => its === language && code.includes(words),
  );
  assert.equal(found.length, 1, `${language}: ${words}`);
  return found[0][2];
}

/** Runs a block in JavaScript that imports the package, and returns what it names in `answers`. */
async function runWithPackage(code, answers, given = {}) {
  const granary = await import(pathToFileURL(join(packageFolder, "index.js")));
  const names = { ...granary, ...given };
  const body = `${code.replace(/^import .*$/gm, "")}\nreturn { ${answers} };`;
  return new AsyncFunction(...Object.keys(names), body)(...Object.values(names));
}

const AsyncFunction = (async () => {}).constructor;

test("README's snippet with the package allocates, fills and frees a block", async () => {
  const { heap, pointer } = await runWithPackage(block("js", 'from "granary"'), "heap, pointer");
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
  execFileSync("sh", ["-ec", block("sh", "clang-19 --target=wasm32 ")], {
    cwd: folder,
    stdio: "pipe",
  });
  const path = join(folder, "program.wasm");
  const module = new WebAssembly.Module(readFileSync(path));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.equal(new WebAssembly.Instance(module).exports.run(), 1);
  const [, said] = /`program\.wasm` has ([\d.]+) KB/.exec(readme);
  assert.equal((statSync(path).size / 1000).toFixed(1), said);
});

test("the snippet of docs/arenas.md with the package answers from an arena that has ended", async () => {
  const text = readFileSync(inRepository("docs/arenas.md"), "utf8");
  const { answer } = await runWithPackage(block("js", "heap.scope", text), "answer");
  assert.equal(answer, "given back when the scope ends".length);
});

test("the snippet of docs/leaks.md prints the leak that stands beside it", async () => {
  const text = readFileSync(inRepository("docs/leaks.md"), "utf8");
  const code = block("js", "heap.describeLeaks()", text);
  const printed = [];
  const console = { log: (value) => printed.push(value) };
  const { heap } = await runWithPackage(code, "heap", { console });
  const said = code.match(/^\/\/ .*$/gm).map((line) => line.slice(3));
  assert.deepEqual(printed, [said.join("\n")]);
  // The last block of the page is for the end of a test.
  const end = () => runWithPackage(block("js", "heap.assertNoLeaks()", text), "", { heap });
  await assert.rejects(end, { code: "ERR_LEAK" });
  heap.freeAll();
  await end();
});
