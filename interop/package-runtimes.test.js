// The package as npm packs and installs it, in every runtime: the running Node, the newest one, bun
// and Deno, none of them with a network.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outputOf } from "../tools/run.js";
import { assertTour } from "./package/expected.js";
import { newestNode, project, tool } from "./package/project.js";
import { assertRecorded } from "./package/recorded.js";

const bun = () => tool("node_modules/@oven/bun-linux-x64/bin/bun", "npm ci in the root");
const deno = () => tool("interop/node_modules/@deno/linux-x64-glibc/deno", "npm ci in interop/");

// Only files of the project may be read, and nothing fetched.
const denoFlags = ["run", "--no-prompt", "--no-remote", "--cached-only", "--allow-read=."];
const inDeno = (folder, file) =>
  outputOf([deno(), ...denoFlags, file], {
    cwd: folder,
    env: { ...process.env, DENO_DIR: `${folder}/.deno`, DENO_NO_UPDATE_CHECK: "1" },
  });

const runtimes = {
  "the running Node": (folder, file) => outputOf([process.execPath, file], { cwd: folder }),
  "the newest Node": (folder, file) => outputOf([newestNode(), file], { cwd: folder }),
  bun: (folder, file) => outputOf([bun(), file], { cwd: folder }),
  "Deno, with leave to read and nothing else": inDeno,
};

describe("the installed package does its work in", () => {
  for (const [name, runIn] of Object.entries(runtimes)) {
    test(name, async () => {
      const folder = await project("runtime", ["tour.js", "main.js"]);
      const facts = JSON.parse(await runIn(folder, "main.js"));
      assertTour(facts);
      assert.equal(facts.atOnce, true);
    });
  }
});

describe("a program is recorded with the functions that allocated in", () => {
  for (const [name, runIn] of Object.entries(runtimes)) {
    test(name, async () => {
      const folder = await project("record", ["record.js", "record-main.js"]);
      assertRecorded(JSON.parse(await runIn(folder, "record-main.js")));
    });
  }
});

describe("console.log shows the figures of a heap in", () => {
  for (const [name, runIn] of Object.entries(runtimes)) {
    test(name, async () => {
      const folder = await project("shown", ["shown.js"]);
      const shown = "Heap { liveBlocks: 1, liveBytes: 1000, pageCount: 1 }\n";
      assert.equal(await runIn(folder, "shown.js"), shown);
    });
  }
});

describe("granary.wasm is imported as a module of the language by", () => {
  test("the newest Node", async () => {
    const folder = await project("module", ["module.js"]);
    assert.equal(
      await outputOf([newestNode(), "--no-warnings", "module.js"], { cwd: folder }),
      "0\n",
    );
  });

  test("Deno", async () => {
    const folder = await project("module", ["module.js"]);
    assert.equal(await inDeno(folder, "module.js"), "0\n");
  });
});
