// There is one version: every place that names it names that of js/package.json, and the libraries say it when
// they are asked.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { rows } from "../tools/products.js";
import { project } from "../tools/project.js";
import { outputOfSync } from "../tools/run.js";
import { linker } from "../tools/toolchain.js";
import { folder, instantiate } from "./support/link.js";
import { addressBits, isWide } from "./support/width.js";

const number = Number.parseInt(
  project.version
    .split(".")
    .map((part) => Number(part).toString(16).padStart(2, "0"))
    .join(""),
  16,
);
const inLockFile = /name = "granary"\nversion = "([^"]*)"/;
const inNameOfFile = /granary(?:-zig)?-(\d+\.\d+\.\d+)/;

/** Each file with a pattern that finds what it says; a file may say it several times. */
const places = {
  "rust/Cargo.toml": /^version = "([^"]*)"/m,
  "rust/Cargo.lock": inLockFile,
  "examples/rust/Cargo.lock": inLockFile,
  "interop/rust/Cargo.lock": inLockFile,
  "interop/rust-wasi/Cargo.lock": inLockFile,
  "interop/rust-threads/Cargo.lock": inLockFile,
  "zig/build.zig.zon": /\.version = "([^"]*)"/,
  "CHANGELOG.md": /^## (\S+)/m,
  "README.md": inNameOfFile,
  "docs/install.md": inNameOfFile,
  "js/README.md": inNameOfFile,
  "rust/README.md": inNameOfFile,
  "zig/README.md": inNameOfFile,
  "examples/javascript/README.md": inNameOfFile,
  "examples/threads/README.md": inNameOfFile,
};

describe("the version of js/package.json", () => {
  test("has three numbers of at most two hexadecimal digits each", () => {
    const parts = project.version.split(".");
    assert.equal(parts.length, 3);
    for (const part of parts) assert.ok(/^\d+$/.test(part) && Number(part) <= 0xff, part);
  });

  for (const [path, pattern] of Object.entries(places)) {
    test(`is the one that ${path} names`, () => {
      const text = readFileSync(inRepository(path), "utf8");
      const found = [
        ...text.matchAll(new RegExp(pattern, [...new Set(`g${pattern.flags}`)].join(""))),
      ];
      assert.notEqual(found.length, 0, "the file names a version");
      for (const [, said] of found) assert.equal(said, project.version);
    });
  }

  test("is GRANARY_VERSION of include/granary.h", () => {
    const header = readFileSync(inRepository("include/granary.h"), "utf8");
    assert.equal(Number(/^#define GRANARY_VERSION (\w+)$/m.exec(header)[1]), number);
  });

  const ofWidth = rows.filter((row) => row.kind === "library" && row.addressBits === addressBits);
  for (const { file, path } of ofWidth) {
    const program = join(folder, "version.wasm");
    const width = isWide ? ["-mwasm64"] : [];
    const words = [...width, "--no-entry", "--export=granary_version", path, "-o", program];

    test(`is what granary_version() of ${file} returns, which brings nothing else into a program`, () => {
      outputOfSync([linker, ...words]);
      const bytes = readFileSync(program);
      assert.equal(instantiate(bytes).granary_version(), number);
      assert.ok(bytes.length < 400, `${bytes.length} bytes`);
    });
  }
});
