// Paths in the repository, whatever folder the command is started in.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export function inRepository(path) {
  return join(root, path);
}
