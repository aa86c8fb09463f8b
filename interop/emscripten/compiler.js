// Debian's emscripten for the tests: programs of interop/emscripten become a module and the scripts
// that run it, in build/interop/emscripten/.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";

import { runSync } from "../../tools/run.js";

export const emcc = "/usr/bin/emcc";
export const folder = "build/interop/emscripten";

/** Why there are no tests on this machine; false when there are. */
export const missing =
  !existsSync(emcc) && "Debian's packages emscripten and node-acorn are not installed";

// Debian's emscripten finds acorn, by which it makes scripts smaller, only when it is told where.
export const environment = {
  ...process.env,
  NODE_PATH: "/usr/share/nodejs",
};
/** The options of a program with threads. */
export const threads = ["-pthread", "-sPTHREAD_POOL_SIZE=4", "-sEXIT_RUNTIME=1"];
// Emscripten warns that JavaScript over a memory that grows is slow.
const quiet = ["-Wall", "-Wextra", "-Werror", "-Wno-pthreads-mem-growth"];

/** Compiles and links a program, whatever comes of it. */
export function runEmcc(source, script, options) {
  mkdirSync(folder, { recursive: true });
  // Scripts of emscripten are no ES modules, as those of the repository are.
  writeFileSync(`${folder}/package.json`, '{ "type": "commonjs" }\n');
  const language = source.endsWith(".cc") ? ["-std=c++17"] : ["-std=gnu11"];
  const all = [...language, ...quiet, "-Iinclude", ...options];
  return runSync([emcc, `interop/emscripten/${source}`, ...all, "-o", script], {
    env: environment,
  });
}

/**
 * The path of the script of a program, beside which its module lies.
 *
 * @param {string} source in interop/emscripten/
 * @param {string} variant of the program, in the names of what is made
 * @param {string[]} options of emcc, libraries too
 */
export function compile(source, variant, options) {
  const script = `${folder}/${source}-${variant}.js`;
  const { status, stderr } = runEmcc(source, script, options);
  assert.equal(status, 0, stderr);
  return script;
}

/** How many bytes the module of a script has. */
export const moduleSize = (script) => statSync(script.replace(/js$/, "wasm")).size;

/** What a program writes, which has to end as it should. */
export function outputOfScript(script, ...words) {
  // The scripts take a fetch of Node's for that of a browser.
  const command = [process.execPath, "--no-experimental-fetch", script, ...words.map(String)];
  const { status, signal, stdout, stderr } = runSync(command, { timeout: 120_000 });
  // Node shows the line that failed, in which the whole script is.
  const errors = stderr.split("\n").filter((line) => line.length < 1000);
  assert.equal(status, 0, [signal, stdout, ...errors].join("\n"));
  return stdout;
}
