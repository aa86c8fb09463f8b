// The set-up on machines that lack tools, each of which is a PATH with stand-ins for the tools. The
// script must print one line that names the tool, the version and the way to get it.

import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { outputOfSync, runSync } from "../tools/run.js";

const script = resolve("tools/ensure-tools.sh");
let machine;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "granary-tools-"));
  const find = (name) => outputOfSync(["sh", "-c", `command -v ${name}`]).trim();
  for (const name of ["sh", "sed", "head", "mkdir", "env", "touch", "chmod"]) {
    symlinkSync(find(name), join(machine, name));
  }
  standIn("node", "echo 20");
  standIn("npm", "");
  standIn("id", "echo 1000");
  standIn("clang++-19", "echo 'Debian clang version 19.1.7 (3)'");
  standIn("wasm-ld-19", "echo 'Debian LLD 19.1.7 (compatible with GNU linkers)'");
  standIn("llvm-ar-19", "echo 'LLVM (http://llvm.org/):'; echo '  Debian LLVM version 19.1.7'");
  standIn("wasm-validate", "echo 1.0.32");
  standIn("wasm-opt", "echo 108");
});

afterEach(() => rmSync(machine, { recursive: true }));

function standIn(name, body) {
  writeFileSync(join(machine, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(machine, name), 0o755);
}

const remove = (...names) => names.forEach((name) => rmSync(join(machine, name)));

function run(settings = {}, group = "compiler") {
  const result = runSync([script, group], {
    cwd: machine,
    input: "",
    env: { PATH: machine, CXX: "clang++-19", LD: "wasm-ld-19", AR: "llvm-ar-19", ...settings },
  });
  return { ...result, lines: result.stderr.split("\n").slice(0, -1) };
}

function assertRefused({ status, lines }, ...patterns) {
  assert.equal(status, 1);
  assert.equal(lines.length, 1, lines.join("\n"));
  for (const pattern of patterns) assert.match(lines[0], pattern);
}

describe("the set-up", () => {
  test("says and installs nothing when no tool is missing", () => {
    standIn("apt-get", "touch asked");
    const { status, stdout, stderr } = run();
    assert.equal(stdout + stderr, "");
    assert.equal(status, 0);
    assert.equal(existsSync(join(machine, "asked")), false);
  });

  test("installs only the packages of missing tools, as root", () => {
    standIn("id", "echo 0");
    remove("wasm-ld-19", "wasm-validate");
    // What apt-get would put on PATH appears when it is asked to install.
    const linker = `printf '#!/bin/sh\\necho LLD 19.1.7\\n' >${machine}/wasm-ld-19`;
    const validator = `printf '#!/bin/sh\\n' >${machine}/wasm-validate`;
    const made = `${linker}; ${validator}; chmod 755 ${machine}/wasm-*`;
    standIn("apt-get", `echo "$@" >>${machine}/asked; case $1 in install) ${made};; esac`);
    const { status, lines } = run();
    assert.deepEqual(lines, ["granary: installing lld-19 wabt"]);
    assert.equal(status, 0);
    const asked = readFileSync(join(machine, "asked"), "utf8").trim().split("\n");
    assert.equal(asked[0], "update");
    assert.match(asked.at(-1), /^install -y .* lld-19 wabt$/);
  });

  test("says how much will be installed before it installs anything", () => {
    standIn("id", "echo 0");
    remove("wasm-validate");
    standIn(
      "apt-get",
      `case "$*" in
         *--assume-no*) echo "After this operation, 305 MB of additional disk space will be used.";;
         install*) echo "installs" >&2; exit 1;;
       esac`,
    );
    const { lines } = run();
    assert.equal(lines[0], "granary: installing wabt, which take 305 MB");
    assert.match(lines[1], /apt-get failed/);
    assert.match(readFileSync(join(machine, "build/install.log"), "utf8"), /installs/);
  });

  test("installs no browser where programs of WASI or Rust are built, and both for real clients", () => {
    standIn("id", "echo 0");
    standIn("apt-get", `echo "$@" >>${machine}/asked; case "$1" in install) exit 1;; esac`);
    const asked = () => readFileSync(join(machine, "asked"), "utf8");
    for (const group of ["wasi", "rust"]) run({}, group);
    assert.doesNotMatch(asked(), /chromium|firefox|emscripten/);
    run({}, "interop");
    // What this machine has by its path is not asked for; what would be on PATH is.
    assert.match(asked(), /^install -y .* emscripten .*chromium firefox-esr$/m);
  });

  test("asks for no browser where all examples are built", () => {
    const commands = outputOfSync(["make", "--dry-run", "examples"]);
    const groups = [...commands.matchAll(/tools\/ensure-tools\.sh (\w+)/g)].map(([, name]) => name);
    assert.deepEqual(groups.sort(), ["compiler", "rust", "wasi"]);
  });

  test("refuses a word that names no group of tools, and lists those that there are", () => {
    assertRefused(run({}, "browser"), /one word: compiler, .* or interop; got 'browser'/);
  });

  test("asks sudo when it is not root, without a password when nobody can type one", () => {
    remove("llvm-ar-19");
    standIn("sudo", `printf '%s\\n' "$*" >>${machine}/asked; exit 1`);
    standIn("apt-get", "");
    run();
    assert.equal(readFileSync(join(machine, "asked"), "utf8"), "-n apt-get update\n");
  });

  test("names the missing tools on a system without apt-get", () => {
    remove("clang++-19", "wasm-validate");
    assertRefused(
      run(),
      /missing: clang\+\+-19 wasm-validate/,
      /clang-19 wabt/,
      /LLVM 19 or later/,
      /CXX=/,
    );
  });

  test("names the missing tool where there is neither root nor sudo", () => {
    remove("clang++-19");
    standIn("apt-get", "");
    assertRefused(run(), /missing: clang\+\+-19/, /neither root nor sudo/, /Debian's clang-19/);
  });

  test("names the missing tool and the log when apt-get fails", () => {
    standIn("id", "echo 0");
    remove("wasm-validate");
    standIn("apt-get", "echo 'no network' >&2; exit 100");
    const { status, lines } = run();
    assert.equal(status, 1);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0],
      /missing: wasm-validate, and apt-get failed \(see build\/install\.log\)/,
    );
    assert.match(readFileSync(join(machine, "build/install.log"), "utf8"), /no network/);
  });

  test("refuses a compiler, a linker and an archiver older than LLVM 19", () => {
    standIn("old", "echo 'Debian LLVM version 14.0.6'");
    for (const variable of ["CXX", "LD", "AR"]) {
      assertRefused(run({ [variable]: "old" }), /old is LLVM 14: LLVM 19 or later is needed/);
    }
  });

  test("takes a later LLVM that the user names", () => {
    remove("clang++-19");
    standIn("clang++-21", "echo 'clang version 21.1.0'");
    const { status, stderr } = run({ CXX: "clang++-21" });
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });

  test("refuses a missing compiler that the user names", () => {
    assertRefused(
      run({ CXX: "/opt/none/clang++" }),
      /\/opt\/none\/clang\+\+ is not there/,
      /LLVM 19/,
    );
  });

  test("refuses a Node older than 20, and a machine without Node", () => {
    standIn("node", "echo 18");
    assertRefused(run(), /node is version 18: Node 20 or later is needed/);
    remove("node");
    assertRefused(run(), /node is missing: Node 20 or later/, /nodejs\.org/);
  });
});
