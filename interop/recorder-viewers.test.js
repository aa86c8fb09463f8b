// A program that is recorded in Chromium and Firefox: its trace, its call sites, and what speedscope, a viewer that others
// wrote, makes of its profile.

import assert from "node:assert/strict";
import { cpSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { serve } from "../examples/web/server.js";
import { browse } from "./package/browser.js";
import { project, tool } from "./package/project.js";
import { assertRecorded } from "./package/recorded.js";

describe("a program that is recorded in a page of", () => {
  let server;
  before(async () => {
    const folder = await project("record", ["record.js", "record.html"]);
    renameSync(join(folder, "record.html"), join(folder, "index.html"));
    server = await serve(folder);
  });
  after(() => server?.close());

  for (const browser of ["chromium", "firefox"]) {
    test(`${browser} has a trace, and the functions that allocated`, async () => {
      const { value, problems } = await browse(browser, server.address, "answer");
      assert.deepEqual(problems, []);
      assertRecorded(value);
    });
  }

  test("Chromium has a profile that speedscope opens, with the same bytes", async () => {
    const { value } = await browse("chromium", server.address, "answer");
    const viewer = await project("speedscope", []);
    const release = tool("interop/node_modules/speedscope/dist/release", "npm ci in interop/");
    cpSync(release, viewer, { recursive: true });
    writeFileSync(join(viewer, "page.heapprofile"), JSON.stringify(value.live));
    const viewerServer = await serve(viewer);
    try {
      const address = `${viewerServer.address}#profileURL=page.heapprofile&view=sandwich`;
      const { value: rows, problems } = await browse("chromium", address, readRows);
      assert.deepEqual(problems, []);
      const table = rows.map((row) => row.split(/\s*\t\s*/));
      assert.deepEqual(table.slice(0, 3), [
        ["Total", "Self", "Symbol Name"],
        ["1000 B (67%)", "1000 B (67%)", "loadTexture"],
        ["500 B (33%)", "500 B (33%)", "log"],
      ]);
    } finally {
      viewerServer.close();
    }
  });
});

/** Evaluated in the page of the viewer: the rows of its table of functions, once it has one. */
const readRows = `(async () => {
  for (;;) {
    const rows = [...document.querySelectorAll("tr")].map((row) => row.innerText);
    if (rows.some((row) => row.includes("loadTexture"))) return rows;
    await new Promise(requestAnimationFrame);
  }
})()`;
