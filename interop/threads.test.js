// One heap for many threads in other runtimes than the running Node: the runs of tests-js/threads in the
// newest Node, bun, Chromium and Firefox, and the package's SharedHeap in its two examples.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { isolation } from "../examples/web-threads/server.js";
import { serve } from "../examples/web/server.js";
import { expected } from "../tests-js/threads/expected.js";
import { resultOfRun } from "../tests-js/threads/process.js";
import { scenarios } from "../tests-js/threads/scenarios.js";
import { inRepository } from "../tools/paths.js";
import { outputOf } from "../tools/run.js";
import { browse } from "./package/browser.js";
import { install, newestNode, project, tool } from "./package/project.js";

const bun = () => tool("node_modules/@oven/bun-linux-x64/bin/bun", "npm ci in the root");
const module = inRepository("dist/granary-threads.wasm");
const browsers = ["chromium", "firefox"];

for (const [name, runtime] of Object.entries({ "the newest Node": newestNode, bun })) {
  describe(`threads over one memory in ${name}:`, () => {
    for (const scenario of Object.keys(scenarios)) {
      test(`${scenario} (SEED=1)`, async () => {
        expected[scenario](await resultOfRun(scenario, 1, { runtime: runtime(), module }));
      });
    }
  });
}

describe("workers and the page over one memory, the page never waiting, in", () => {
  const folder = mkdtempSync(join(tmpdir(), "granary-threads-"));
  let server;
  before(async () => {
    cpSync(inRepository("tests-js/threads"), join(folder, "threads"), { recursive: true });
    mkdirSync(join(folder, "support"));
    cpSync(inRepository("tests-js/support/random.js"), join(folder, "support/random.js"));
    cpSync(module, join(folder, "threads/granary-threads.wasm"));
    server = await serve(folder, 0, isolation);
  });
  after(() => {
    server?.close();
    rmSync(folder, { recursive: true });
  });

  for (const browser of browsers) {
    test(browser, async () => {
      const { value, problems } = await browse(browser, `${server.address}threads/`, "answer");
      assert.deepEqual(problems, []);
      for (const [name, check] of Object.entries(expected)) {
        assert.equal(typeof value[name], "object", `${name}: ${value[name]}`);
        check(value[name]);
      }
    });
  }
});

/** An example in the place that it has in the repository, with the installed package. */
async function example(name) {
  const folder = await project(name, []);
  const skipped = (path) => !path.includes("node_modules");
  for (const each of ["web", name]) {
    const source = inRepository(`examples/${each}`);
    cpSync(source, join(folder, each), { recursive: true, filter: skipped });
  }
  await install(join(folder, name));
  return join(folder, name);
}

describe("examples/threads sorts in every thread, in", () => {
  const runtimes = {
    "the running Node": () => process.execPath,
    "the newest Node": newestNode,
    bun,
  };
  for (const [name, runtime] of Object.entries(runtimes)) {
    test(name, async () => {
      const folder = await example("threads");
      const lines = (await outputOf([runtime(), "program.js"], { cwd: folder }))
        .trimEnd()
        .split("\n");
      assert.deepEqual(lines.slice(0, 4), Array(4).fill("50000 numbers, sorted"));
      assert.match(
        lines[4],
        /^ERR_POINTER: free: \d+ is not the pointer of a live block of this heap/,
      );
      assert.equal(lines.length, 5);
    });
  }
});

describe("examples/web-threads", () => {
  let folder;
  let server;
  let address;
  before(async () => {
    folder = await example("web-threads");
    server = spawn(process.execPath, ["server.js"], { cwd: folder, stdio: ["ignore", "pipe", 2] });
    [address] = String((await once(server.stdout, "data"))[0]).split("\n");
  });
  after(() => server?.kill());

  const frames = (condition) =>
    `for (let frame = 0; frame < 600 && !(${condition}); frame++) {
      await new Promise(requestAnimationFrame);
    }`;
  const useOfThePage = `(async () => {
    ${frames('document.getElementById("count").dataset.ready')}
    document.getElementById("count").click();
    ${frames('document.querySelector("#words li")')}
    return [...document.querySelectorAll("#words li")].map(({ textContent }) => textContent);
  })()`;

  for (const browser of browsers) {
    test(`counts words in workers in ${browser}`, async () => {
      const { value, problems } = await browse(browser, address, useOfThePage);
      assert.deepEqual(problems, []);
      assert.deepEqual(value.slice(0, 3), ["be: 6,000", "to: 6,000", "answered: 2,000"]);
    });
  }

  test("is refused memory to share, with the headers that are missing, by another server", async () => {
    const other = await serve(folder);
    try {
      const refusal = `import("granary").then(({ SharedHeap }) =>
        SharedHeap.create({ maximumPages: 10 }).catch(({ code, message }) => ({ code, message })))`;
      for (const browser of browsers) {
        const { value } = await browse(browser, other.address, refusal);
        assert.equal(value.code, "ERR_ENGINE", browser);
        assert.match(value.message, /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Emb/);
      }
    } finally {
      other.close();
    }
  });
});
