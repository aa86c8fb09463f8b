// The page of examples/web, with the installed package: what it does in both browsers, and what it says where
// it cannot do that. web-readers.test.js asks who can use it.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { serve } from "../examples/web/server.js";
import { runSync } from "../tools/run.js";
import { browse } from "./package/browser.js";
import { webPage } from "./package/web-page.js";

describe("the page of examples/web", () => {
  let page;
  before(async () => (page = await webPage()));
  after(() => page?.close());

  /** What the page shows of itself where its modules do not load. */
  const explanation = `(async () => {
    const shown = () => document.querySelector('[role="alert"]:not([hidden])');
    for (let frame = 0; frame < 600 && !shown(); frame++) await new Promise(requestAnimationFrame);
    return { text: shown()?.innerText, controls: !document.getElementById("app").hidden };
  })()`;

  for (const browser of ["chromium", "firefox"]) {
    test(`runs from the beginning, with blocks already there, in ${browser}`, async () => {
      const value = await page.inPage(
        `const [began, first] = [runs(), count("blocks")];
        await pass(600, () => count("blocks") > first);
        const context = byId("memory").getContext("2d");
        const { data } = context.getImageData(0, 0, byId("memory").width, byId("memory").height);
        return {
          began, first, grew: count("blocks") > first, drawn: data.some((value) => value !== 0)
        };`,
        browser,
      );
      assert.ok(value.first >= 200, String(value.first));
      assert.deepEqual({ ...value, first: 0 }, { began: true, first: 0, grew: true, drawn: true });
    });

    test(`allocates and frees with its buttons in ${browser}`, async () => {
      const { refused, ...rest } = await page.inPage(
        `stop();
        press("clear");
        const cleared = count("blocks");
        press("allocate");
        const allocated = count("blocks");
        press("free");
        const afterFree = count("blocks");
        for (let i = 0; i < 40; i++) press("allocate");
        return {
          cleared, allocated, afterFree, refused: count("refused"), pages: text("pages")
        };`,
        browser,
      );
      assert.ok(refused > 0);
      assert.deepEqual(rest, { cleared: 0, allocated: 100, afterFree: 50, pages: "16 of 16" });
    });

    test(`says what to do when it is opened from a file, in ${browser}`, async () => {
      const file = pathToFileURL(join(page.folder, "index.html")).href;
      const { value } = await browse(browser, file, explanation);
      assert.match(value.text, /server: run\s+make package[^]*npm install\s+and\s+node server.js/);
      assert.equal(value.controls, false);
    });
  }

  for (const [what, missing, sentence] of [
    ["package", /node_modules/, /^The package is not here: run make package .* npm install/],
    ["module", /\.wasm$/, /^module: .*\.wasm was answered with 404;/],
  ]) {
    test(`says what to do when the ${what} is not there`, async () => {
      const { folder } = page;
      const without = mkdtempSync(join(folder, "..", "without-"));
      const isThere = (path) => !missing.test(path.slice(folder.length));
      cpSync(folder, without, { recursive: true, filter: isThere });
      const other = await serve(without);
      try {
        const { value } = await browse("chromium", other.address, explanation);
        assert.match(value.text, sentence);
        assert.equal(value.controls, false);
      } finally {
        other.close();
        rmSync(without, { recursive: true });
      }
    });
  }

  test("comes from a server that gives nothing from outside its folder, and lives on", async () => {
    const { hostname, port } = new URL(page.address);
    writeFileSync(join(page.folder, "..", "outside.js"), "");
    for (const path of ["/..%2foutside.js", "/../outside.js", "/%", "/none.js", "//"]) {
      // The path as it is: a URL would resolve the dots.
      const [response] = await once(get({ hostname, port, path }), "response");
      response.resume();
      assert.equal(response.statusCode, 404, path);
    }
    assert.equal((await fetch(new URL("app.js", page.address))).status, 200);
  });

  test("comes from a server that says in a line what PORT may be", () => {
    const options = { cwd: page.folder, encoding: "utf8", env: { ...process.env, PORT: "many" } };
    const { status, stderr } = runSync([process.execPath, "server.js"], options);
    assert.equal(status, 1);
    assert.match(stderr, /^PORT is a free port from 0 to 65535: .*\n$/);
  });
});
