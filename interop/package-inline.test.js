// `granary/inline` where a module cannot be fetched: in one file that a bundler makes, as a program and in a page that
// is opened from disk, and in an AudioWorklet. And how large the classes are in a bundle.

import assert from "node:assert/strict";
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { serve } from "../examples/web/server.js";
import { outputOf } from "../tools/run.js";
import { browse } from "./package/browser.js";
import { newestNode, project, tool } from "./package/project.js";

const bundler = () => tool("interop/node_modules/rolldown/bin/cli.mjs", "npm ci in interop/");
const bun = () => tool("node_modules/@oven/bun-linux-x64/bin/bun", "npm ci in the root");

/** Makes one minified file of a program of a project, a script for every place. */
async function bundle(folder, file, format) {
  const output = join(folder, `${format}-${file}`);
  const flags = ["--format", format, "--minify", "--platform", "browser", "--file", output];
  await outputOf([newestNode(), bundler(), file, ...flags], { cwd: folder });
  return output;
}

const expected = { sum: 6, text: "Grüße", refused: null, kind: "written-past-end" };
const print = "\nconsole.log(JSON.stringify(globalThis.answer));\n";

describe("one file that has granary/inline in it", () => {
  let folder;
  let page;
  before(async () => {
    folder = await project("inline", ["inline.js"]);
    const script = readFileSync(await bundle(folder, "inline.js", "iife"), "utf8");
    assert.doesNotMatch(script, /<\/script/i);
    page = join(folder, "page.html");
    writeFileSync(page, `<!doctype html><meta charset="utf-8" /><script>${script}</script>`);
    writeFileSync(join(folder, "alone.cjs"), script + print);
    // Nothing else is there any more.
    rmSync(join(folder, "node_modules"), { recursive: true });
  });

  for (const browser of ["chromium", "firefox"]) {
    test(`works in a page that ${browser} opens from disk`, async () => {
      const { value, problems } = await browse(browser, pathToFileURL(page).href, "answer");
      assert.deepEqual(value, expected);
      assert.deepEqual(problems, []);
    });
  }

  for (const [name, runtime] of [
    ["Node", () => process.execPath],
    ["bun", bun],
  ]) {
    test(`works in ${name}`, async () => {
      const output = await outputOf([runtime(), "alone.cjs"], { cwd: folder });
      assert.deepEqual(JSON.parse(output), expected);
    });
  }
});

describe("granary/inline makes a heap at once in an AudioWorklet of", () => {
  let server;
  before(async () => {
    const folder = await project("worklet", ["worklet.js", "worklet.html"]);
    renameSync(join(folder, "worklet.html"), join(folder, "index.html"));
    server = await serve(folder);
  });
  after(() => server?.close());

  for (const browser of ["chromium", "firefox"]) {
    test(browser, async () => {
      const { value, problems } = await browse(browser, server.address, "answer");
      const { shown, scope, ...facts } = value;
      assert.deepEqual(facts, { text: "Grüße", sum: 128 });
      assert.match(shown, /^Heap \{ liveBlocks: 2, liveBytes: 520, pageCount: \d+ \}$/);
      assert.equal(scope[0], "undefined", "there is no fetch");
      assert.deepEqual(problems, []);
    });
  }
});

describe("a bundle, minified and compressed by gzip,", () => {
  let folder;
  before(async () => {
    folder = await project("size", []);
  });

  /** The bytes of a program that makes a heap of the class. */
  async function bytesOf(name, entry, file = `${name}.js`) {
    writeFileSync(
      join(folder, file),
      `import { ${name} } from "${entry}"; globalThis.create = () => ${name}.create();`,
    );
    const code = readFileSync(await bundle(folder, file, "esm"));
    return { code: String(code), bytes: gzipSync(code, { level: 9 }).length };
  }

  test("of Heap alone has at most so many bytes as README says, without the modules", async () => {
    const { bytes } = await bytesOf("Heap", "granary");
    const readme = readFileSync(join(folder, "node_modules/granary/README.md"), "utf8");
    const [, most] = /`Heap` alone takes ([\d.]+) KB/.exec(readme);
    assert.ok(bytes <= most * 1000, `${bytes} bytes`);
    assert.ok(bytes > most * 1000 - 200, `${bytes} bytes: README can say less`);
  });

  test("of Heap alone has nothing of granary/inline, and with it one module", async () => {
    const { code } = await bytesOf("Heap", "granary", "plain.js");
    assert.doesNotMatch(code, /AGFzbQ/);
    const inline = await bytesOf("Heap", "granary/inline", "inline.js");
    const texts = readdirSync(join(folder, "node_modules/granary")).filter((name) =>
      name.endsWith(".base64.js"),
    );
    assert.ok(texts.length >= 6);
    assert.equal(inline.code.match(/AGFzbQ/g).length, 1);
    assert.doesNotMatch(inline.code, /ERR_FAULT|thread_may_wait|arena_new/);
  });
});
