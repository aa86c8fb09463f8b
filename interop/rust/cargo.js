// Debian's cargo and rustc for the tests: crates of the repository become modules under
// build/interop/rust/. Named by their paths, because a rustup on the PATH may lack the target.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { runSync } from "../../tools/run.js";
import { linker } from "../../tools/toolchain.js";

const wasm = "wasm32-unknown-unknown";
const folder = "build/interop/rust";

/** As rust/README.md says it is done on Debian. */
const environment = {
  ...process.env,
  RUSTC: "/usr/bin/rustc",
  CARGO_HOME: `${process.cwd()}/${folder}/home`,
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: "-C link-arg=--no-fatal-warnings",
};

/** Builds the crate in `path`, whatever comes of it; without the network. */
export function cargo(path, variables = {}, target = wasm, results = folder, more = []) {
  const options = ["build", "--offline", "--release", "--target", target, ...more];
  const places = ["--manifest-path", `${path}/Cargo.toml`, "--target-dir", results];
  const env = { ...environment, ...variables };
  return runSync(["/usr/bin/cargo", ...options, ...places], { env });
}

/** The path of the module that the crate in `path` becomes. */
export function build(path, name = "granary_interop") {
  const { status, stderr } = cargo(path);
  assert.equal(status, 0, stderr);
  return `${folder}/${wasm}/release/${name}.wasm`;
}

/**
 * The same over libgranary-checked.a, exporting `granary_check`, which no other library has. Results are
 * in a folder of their own: in one for both, each build would undo the other.
 */
export function buildChecked(path, name = "granary_interop") {
  const results = `${folder}/checked`;
  const flags = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
  const variables = {
    GRANARY_LIB: "granary-checked",
    [flags]: `${environment[flags]} -C link-arg=--export=granary_check`,
  };
  const { status, stderr } = cargo(path, variables, wasm, results);
  assert.equal(status, 0, stderr);
  return `${results}/${wasm}/release/${name}.wasm`;
}

/**
 * Builds the crate of interop/rust-wasi with one of the libraries.
 *
 * @returns {{module: string, map: string}} the paths of the program and of its linker's map
 */
export function buildWasi(library) {
  const results = `${folder}/wasi-${library}`;
  const map = `${process.cwd()}/${results}.map`;
  const flags = `-C link-arg=-Map=${map}`;
  const variables = { GRANARY_LIB: library, CARGO_TARGET_WASM32_WASI_RUSTFLAGS: flags };
  const { status, stderr } = cargo("interop/rust-wasi", variables, "wasm32-wasi", results);
  assert.equal(status, 0, stderr);
  return { module: `${results}/wasm32-wasi/release/interop-wasi.wasm`, map };
}

/**
 * What the build script of the crate tells cargo for a target, whether Debian's rustc knows it or not.
 *
 * @param {object} variables those that cargo would set beside the usual ones
 * @returns {{status: number, stdout: string, stderr: string}}
 */
export function runBuildScript(variables) {
  const script = `${folder}/build-script`;
  mkdirSync(folder, { recursive: true });
  const compiled = runSync(["/usr/bin/rustc", "--edition", "2021", "rust/build.rs", "-o", script]);
  assert.equal(compiled.status, 0, compiled.stderr);
  const ofCargo = { CARGO_MANIFEST_DIR: `${process.cwd()}/rust`, RUSTC: "/usr/bin/rustc" };
  return runSync([script], { env: { ...ofCargo, ...variables } });
}

/**
 * Builds the crate of interop/rust-threads for a shared memory, whatever comes of it. RUSTC_BOOTSTRAP
 * stands for a nightly compiler, which Debian does not have: only that takes the feature as its own,
 * tells cargo of it, and links for a shared memory.
 *
 * @param {object} [how]
 * @param {string[]} [how.linkerOptions]
 * @param {string[]} [how.cargoOptions]
 * @param {object} [how.variables] of the environment
 * @returns {{status: number, stderr: string, module: string}}
 */
export function buildThreads({ linkerOptions = [], cargoOptions = [], variables = {} } = {}) {
  const results = `${folder}/threads`;
  const flags = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
  const threads = ["-C target-feature=+atomics,+bulk-memory"];
  const words = [environment[flags], ...threads, ...linkerOptions.map((o) => `-C link-arg=${o}`)];
  const all = { RUSTC_BOOTSTRAP: "1", [flags]: words.join(" "), ...variables };
  const { status, stderr } = cargo("interop/rust-threads", all, wasm, results, cargoOptions);
  const module = `${results}/${wasm}/release/granary_interop_threads.wasm`;
  return { status, stderr, module };
}

/** What the compiler says of the source of a library that uses the crate. */
export function check(source) {
  const compile = (input, name, ...options) => {
    const kind = ["--edition", "2021", "--crate-type", "lib", "--emit=metadata", "--target", wasm];
    const places = ["--crate-name", name, "-o", `${folder}/lib${name}.rmeta`];
    return runSync(["/usr/bin/rustc", ...kind, ...places, ...options], { input });
  };
  const { status, stderr } = compile("", "granary", "rust/src/lib.rs");
  assert.equal(status, 0, stderr);
  return compile(source, "checked", "--extern", `granary=${folder}/libgranary.rmeta`, "-");
}
