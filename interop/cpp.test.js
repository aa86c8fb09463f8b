// C++ programs for wasm32-wasi, linked with Granary's library before Debian's C++ library.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { test } from "node:test";

const folder = "build/interop/cpp";
mkdirSync(folder, { recursive: true });

/** The path of the module that a source becomes. */
function build(name, library, options = []) {
  const path = `${folder}/${name}-${library}.wasm`;
  const inputs = [`interop/cpp/${name}.cc`, `dist/${library}`];
  const common = ["--target=wasm32-wasi", "-std=c++20", "-O1", "-fno-exceptions"];
  const all = [...common, ...inputs, ...options, "-o", path];
  const { status, stderr, error } = spawnSync("clang++-19", all, { encoding: "utf8" });
  assert.equal(status, 0, String(error ?? stderr));
  return path;
}

for (const library of ["libgranary.a", "libgranary-checked.a"]) {
  test(`operator new of ${library} calls the new-handler that std::set_new_handler was given`, () => {
    const path = build("new-handler", library, ["-Wl,--max-memory=4194304"]);
    const run = ["examples/wasi/run.js", path];
    const { status, stderr } = spawnSync(process.execPath, run, { encoding: "utf8" });
    assert.equal(status, 0, `the line that failed\n${stderr}`);
  });
}
