// Fetches the upstream tarballs of Debian's source packages. A tarball is known by its SHA-256, and it
// stays the same while Debian revises the package around it, so any revision will do; Debian's own
// patches are not applied. What is there already is not fetched again.
//
// apt keeps its lists under build/interop/wasi/apt: the machine's own sources, which seldom name any
// source packages, stay as they are, and root is not needed.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { outputOf } from "../../tools/run.js";
import { built } from "./folders.js";

const release = "bookworm";
const apt = join(built, "apt");
const tarballs = join(built, "tarballs");

/**
 * @typedef {object} Archive
 * @property {string} package Debian's name of the source package
 * @property {string} file its upstream tarball
 * @property {string} sha256
 */

/** The folder with the unpacked sources of one archive. */
export function sourceFolder(archive) {
  return join(built, "sources", archive.file.replace(/\.orig\.tar\..*/, ""));
}

/**
 * Sees to it that every archive is there, whole and unpacked.
 *
 * @param {Archive[]} archives
 */
export async function fetchSources(archives) {
  mkdirSync(tarballs, { recursive: true });
  const missing = archives.filter((archive) => !isWhole(archive));
  if (missing.length > 0) await download(missing);
  for (const archive of archives) {
    if (!isWhole(archive)) {
      throw new Error(
        `${archive.file} of Debian's source package ${archive.package} is not the one whose SHA-256 is ` +
          `${archive.sha256}: put that one into build/interop/wasi/tarballs`,
      );
    }
    await unpack(archive);
  }
}

function isWhole({ file, sha256 }) {
  const path = join(tarballs, file);
  if (!existsSync(path)) return false;
  return createHash("sha256").update(readFileSync(path)).digest("hex") === sha256;
}

async function download(archives) {
  for (const { file } of archives) rmSync(join(tarballs, file), { force: true });
  try {
    const configuration = await configureApt();
    await outputOf(["apt-get", ...configuration, "update"]);
    const names = archives.map((archive) => archive.package);
    const options = ["source", "--download-only", "--tar-only", ...names];
    await outputOf(["apt-get", ...configuration, ...options], { cwd: tarballs });
  } catch (error) {
    const reason = /^E: .*/m.exec(error.message)?.[0] ?? error.message.split("\n")[0];
    const files = archives.map(({ file }) => file).join(", ");
    throw new Error(
      `cannot fetch ${files} from Debian ${release} (or put them into build/interop/wasi/tarballs): ${reason}`,
    );
  }
}

async function configureApt() {
  mkdirSync(join(apt, "lists/partial"), { recursive: true });
  const sources = join(apt, "sources.list");
  // Each tarball's own checksum is pinned, which says more than the mirror's signature would.
  writeFileSync(sources, `deb-src [trusted=yes] ${await debianMirror()} ${release} main\n`);
  const configuration = join(apt, "apt.conf");
  const settings = [
    `Dir::Etc::SourceList "${sources}";`,
    `Dir::Etc::SourceParts "/dev/null";`,
    `Dir::State::Lists "${join(apt, "lists")}";`,
    `Dir::Cache "${join(apt, "cache")}";`,
    // The folders may be of a user whom apt's own download user may not read.
    `APT::Sandbox::User "root";`,
    // Of the system's package lists, not of these.
    `#clear APT::Update::Post-Invoke;`,
    `#clear APT::Update::Post-Invoke-Success;`,
  ];
  writeFileSync(configuration, `${settings.join("\n")}\n`);
  return ["--config-file", configuration];
}

/** The mirror that this machine takes Debian from: it has the sources as well. */
async function debianMirror() {
  const options = ["indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages"];
  const targets = await outputOf(["apt-get", ...options]).catch(() => "");
  const known = targets
    .split("\n")
    .map((line) => line.split(" "))
    .find(([address, suite]) => suite === release && /\/debian(\/|$)/.test(address));
  if (!known) throw new Error(`apt of this machine has no mirror of Debian ${release}`);
  return known[0];
}

async function unpack(archive) {
  const folder = sourceFolder(archive);
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const options = ["--strip-components=1", "--no-same-owner", "-C", unfinished];
  await outputOf(["tar", "-xf", join(tarballs, archive.file), ...options]);
  renameSync(unfinished, folder);
}
