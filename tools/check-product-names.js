// Products are named in one table (alloc/products/products.json). Files that build and check products
// take their names from there and hold none; a text, a test or a program that uses a product names one
// that the table has. This check prints one line for each wrong name; its exit status is 1 when there
// is any.
//
// usage: node tools/check-product-names.js [FOLDER]     the repository by default

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rows } from "./products.js";
import { filesOf } from "./sources.js";

/** These files are made from the table, tell of the past, or hold the following patterns. */
const leftOut =
  /^(tools\/check-product-names\.js$|alloc\/products\/|linker\/(sizes\.json|.*\.golden)$|bench\/traces\/|CHANGELOG\.md$)/;
const isText = /\.(md|js|ts|json|mk|h|c|cc|rs|zig|toml|zon|sh|html|rsp)$|^Makefile$|^\.ci\//;
const buildsThem =
  /^(Makefile$|tools\/(?!mutant-list)|linker\/|\.ci\/|(alloc|runtime)\/.*\.(h|cc)$)/;

const files = rows.map(({ file }) => file);
/** The name of a file that could be a product: granary, libgranary or classic, more words, a suffix. */
const productFile =
  /(?<![\w-])(?:granary|classic)(?:-\w+|64)*\.wasm\b|(?<![\w-])libgranary(?:-\w+|64)*\.a\b/g;
/** The names that only products have, longest first; granary and classic are also engines. */
const names = rows.map(({ name }) => name).filter((name) => /-|^lib/.test(name));
names.sort((a, b) => b.length - a.length);
const productName = new RegExp(`(?<![\\w-])(?:${names.join("|")})(?![\\w-])`, "g");

function* faultsOf(path, text) {
  const comment = path.endsWith(".mk") || path === "Makefile" ? /^\s*#/ : /^\s*(\/\/|\/?\*)/;
  for (const [index, line] of text.split("\n").entries()) {
    const where = `${path}:${index + 1}: `;
    for (const [name] of line.matchAll(productFile)) {
      if (!files.includes(name))
        yield `${where}${name} is no product: see alloc/products/products.json`;
    }
    if (!buildsThem.test(path) || comment.test(line)) continue;
    const named = [...line.matchAll(productFile), ...line.matchAll(productName)];
    for (const [name] of named) {
      yield `${where}names ${name}: what builds and checks products takes them from their table`;
    }
  }
}

const root = process.argv[2] ?? ".";
for (const path of filesOf(root).filter((path) => isText.test(path) && !leftOut.test(path))) {
  for (const fault of faultsOf(path, readFileSync(join(root, path), "utf8"))) {
    console.error(fault);
    process.exitCode = 1;
  }
}
