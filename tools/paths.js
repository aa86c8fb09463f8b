// Paths in the repository, whatever folder the command is started in.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** @param {string} path relative to the repository */
export function inRepository(path) {
  return join(root, path);
}
