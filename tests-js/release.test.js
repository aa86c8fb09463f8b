// What `make release` puts together, but for the crate and the installed packages, which interop/release.test.js
// tries: what is in the archive, that nothing but names and contents decides about its bytes, and where the
// addresses of the project go.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { inRepository } from "../tools/paths.js";
import { rows } from "../tools/products.js";
import { project, projectOf } from "../tools/project.js";
import {
  putArchiveTogether,
  putCrateTogether,
  putZigPackageTogether,
} from "../tools/release/parts.js";
import { pack } from "../tools/release/pack.js";
import { outputOfSync } from "../tools/run.js";
import { filesOf } from "../tools/sources.js";
import { temporaryFolder } from "./support/package-staged.js";

const versions = ["a compiler 19"];
const parts = {
  "the archive": (folder) => putArchiveTogether(folder, project, versions),
  "the package for Zig": putZigPackageTogether,
};

/** A part in a new folder, which is in another place each time. */
function together(name) {
  const folder = join(temporaryFolder("release"), "part");
  parts[name](folder);
  return folder;
}

/** The bytes of a part that is put together and packed at a certain time, under a certain umask. */
function packedAt(name, seconds, umask) {
  const before = process.umask(umask);
  try {
    const folder = together(name);
    for (const path of filesOf(folder)) utimesSync(join(folder, path), seconds, seconds);
    pack(folder, `${folder}.tar.gz`);
    return readFileSync(`${folder}.tar.gz`);
  } finally {
    process.umask(before);
  }
}

describe("of two releases from the same files", () => {
  for (const name of Object.keys(parts)) {
    test(`${name} is the same, whenever, wherever and under which umask it was packed`, () => {
      const bytes = packedAt(name, 1_000_000_000, 0o022);
      assert.ok(bytes.equals(packedAt(name, 1_700_000_000, 0o077)));
    });
  }
});

test("a part is packed in the order of names, whatever order the folder has", () => {
  const folder = together("the archive");
  pack(folder, `${folder}.tar.gz`);
  const names = outputOfSync(["tar", "-tf", `${folder}.tar.gz`])
    .trimEnd()
    .split("\n");
  // A folder comes before what is in it, and what is in it before its sister.
  const key = (name) => name.replaceAll("/", "\0");
  assert.deepEqual(
    names,
    names.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
  );
});

describe("the archive", () => {
  const folder = together("the archive");

  test("has every product, every header, the licence, and the versions of what built it", () => {
    const listed = (name) => readdirSync(join(folder, name)).sort();
    const files = (its) => rows.filter(({ kind }) => kind === its).map(({ file }) => file);
    assert.deepEqual(listed("modules"), files("module").sort());
    assert.deepEqual(
      listed("lib").filter((name) => name.endsWith(".a")),
      files("library").sort(),
    );
    assert.deepEqual(listed("include"), readdirSync(inRepository("include")).sort());
    assert.match(readFileSync(join(folder, "LICENSE"), "utf8"), /MIT License/);
    assert.equal(
      readFileSync(join(folder, "VERSIONS"), "utf8"),
      `granary ${project.version}\na compiler 19\n`,
    );
  });

  test("has a checksum for each of its files", () => {
    const checked = outputOfSync(["sha256sum", "--check", "--strict", "SHA256SUMS"], {
      cwd: folder,
    });
    const names = checked
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/: OK$/, ""));
    const others = filesOf(folder).filter((path) => path !== "SHA256SUMS");
    assert.deepEqual(names.sort(), others.sort());
  });
});

test("the addresses that are filled in js/package.json are in the crate and in pkg-config's files", () => {
  const homepage = "https://granary.example";
  const filledIn = projectOf({
    ...project,
    homepage,
    repository: { type: "git", url: "git+https://granary.example/source.git" },
  });
  const folder = temporaryFolder("release-addresses");
  mkdirSync(join(folder, "crate"));
  putCrateTogether(join(folder, "crate"), filledIn);
  const crate = readFileSync(join(folder, "crate/Cargo.toml"), "utf8");
  assert.match(crate, /^homepage = "https:\/\/granary\.example"$/m);
  assert.match(crate, /^repository = "https:\/\/granary\.example\/source\.git"$/m);
  putArchiveTogether(join(folder, "archive"), filledIn, versions);
  const about = readFileSync(join(folder, "archive/lib/pkgconfig/granary.pc"), "utf8");
  assert.match(about, /^URL: https:\/\/granary\.example$/m);
});
