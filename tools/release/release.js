// Puts a release together: everything that somebody installs, in one folder, with the checksums of all. Two
// releases from the same commit are the same, byte for byte.
//
// usage: node tools/release/release.js FOLDER     after `make all package`; FOLDER is emptied before

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inRepository } from "../paths.js";
import { project } from "../project.js";
import { outputOfSync } from "../run.js";
import { compiler, linker } from "../toolchain.js";
import { putArchiveTogether, putCrateTogether, putZigPackageTogether } from "./parts.js";
import { pack, writeChecksums } from "./pack.js";

const [given] = process.argv.slice(2);
if (given === undefined) {
  console.error("usage: node tools/release/release.js FOLDER, which the release replaces");
  process.exit(2);
}
const release = resolve(given);
const parts = mkdtempSync(join(tmpdir(), "granary-release-"));
process.on("exit", () => rmSync(parts, { recursive: true, force: true }));
rmSync(release, { recursive: true, force: true });
mkdirSync(release, { recursive: true });

try {
  putReleaseTogether();
} catch (failure) {
  console.error(`granary: the release cannot be put together: ${failure.message}`);
  process.exitCode = 1;
}

function putReleaseTogether() {
  const { version } = project;
  const archive = join(parts, `granary-${version}`);
  putArchiveTogether(archive, project, versionsOfTools());
  pack(archive, join(release, `granary-${version}.tar.gz`));

  const zig = join(parts, `granary-zig-${version}`);
  putZigPackageTogether(zig);
  pack(zig, join(release, `granary-zig-${version}.tar.gz`));

  outputOfSync(["npm", "pack", inRepository("build/package"), "--silent"], { cwd: release });

  const crate = join(parts, "crate");
  putCrateTogether(crate, project);
  packCrate(crate, `granary-${version}.crate`);

  writeChecksums(release);
}

/** A line for each tool that made the products. */
function versionsOfTools() {
  const firstLine = (...command) => outputOfSync(command).split("\n")[0].trim();
  const ofNpm = [process.execPath, inRepository("node_modules/binaryen/bin/wasm-opt")];
  return [
    firstLine(compiler, "--version"),
    firstLine(linker, "--version"),
    firstLine("wasm-opt", "--version"),
    `${firstLine(...ofNpm, "--version")}, for wasm64`,
  ];
}

/** cargo compiles what it has packed, without the network; Debian's compiler has the target. */
function packCrate(folder, name) {
  const results = join(parts, "target");
  const how = ["--offline", "--quiet", "--target", "wasm32-unknown-unknown"];
  const places = ["--manifest-path", join(folder, "Cargo.toml"), "--target-dir", results];
  outputOfSync(["/usr/bin/cargo", "package", ...how, ...places], {
    env: { ...process.env, RUSTC: "/usr/bin/rustc", CARGO_HOME: join(parts, "cargo-home") },
  });
  copyFileSync(join(results, "package", name), join(release, name));
}
