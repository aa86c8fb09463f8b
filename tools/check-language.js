// What no C or C++ source may hold: a `friend`, for a class is read through what it offers; and in
// those that products are made of, a macro or a condition of the preprocessor outside the places that
// are meant for it: configuration is a value. Prints one line for each; exit status 1 when there is any.
//
// usage: node tools/check-language.js [FOLDER]     the repository by default

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourcesOf } from "./sources.js";

/** Where a product's sources may look at a macro. */
const readsMacros = [
  // The product that faces are compiled for.
  "alloc/abi/product.h",
  // Whether preconditions are checked.
  "runtime/expect.h",
  // Whether there are atomics, which only the compiler knows.
  "alloc/products/single_threaded.h",
];

/** The text without comments and strings; as many lines as before. */
function codeOf(text) {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"/g, (part) =>
    part.replace(/[^\n]/g, " "),
  );
}

const directive = /^\s*#\s*(\w+)\s*(\w*)/;

/** What is wrong with one line of code. */
function faultOf(path, line) {
  if (/\bfriend\b/.test(line)) return "a `friend`: offer what is needed to be read instead";
  const [, kind, name] = directive.exec(line) ?? [];
  if (kind === undefined || /^(alloc|runtime|include)\//.test(path) === false) return undefined;
  if (kind === "include" || kind === "pragma" || /^(error|else|endif)$/.test(kind)) {
    return undefined;
  }
  // Headers for C have guards, and constants that C can only define.
  if (path.startsWith("include/")) {
    return /^(GRANARY_\w+|__cplusplus)$/.test(name)
      ? undefined
      : `\`#${kind} ${name}\`: a public header defines and asks for nothing but GRANARY_... and __cplusplus`;
  }
  if (readsMacros.includes(path) && kind !== "define") return undefined;
  return `\`#${kind}\`: a configuration is a value; only ${readsMacros.join(", ")} look at macros`;
}

const root = process.argv[2] ?? ".";
for (const path of sourcesOf(root)) {
  const lines = codeOf(readFileSync(join(root, path), "utf8")).split("\n");
  for (const [index, line] of lines.entries()) {
    const fault = faultOf(path, line);
    if (fault === undefined) continue;
    console.error(`${path}:${index + 1}: ${fault}`);
    process.exitCode = 1;
  }
}
