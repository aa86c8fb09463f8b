// A header includes only what lies in lower layers: alloc/products -> alloc/abi -> alloc -> runtime. A
// face gets its product by a macro (alloc/abi/product.h), not by name. This check finds includes that go
// against the layers, system headers that are not the compiler's own, and sources outside the layers. It
// prints one line for each; its exit status is 1 when there is any.
//
// usage: node tools/check-layers.js [FOLDER]     the repository by default

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The layers: which folders the files of each may include. The first folder that matches decides. */
const layers = [
  {
    folder: "alloc/products/",
    mayInclude: ["alloc/", "runtime/"],
  },
  {
    folder: "alloc/abi/",
    mayInclude: ["alloc/", "include/"],
    neverInclude: ["alloc/products/"],
  },
  {
    folder: "alloc/arenas/",
    mayInclude: ["alloc/arenas/", "alloc/common/", "runtime/", "include/"],
  },
  {
    folder: "alloc/checks/",
    mayInclude: ["alloc/checks/", "alloc/common/", "runtime/", "include/"],
  },
  {
    folder: "alloc/inspection/",
    mayInclude: ["alloc/inspection/", "alloc/granary/", "alloc/common/", "runtime/", "include/"],
  },
  {
    folder: "alloc/threads/",
    mayInclude: ["alloc/threads/", "alloc/granary/", "alloc/common/", "runtime/"],
  },
  {
    folder: "alloc/granary/",
    mayInclude: ["alloc/granary/", "alloc/common/", "runtime/", "include/"],
  },
  { folder: "alloc/classic/", mayInclude: ["alloc/classic/", "alloc/common/", "runtime/"] },
  { folder: "alloc/common/", mayInclude: ["alloc/common/", "runtime/"] },
  { folder: "runtime/", mayInclude: ["runtime/"] },
  { folder: "include/", mayInclude: ["include/"] },
];

/** The headers that a compiler has without a C library. */
const compilerHeaders = ["stddef.h", "stdint.h"];

/** The headers of C++'s library that a public header includes where they are there. */
const libraryHeaders = { "include/granary_arena.hpp": ["memory_resource", "new"] };

const isSource = (path) => /\.(h|hpp|cc)$/.test(path);

/** Says what is wrong with one file, in a line for each fault. */
function faultsOf(path, text) {
  const layer = layers.find(({ folder }) => path.startsWith(folder));
  if (!layer)
    return [`${path}: lies in no layer: ${layers.map(({ folder }) => folder).join(", ")}`];
  const faults = [];
  text.split("\n").forEach((line, index) => {
    const include = /^\s*#\s*include\s*(["<])([^">]+)[">]/.exec(line);
    if (!include) return;
    const [, quote, target] = include;
    const where = `${path}:${index + 1}: `;
    if (quote === "<") {
      const known = [...compilerHeaders, ...(libraryHeaders[path] ?? [])];
      if (!known.includes(target)) {
        faults.push(`${where}<${target}> is not one of ${known.join(", ")}`);
      }
      return;
    }
    // Programs find public headers in a folder of their own choice.
    if (layer.folder === "include/" && /^granary\w*\.h$/.test(target)) return;
    const allowed =
      layer.mayInclude.some((folder) => target.startsWith(folder)) &&
      !layer.neverInclude?.some((folder) => target.startsWith(folder));
    if (!allowed) {
      faults.push(
        `${where}${layer.folder} may include ${layer.mayInclude.join(", ")}` +
          ` from the repository's root, not "${target}"`,
      );
    }
  });
  return faults;
}

const root = process.argv[2] ?? ".";
const faults = [];
for (const folder of ["runtime", "alloc", "include"].filter((name) =>
  existsSync(join(root, name)),
)) {
  for (const name of readdirSync(join(root, folder), { recursive: true })) {
    const path = `${folder}/${name}`;
    if (isSource(path)) faults.push(...faultsOf(path, readFileSync(join(root, path), "utf8")));
  }
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
