// The header that WABT's cmake would write for wasm32-wasi: config.h.in with its questions answered.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const answers = {
  HAVE_ALLOCA_H: 1,
  HAVE_UNISTD_H: 1,
  HAVE_SNPRINTF: 1,
  HAVE_SSIZE_T: 1,
  HAVE_STRCASECMP: 1,
  COMPILER_IS_CLANG: 1,
};

/**
 * Writes wabt/config.h into a folder.
 *
 * @param {string} source the folder of WABT's sources
 * @param {string} include
 */
export function writeConfiguration(source, include) {
  const template = readFileSync(join(source, "src/config.h.in"), "utf8");
  const header = template
    .replace(/#cmakedefine WABT_VERSION_STRING .*/, '#define WABT_VERSION_STRING "1.0.32"')
    .replace(/#cmakedefine WABT_DEBUG .*/, "")
    .replace(/#cmakedefine01 (\w+)/g, (_, name) => `#define ${name} ${answers[name] ?? 0}`)
    .replace("@SIZEOF_SIZE_T@", "4");
  mkdirSync(join(include, "wabt"), { recursive: true });
  writeFileSync(join(include, "wabt/config.h"), header);
}
