// The examples for JavaScript, with the installed package in the place of the repository's: what the
// program prints, and what the page does in both browsers.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { outputOf, runSync } from "../tools/run.js";
import { browse } from "./package/browser.js";
import { install, project } from "./package/project.js";

async function example(name) {
  const folder = await project(name, []);
  const source = inRepository(`examples/${name}`);
  cpSync(source, folder, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  await install(folder);
  return folder;
}

test("examples/javascript prints what its heap did, and ends", async () => {
  const folder = await example("javascript");
  const lines = (await outputOf([process.execPath, "program.js"], { cwd: folder }))
    .trimEnd()
    .split("\n");
  const pointer = Number(/: (\d+) is not/.exec(lines[3])?.[1]);
  assert.deepEqual(lines, [
    "1025 bytes, the last one is 18",
    "100000 numbers, their sum is 5000050000",
    '"Grüße" takes 7 bytes',
    `ERR_POINTER: free: ${pointer} is not the pointer of a live block of this heap: ` +
      "it was freed, or moved by realloc or remap, or alloc never returned it",
    lines[4],
  ]);
  assert.match(lines[4], /^the memory has \d+ pages of 64 KiB$/);
});

describe("examples/web", () => {
  let folder;
  let server;
  let address;
  before(async () => {
    folder = await example("web");
    server = spawn(process.execPath, ["server.js"], { cwd: folder, stdio: ["ignore", "pipe", 2] });
    [address] = String((await once(server.stdout, "data"))[0]).split("\n");
  });
  after(() => server?.kill());

  /** Presses every button, and reads what the page says after each. */
  const useOfThePage = `(async () => {
    // The page is ready when it has drawn its legend.
    for (let frame = 0; frame < 600 && document.querySelector("#legend span") === null; frame++) {
      await new Promise(requestAnimationFrame);
    }
    const text = (id) => document.getElementById(id).textContent;
    const press = (id) => document.getElementById(id).click();
    const says = () => Number(text("blocks").replaceAll(",", ""));
    press("allocate");
    const allocated = says();
    press("free");
    const afterFree = says();
    press("clear");
    const cleared = says();
    for (let i = 0; i < 40; i++) press("allocate");
    const full = { refused: Number(text("refused").replaceAll(",", "")), pages: text("pages") };
    press("clear");
    press("run");
    for (let frame = 0; frame < 600 && says() < 300; frame++) {
      await new Promise(requestAnimationFrame);
    }
    const ran = says() >= 300;
    press("run");
    const canvas = document.getElementById("memory");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return { allocated, afterFree, cleared, full, ran, drawn: pixels.some((value) => value !== 0) };
  })()`;

  for (const browser of ["chromium", "firefox"]) {
    test(`allocates, frees and draws in ${browser}`, async () => {
      const { value, problems } = await browse(browser, address, useOfThePage);
      const { full, ...rest } = value;
      assert.deepEqual(rest, { allocated: 100, afterFree: 50, cleared: 0, ran: true, drawn: true });
      assert.ok(full.refused > 0);
      assert.equal(full.pages, "16 of 16");
      assert.deepEqual(problems, []);
    });
  }

  test("serves nothing from outside its folder, and lives on", async () => {
    const { hostname, port } = new URL(address);
    writeFileSync(join(folder, "..", "outside.js"), "");
    for (const path of ["/..%2foutside.js", "/../outside.js", "/%", "/none.js", "//"]) {
      // The path as it is: a URL would resolve the dots.
      const [response] = await once(get({ hostname, port, path }), "response");
      response.resume();
      assert.equal(response.statusCode, 404, path);
    }
    assert.equal((await fetch(new URL("app.js", address))).status, 200);
  });

  test("says in a line what PORT may be", () => {
    const options = { cwd: folder, encoding: "utf8", env: { ...process.env, PORT: "many" } };
    const { status, stderr } = runSync([process.execPath, "server.js"], options);
    assert.equal(status, 1);
    assert.match(stderr, /^PORT is a free port from 0 to 65535: .*\n$/);
  });
});
