// Puts the folders together that a release packs. Each holds all that its users need: they have neither this
// repository nor its tools.

import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository } from "../paths.js";
import { rows, shippedModules } from "../products.js";
import { writeChecksums } from "./pack.js";

const libraries = rows.filter(({ kind }) => kind === "library");

/** Copies files and folders of the repository, each to its own name. */
function copy(paths, folder) {
  mkdirSync(folder, { recursive: true });
  for (const path of paths) {
    cpSync(inRepository(path), join(folder, path.split("/").at(-1)), { recursive: true });
  }
}

const read = (path) => readFileSync(inRepository(path), "utf8");
const pathsOf = (products) => products.map(({ path }) => path);
const within = (folder) => readdirSync(inRepository(folder)).map((name) => `${folder}/${name}`);

/**
 * The archive: modules, libraries, headers and texts, with what CMake and pkg-config look for.
 *
 * @param {string} folder
 * @param {import("../project.js").Project} project
 * @param {string[]} versions a line for each tool that made the products
 */
export function putArchiveTogether(folder, project, versions) {
  const texts = ["README.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "docs"];
  copy(texts, folder);
  copy(within("include"), join(folder, "include"));
  copy(pathsOf(shippedModules), join(folder, "modules"));
  copy(pathsOf(libraries), join(folder, "lib"));

  const cmake = join(folder, "lib/cmake/granary");
  copy(["tools/release/granary-config.cmake"], cmake);
  const versionFile = read("tools/release/granary-config-version.cmake");
  writeFileSync(
    join(cmake, "granary-config-version.cmake"),
    versionFile.replace("@VERSION@", project.version),
  );

  const pkgconfig = join(folder, "lib/pkgconfig");
  mkdirSync(pkgconfig);
  for (const library of libraries) {
    const name = library.name.replace(/^lib/, "");
    writeFileSync(join(pkgconfig, `${name}.pc`), pkgConfigOf(name, library, project));
  }

  const lines = [`granary ${project.version}`, ...versions];
  writeFileSync(join(folder, "VERSIONS"), `${lines.join("\n")}\n`);
  writeChecksums(folder);
}

/** The file of pkg-config about one library, which finds the archive wherever it lies. */
function pkgConfigOf(name, { what }, { version, homepage }) {
  const words = what.replace(/\[([^\]]*)\]\([^)]*\)|`/g, "$1");
  return [
    "prefix=${pcfiledir}/../..",
    "",
    `Name: ${name}`,
    `Description: ${words}`,
    ...(homepage === undefined ? [] : [`URL: ${homepage}`]),
    `Version: ${version}`,
    "Cflags: -I${prefix}/include",
    `Libs: -L\${prefix}/lib -l${name}`,
    "",
  ].join("\n");
}

/** The crate, with every library that a 32-bit target may link. */
export function putCrateTogether(folder, { homepage, repository }) {
  copy([...within("rust").filter((path) => !path.endsWith("/target")), "LICENSE"], folder);
  copy(pathsOf(libraries.filter(({ addressBits }) => addressBits === 32)), join(folder, "lib"));
  const given = Object.entries({ homepage, repository }).filter(([, address]) => address);
  const lines = given.map(([field, address]) => `${field} = ${JSON.stringify(address)}\n`);
  writeFileSync(
    join(folder, "Cargo.toml"),
    read("rust/Cargo.toml").replace("[package]\n", `[package]\n${lines.join("")}`),
  );
}

/** The package for Zig, with every library that Zig links: all but those that need emscripten's script. */
export function putZigPackageTogether(folder) {
  copy(
    [...within("zig").filter((path) => !/\/(\.zig-cache|zig-out)$/.test(path)), "LICENSE"],
    folder,
  );
  const linked = libraries.filter(({ faces }) => !faces.includes("emscripten_sbrk"));
  copy(pathsOf(linked), join(folder, "lib"));
}
