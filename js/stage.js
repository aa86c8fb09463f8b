// Puts the package together as it is published: the files that package.json names, the licence, and
// the modules that the table of products gives to the package, which become its `exports` as well. The modules that
// `granary/inline` imports become files of JavaScript in addition.
//
//   node js/stage.js           leaves it in build/package, for npm pack or npm publish
//
// This file is not part of the package.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rows } from "../tools/products.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "js");

/** The modules that the package ships, by file name. */
export const modules = rows.filter((row) => row.package).map(({ file }) => file);

/** The package.json that is published: it exports every module by its name. */
export const manifest = JSON.parse(readFileSync(join(sources, "package.json"), "utf8"));
for (const file of modules) manifest.exports[`./${file}`] = `./${file}`;

/** The modules that js/inline.js imports as text, by file name. */
export const inlined = [
  ...readFileSync(join(sources, "inline.js"), "utf8").matchAll(/"\.\/(.*)\.base64\.js"/g),
].map(([, name]) => `${name}.wasm`);

/** Returns a module as source text of JavaScript. */
const inBase64 = (module) =>
  `// The bytes of ${module} in base64, without padding.\n` +
  `export default "${readFileSync(join(root, "dist", module), "base64").replaceAll("=", "")}";\n`;

/** Returns the path of every file of the package that is copied. */
function contents() {
  const own = manifest.files.filter((name) => !name.includes("*"));
  return [
    ...["README.md", ...own].map((name) => join(sources, name)),
    join(root, "LICENSE"),
    ...modules.map((name) => join(root, "dist", name)),
  ];
}

/**
 * @param {string} folder made if it is missing; other files in it stay
 * @returns {string} the same folder
 */
export function stage(folder) {
  const missing = contents().filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`missing: ${missing.join(" ")}: make builds dist/`);
  mkdirSync(folder, { recursive: true });
  for (const path of contents()) copyFileSync(path, join(folder, path.split(/[\\/]/).at(-1)));
  for (const module of inlined) {
    writeFileSync(join(folder, module.replace(".wasm", ".base64.js")), inBase64(module));
  }
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
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
