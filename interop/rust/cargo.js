// Debian's cargo and rustc for the tests: crates of the repository become modules under
// build/interop/rust/. Named by their paths, because a rustup on the PATH may lack the target.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

const wasm = "wasm32-unknown-unknown";
const folder = "build/interop/rust";

/** As rust/README.md says it is done on Debian. */
const environment = {
  ...process.env,
  RUSTC: "/usr/bin/rustc",
  CARGO_HOME: `${process.cwd()}/${folder}/home`,
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: process.env.LD || "wasm-ld-19",
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: "-C link-arg=--no-fatal-warnings",
};

/** Builds the crate in `path`, whatever comes of it; without the network. */
export function cargo(path, variables = {}, target = wasm) {
  const options = ["build", "--offline", "--release", "--target", target];
  const places = ["--manifest-path", `${path}/Cargo.toml`, "--target-dir", folder];
  const env = { ...environment, ...variables };
  return spawnSync("/usr/bin/cargo", [...options, ...places], { encoding: "utf8", env });
}

/** The path of the module that the crate in `path` becomes. */
export function build(path, name = "granary_interop") {
  const { status, stderr, error } = cargo(path);
  assert.equal(status, 0, String(error ?? stderr));
  return `${folder}/${wasm}/release/${name}.wasm`;
}
