// Puts the package together as it is published: the files that package.json names, the licence, and
// the modules of dist/ that its `exports` name. A new module is one line in `exports`.
//
//   node js/stage.js           leaves it in build/package, for npm pack or npm publish
//
// Not part of the package.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "js");

export const manifest = JSON.parse(readFileSync(join(sources, "package.json"), "utf8"));

/** The modules that the package ships, by name. */
export const modules = Object.values(manifest.exports)
  .filter((target) => typeof target === "string" && target.endsWith(".wasm"))
  .map((target) => target.replace("./", ""));

/** Every file of the package, and where it comes from. */
function contents() {
  const own = manifest.files.filter((name) => !name.includes("*"));
  return [
    ...["package.json", "README.md", ...own].map((name) => join(sources, name)),
    join(root, "LICENSE"),
    ...modules.map((name) => join(root, "dist", name)),
  ];
}

/**
 * @param {string} folder made if need be; what else is in it stays
 * @returns {string} the same folder
 */
export function stage(folder) {
  const missing = contents().filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`missing: ${missing.join(" ")}: make builds dist/`);
  mkdirSync(folder, { recursive: true });
  for (const path of contents()) copyFileSync(path, join(folder, path.split(/[\\/]/).at(-1)));
  return folder;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folder = join(root, "build", "package");
  try {
    rmSync(folder, { recursive: true, force: true });
    stage(folder);
  } catch (failure) {
    console.error(`granary: the package cannot be put together: ${failure.message}`);
    process.exitCode = 1;
  }
}
