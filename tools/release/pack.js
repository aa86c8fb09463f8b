// Makes archives and checksums that depend on nothing but names and contents: the same files give the same
// bytes, whoever packs them, when, and under which umask. tar and gzip do the work.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { filesOf } from "../sources.js";
import { outputOfSync } from "../run.js";

/** Any moment will do; before 1980 some unpackers have no dates. */
const moment = "2000-01-01 00:00:00Z";
const alike = [
  ...["--format=ustar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"],
  ...[`--mtime=${moment}`, "--mode=u=rwX,go=rX"],
];

/**
 * Packs a folder, by its name, into a .tar.gz.
 *
 * @param {string} folder
 * @param {string} archive its path
 */
export function pack(folder, archive) {
  const tar = archive.replace(/\.gz$/, "");
  outputOfSync(["tar", ...alike, "-C", dirname(folder), "-cf", tar, basename(folder)]);
  outputOfSync(["gzip", "-n", "-9", "-f", tar]);
}

/** Writes SHA256SUMS, which `sha256sum --check` reads, about all files that are in a folder. */
export function writeChecksums(folder) {
  const lines = filesOf(folder)
    .sort()
    .map((path) => {
      const sum = createHash("sha256").update(readFileSync(join(folder, path)));
      return `${sum.digest("hex")}  ${path}\n`;
    });
  writeFileSync(join(folder, "SHA256SUMS"), lines.join(""));
}
