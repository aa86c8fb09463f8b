// The programs: C and C++ that nobody here wrote, what each is compiled with, what it is run on, and
// what shows in its output that it did its work. The tarballs are those of Debian 12.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { variantFolder } from "./build.js";
import { built, own } from "./folders.js";
import { document } from "./jsoncpp/document.js";
import { writeConfiguration } from "./wabt/configuration.js";

/**
 * @typedef {import("./build.js").Program & Run} ProgramToRun
 *
 * @typedef {object} Run
 * @property {string[]} arguments
 * @property {Record<string, () => string | Uint8Array>} inputs files that it finds in its folder
 * @property {string[]} [outputs] files that it leaves there
 * @property {RegExp[]} shows what its standard output and those files must contain
 */

/** The files of a folder that end so, except those named. */
function filesOf(folder, ending, except = []) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending) && !except.includes(name))
    .map((name) => join(folder, name));
}

/** @type {ProgramToRun} */
const lua = {
  name: "lua",
  archive: {
    package: "lua5.4",
    file: "lua5.4_5.4.4.orig.tar.gz",
    sha256: "164c7849653b80ae67bec4b7473b884bf5cc8d2dca05653475ec2ed27b9ebf61",
  },
  sources: (folder) => [
    ...filesOf(join(folder, "src"), ".c", ["luac.c"]),
    ...filesOf(join(own, "lua"), ".c"),
  ],
  options: () => [
    "-O1",
    `-I${join(own, "lua")}`,
    ...["-mllvm", "-wasm-enable-sjlj", "-mexception-handling"],
    ...["-D_WASI_EMULATED_SIGNAL", "-D_WASI_EMULATED_PROCESS_CLOCKS"],
    // No names for temporary files, and the same hashes of strings on every run.
    ...["-DLUA_TMPNAMBUFSIZE=1", "-Dlua_tmpnam(buffer,error)=((error)=1)"],
    "-Dluai_makeseed(state)=42",
  ],
  // 64 MiB: the script shows how Lua survives a malloc that answers NULL.
  link: [
    "-Wl,--max-memory=67108864",
    ...["-lwasi-emulated-signal", "-lwasi-emulated-process-clocks"],
  ],
  arguments: ["script.lua"],
  inputs: { "script.lua": () => readFileSync(join(own, "lua/script.lua")) },
  shows: [/^refused\t134217728\tfalse\tnot enough memory$/m, /^done$/m],
};

// From the tarball of its Perl driver: there it is one file of C, which SQLite's own tarball needs Tcl
// to make.
/** @type {ProgramToRun} */
const sqlite = {
  name: "sqlite",
  archive: {
    package: "libdbd-sqlite3-perl",
    file: "libdbd-sqlite3-perl_1.72.orig.tar.gz",
    sha256: "5ca41e61eb52b52bd862a3088b912a75fe70910ac789b9a9983e0a449e94f551",
  },
  sources: (folder) => [join(folder, "sqlite3.c"), join(own, "sqlite/driver.c")],
  options: (folder) => [
    "-O1",
    `-I${folder}`,
    ...["-DSQLITE_OS_OTHER=1", "-DSQLITE_THREADSAFE=0", "-DSQLITE_OMIT_LOAD_EXTENSION"],
    // It then asks malloc_usable_size how much it got, and uses all of that.
    ...["-DHAVE_MALLOC_H=1", "-DHAVE_MALLOC_USABLE_SIZE=1"],
  ],
  arguments: ["script.sql"],
  inputs: { "script.sql": () => readFileSync(join(own, "sqlite/script.sql")) },
  shows: [/^ok$/m, /^done\|3000$/m, /^memory in use at the end: 0$/m],
};

/** @type {ProgramToRun} */
const jsoncpp = {
  name: "jsoncpp",
  archive: {
    package: "libjsoncpp",
    file: "libjsoncpp_1.9.5.orig.tar.gz",
    sha256: "f409856e5920c18d0c2fb85276e24ee607d2a09b5e7d5f0a371368903c275da2",
  },
  sources: (folder) => [
    ...filesOf(join(folder, "src/lib_json"), ".cpp"),
    join(folder, "src/jsontestrunner/main.cpp"),
    join(own, "jsoncpp/throw.c"),
  ],
  options: (folder) => [
    "-O1",
    `-I${join(folder, "include")}`,
    ...["-DJSON_USE_EXCEPTION=0", "-fignore-exceptions"],
  ],
  arguments: ["document.json"],
  inputs: { "document.json": document },
  // What it read, what it wrote of that, and what it read of what it wrote.
  outputs: ["document.actual", "document.rewrite", "document.actual-rewrite"],
  shows: [/^\.\[149\]/m],
};

const wabtConfiguration = join(built, "wabt/configuration");

/** @type {ProgramToRun} */
const wabt = {
  name: "wabt",
  archive: {
    package: "wabt",
    file: "wabt_1.0.32.orig.tar.xz",
    sha256: "2e9fbcbe0ef64042f9691d995116954bc84823fe747a593d80a873566a18cba8",
  },
  prepare: (folder) => writeConfiguration(folder, wabtConfiguration),
  // Those that wasm-decompile is made of.
  sources: (folder) =>
    [
      ...["apply-names.cc", "binary-reader-ir.cc", "binary-reader-logging.cc", "binary-reader.cc"],
      ...["binary.cc", "binding-hash.cc", "color.cc", "common.cc", "decompiler.cc"],
      ...["error-formatter.cc", "expr-visitor.cc", "feature.cc", "generate-names.cc", "ir-util.cc"],
      ...["ir.cc", "leb128.cc", "lexer-source-line-finder.cc", "lexer-source.cc"],
      ...["opcode-code-table.c", "opcode.cc", "option-parser.cc", "shared-validator.cc"],
      ...["stream.cc", "type-checker.cc", "utf8.cc", "validator.cc", "tools/wasm-decompile.cc"],
    ].map((name) => join(folder, "src", name)),
  options: (folder) => [
    ...["-O1", "-fno-exceptions"],
    ...[`-I${wabtConfiguration}`, `-I${join(folder, "include")}`],
  ],
  arguments: ["sqlite.wasm"],
  inputs: {
    "sqlite.wasm": () => readFileSync(join(variantFolder(sqlite, "wasi-libc"), "sqlite.wasm")),
  },
  shows: [/^function sqlite3_exec\(/m],
};

/** In this order: a later one may be run on what an earlier one was built into. */
export const programs = [lua, sqlite, jsoncpp, wabt];
