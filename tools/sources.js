// Finds the files of the repository: all that are neither built nor fetched.
//
// usage: node tools/sources.js     prints the sources in C and C++, a line each

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folders with these names hold fetched or built files, wherever they are. */
const foreign = ["node_modules", "build", "dist", "target", ".git", ".zig-cache", "zig-out"];

/** Returns the paths of all files under a folder, relative to it. */
export function filesOf(root, folder = "") {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return foreign.includes(entry.name) ? [] : filesOf(root, path);
    return entry.isFile() ? [path] : [];
  });
}

/** Returns the paths of those in C and C++. */
export const sourcesOf = (root) => filesOf(root).filter((path) => /\.(h|hpp|c|cc)$/.test(path));

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(sourcesOf(".").join("\n"));
