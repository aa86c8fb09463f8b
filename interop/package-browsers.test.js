// The installed package in Chromium and Firefox: its files as they are, and bundled by Vite. The
// browsers are Debian's, headless; the server is on this machine.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { serve } from "../examples/web/server.js";
import { outputOf } from "../tools/run.js";
import { browse } from "./package/browser.js";
import { assertTour } from "./package/expected.js";
import { newestNode, project, tool } from "./package/project.js";

describe("the installed package, served as it is, does its work in", () => {
  let server;
  before(async () => {
    const folder = await project("page", ["tour.js", "page.js", "page.html"]);
    renameSync(join(folder, "page.html"), join(folder, "index.html"));
    copyFileSync(join(folder, "node_modules/granary/classic.wasm"), join(folder, "classic.bin"));
    server = await serve(folder);
  });
  after(() => server?.close());

  for (const browser of ["chromium", "firefox"]) {
    test(`${browser}, compiled while it arrives where the server says application/wasm`, async () => {
      const { value, problems } = await browse(browser, server.address, "answer");
      const { streamed, otherType, ...facts } = value;
      assertTour(facts);
      assert.equal(facts.atOnce, true);
      assert.equal(facts.resizable, "kept", "this browser has resizable buffers");
      // Those of the three classes and the two that import their memory once each, and classic.wasm.
      assert.equal(streamed, 6);
      assert.equal(otherType, true);
      assertNothingElse(problems, `${server.address}node_modules/granary/`);
    });
  }
});

describe("the installed package, bundled by Vite, does its work in", () => {
  let server;
  let assets;
  before(async () => {
    const folder = await project("vite", ["tour.js", "bundled.js", "bundled.html"]);
    renameSync(join(folder, "bundled.html"), join(folder, "index.html"));
    const output = await bundle(folder);
    assert.doesNotMatch(output, /warn|externalized/i);
    assets = readdirSync(join(folder, "dist", "assets"));
    server = await serve(join(folder, "dist"));
  });
  after(() => server?.close());

  for (const browser of ["chromium", "firefox"]) {
    test(browser, async () => {
      const { value, problems } = await browse(browser, server.address, "answer");
      assertTour(value);
      assertNothingElse(problems, server.address);
    });
  }

  test("pages whose modules lie beside the script, or in it when they are small", () => {
    for (const module of ["import", "inspect", "checked", "checked-import", "threads"]) {
      const pattern = new RegExp(`^granary-${module}-[\\w-]{8}\\.wasm$`);
      assert.ok(
        assets.some((name) => pattern.test(name)),
        assets.join(" "),
      );
    }
  });
});

test("a page bundled by Vite has no code of the classes that it does not use", async () => {
  const folder = await project("lean", []);
  writeFileSync(join(folder, "index.html"), '<script type="module" src="./page.js"></script>');
  writeFileSync(join(folder, "page.js"), 'import { Heap } from "granary"; Heap.create();');
  await bundle(folder);
  const assets = join(folder, "dist", "assets");
  const [script] = readdirSync(assets).filter((name) => name.endsWith(".js"));
  const code = readFileSync(join(assets, script), "utf8");
  assert.match(code, /ERR_POINTER/);
  assert.doesNotMatch(
    code,
    /ERR_FAULT|does not hold|granary-checked|granary-inspect|Cross-Origin|thread_may_wait/,
  );
});

async function bundle(folder) {
  const vite = tool("interop/node_modules/vite/bin/vite.js", "npm ci in interop/");
  return outputOf([newestNode(), vite, "build", "--base=./"], { cwd: folder });
}

/** The tour asks for one file that is not there. */
function assertNothingElse(problems, address) {
  assert.deepEqual(problems, [`404: ${new URL("none.wasm", address)}`]);
}
