// The package as npm packs and installs it, in every runtime: the running Node, the newest one, bun
// and Deno, none of them with a network.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { outputOf } from "../tools/run.js";
import { assertTour } from "./package/expected.js";
import { newestNode, project, tool } from "./package/project.js";

const bun = () => tool("node_modules/@oven/bun-linux-x64/bin/bun", "npm ci in the root");
const deno = () => tool("interop/node_modules/@deno/linux-x64-glibc/deno", "npm ci in interop/");

// Only files of the project may be read, and nothing fetched.
const denoFlags = ["run", "--no-prompt", "--no-remote", "--cached-only", "--allow-read=."];
const inDeno = (folder, file) =>
  outputOf([deno(), ...denoFlags, file], {
    cwd: folder,
    env: { ...process.env, DENO_DIR: `${folder}/.deno`, DENO_NO_UPDATE_CHECK: "1" },
  });

describe("the installed package does its work in", () => {
  const runtimes = {
    "the running Node": (folder) => outputOf([process.execPath, "main.js"], { cwd: folder }),
    "the newest Node": (folder) => outputOf([newestNode(), "main.js"], { cwd: folder }),
    bun: (folder) => outputOf([bun(), "main.js"], { cwd: folder }),
    "Deno, with leave to read and nothing else": (folder) => inDeno(folder, "main.js"),
  };
  for (const [name, runIn] of Object.entries(runtimes)) {
    test(name, async () => {
      const folder = await project("runtime", ["tour.js", "main.js"]);
      const facts = JSON.parse(await runIn(folder));
      assertTour(facts);
      assert.equal(facts.atOnce, true);
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
