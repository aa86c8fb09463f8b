// Data flows one way: alloc/products -> alloc/abi -> alloc -> runtime; a face gets its product by a
// macro (alloc/abi/product.h), which names no header. This check fails on an include that goes
// against it, on a system header that is not the compiler's own, and on a source outside the
// layers. Prints one line for each; exit status 1 when there is any.
//
// usage: node tools/check-layers.js [FOLDER]     the repository by default

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** For each layer, the longest matching folder first: which folders its files may include. */
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
    folder: "alloc/checks/",
    mayInclude: ["alloc/checks/", "alloc/common/", "runtime/", "include/"],
  },
  {
    folder: "alloc/inspection/",
    mayInclude: ["alloc/inspection/", "alloc/granary/", "alloc/common/", "runtime/", "include/"],
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

/** What a compiler brings along without a C library. */
const compilerHeaders = ["stddef.h", "stdint.h"];

const isSource = (path) => /\.(h|cc)$/.test(path);

/** What is wrong with one file, a line each. */
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
      if (!compilerHeaders.includes(target)) {
        faults.push(`${where}<${target}> is not one of ${compilerHeaders.join(", ")}`);
      }
      return;
    }
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
