// The allocators that play in small fixed memories, each as a module with nothing beside the
// allocator. `make game-modules` builds them.

import { existsSync } from "node:fs";
import { inRepository } from "../tools/paths.js";
import { HeapModule } from "./heap-module.js";

/** A path with {pages} in it stands for a module for each number of pages, its initial memory. */
export const gameModules = {
  granary: "dist/granary.wasm",
  import: "dist/granary-import.wasm",
  library: "build/bench/games/granary-{pages}.wasm",
  classic: "dist/classic.wasm",
  zig: "build/zig32.wasm",
  dlmalloc: "build/bench/games/dlmalloc.wasm",
  "dlmalloc fixed": "build/bench/games/dlmalloc-{pages}.wasm",
};

// The peer's module keeps fewer words of its own, which would leave more bytes to its heap: these
// bytes are withheld.
const notMoreThan = { dlmalloc: "granary", "dlmalloc fixed": "library" };

/** @param {string} name */
export function isBuilt(name) {
  const path = gameModules[name];
  return path !== undefined && existsSync(inRepository(path.replace("{pages}", "1")));
}

/** @param {string} name of one that is built */
export function openGameModule(name) {
  const like = notMoreThan[name];
  const other = like && isBuilt(like) ? openGameModule(like) : undefined;
  return new HeapModule(name, inRepository(gameModules[name]), other);
}
