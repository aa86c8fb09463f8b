// Names in the C++ sources that the npm package repeats, as the package writes them.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const read = (path) =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

/** The names of an `enum class`, in their order, with hyphens: the package's strings. */
export function enumerators(header, name) {
  return namesIn(header, `enum class ${name} .*\\{`, /^\s*(\w+)(?: = \d+)?,/gm).map((enumerator) =>
    enumerator.replaceAll("_", "-"),
  );
}

/** The names of the fields of a struct, in their order, as properties of JavaScript. */
export function properties(header, name) {
  return namesIn(header, `struct ${name} \\{`, /^\s*\w+ (\w+)(?:\[\w+\])?;/gm).map((field) =>
    field.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()),
  );
}

function namesIn(header, opening, pattern) {
  const [, body] = read(header).split(new RegExp(opening));
  const [members] = body.split(/^\}/m);
  return [...members.matchAll(pattern)].map(([, name]) => name);
}
