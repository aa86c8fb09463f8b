// No C or C++ source may hold a `friend`, because a class is read through what it offers. The sources of
// products may define and test macros only in the places that are meant for it, because a configuration
// is a value. This check prints one line for each breach; its exit status is 1 when there is any.
//
// usage: node tools/check-language.js [FOLDER]     the repository by default

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourcesOf } from "./sources.js";

/** The sources of products that may look at a macro. */
const readsMacros = [
  // The macro names the product that faces are compiled for.
  "alloc/abi/product.h",
  // The macro says whether preconditions are checked.
  "runtime/expect.h",
  // The macro says whether there are atomics, which only the compiler knows.
  "alloc/products/single_threaded.h",
  "alloc/products/multi_threaded.h",
];

/** Returns the text without comments and strings, in as many lines as before. */
function codeOf(text) {
  return text.replace(/\/\*[^]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"/g, (part) =>
    part.replace(/[^\n]/g, " "),
  );
}

const directive = /^\s*#\s*(\w+)\s*(\w*)/;

/** Says what is wrong with one line of code. */
function faultOf(path, line) {
  if (/\bfriend\b/.test(line)) return "a `friend`: offer what is needed to be read instead";
  const [, kind, name] = directive.exec(line) ?? [];
  if (kind === undefined || /^(alloc|runtime|include)\//.test(path) === false) return undefined;
  if (kind === "include" || kind === "pragma" || /^(error|else|endif)$/.test(kind)) {
    return undefined;
  }
  // A header for C has a guard, and constants that are macros in C; one for C++ asks for what may be there.
  if (path.startsWith("include/")) {
    const forCpp = /^(__STDC_HOSTED__|__has_include|__cpp_\w+)$/;
    if (path.endsWith(".hpp") && forCpp.test(name)) return undefined;
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
