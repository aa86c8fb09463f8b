// C++ programs for wasm32-wasi, linked with Granary's library before Debian's C++ library.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { outputOfSync, runSync } from "../tools/run.js";

const folder = "build/interop/cpp";
mkdirSync(folder, { recursive: true });

/** The path of the module that a source becomes. */
function build(name, library, options = []) {
  const path = `${folder}/${name}-${library}.wasm`;
  const inputs = [`interop/cpp/${name}.cc`, `dist/${library}`];
  const common = ["--target=wasm32-wasi", "-std=c++20", "-O1", "-fno-exceptions", "-Iinclude"];
  const all = [...common, ...inputs, ...options, "-o", path];
  outputOfSync(["clang++-19", ...all]);
  return path;
}

for (const library of ["libgranary.a", "libgranary-checked.a"]) {
  test(`operator new of ${library} calls the new-handler that std::set_new_handler was given`, () => {
    const path = build("new-handler", library, ["-Wl,--max-memory=4194304"]);
    const { status, stderr } = runSync([process.execPath, "examples/wasi/run.js", path]);
    assert.equal(status, 0, `the line that failed\n${stderr}`);
  });

  test(`containers of std::pmr lie in an arena of ${library}`, () => {
    const path = build("arena-resource", library);
    const { status, stderr } = runSync([process.execPath, "examples/wasi/run.js", path]);
    assert.equal(status, 0, `the line that failed\n${stderr}`);
  });
}
