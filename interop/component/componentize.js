// Makes a component of a core module and a WIT world, and JavaScript that runs it, with jco's
// library. (The command `jco embed` of jco 1.35.0 finds no WIT file: its file system is empty.)
//
// usage: node interop/component/componentize.js CORE.wasm WORLD.wit FOLDER
//   leaves NAME.component.wasm, and NAME.js with the exports, in FOLDER; NAME as in WORLD.wit

import { componentEmbed, componentNew, transpile } from "@bytecodealliance/jco";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @param {{core: string, wit: string, folder: string}} paths
 * @param {object} [options] of jco's `transpile`
 * @returns {Promise<{component: string, program: string}>} the paths of what it wrote
 */
export async function componentize({ core, wit, folder }, options = {}) {
  const name = basename(wit, ".wit");
  const binary = readFileSync(core);
  const embedded = await componentEmbed({ binary, witSource: readFileSync(wit, "utf8") });
  const bytes = await componentNew(embedded, []);
  const { files } = await transpile(bytes, { name, ...options });
  const component = `${name}.component.wasm`;
  for (const [path, content] of Object.entries({ ...files, [component]: bytes })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return { component: join(folder, component), program: join(folder, `${name}.js`) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [core, wit, folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error("usage: node interop/component/componentize.js CORE.wasm WORLD.wit FOLDER");
    process.exit(2);
  }
  const { component, program } = await componentize({ core, wit, folder });
  console.log(`${component}\n${program}`);
}
