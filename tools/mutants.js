// Breaks the sources one line at a time and shows which test notices: a broken header is shown to its own
// unit test first, then to the others that include it, then to the tests of the modules. Each mutant is a
// copy of the sources in a folder of its own; the working tree is never touched. Exit status 1 when a
// mutant survives, or when its line is no longer in the source.
//
// usage: node tools/mutants.js [WORDS...]     only the mutants whose name holds one of the words

import { readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { copySources } from "./copy-sources.js";
import { arenaMutants } from "./mutant-list-arenas.js";
import { faceMutants } from "./mutant-list-faces.js";
import { layoutMutants } from "./mutant-list-layouts.js";
import { searchMutants } from "./mutant-list-search.js";
import { threadListMutants } from "./mutant-list-thread-lists.js";
import { threadMutants } from "./mutant-list-threads.js";
import { engineMutants } from "./mutant-list.js";
import { runSync } from "./run.js";

// Quick files first: a mutant is done with at the first failure.
const testFiles = [
  "public-layouts",
  "public-layouts-docs",
  "zig-own",
  "classic-slots",
  "classic-growth",
  "granary-growth",
  "granary-search",
  "granary-slack",
  "granary-table",
  "library",
  "malloc",
  "malloc-shadow",
  "new",
  "component",
  "faces",
  "largest-object",
  "shared-memory",
  "threads-module",
  "library-threads",
  "threads",
  "shrink",
  "imported-memory",
  "import",
  "import-checked",
  "arenas",
  "arenas-checked",
  "checked",
  "leaks",
  "inspect",
  "inspect-reset",
  "inspect-corruption",
  "conformance",
  "module",
  "shadow",
  "oracle",
  "memory64",
];
const built = ["build/zig32.wasm", "build/zig64.wasm"];

/** A broken heap may go on for ever. */
const limits = { timeout: 120_000, killSignal: "SIGKILL" };

const mutants = [
  ...engineMutants,
  ...searchMutants,
  ...threadMutants,
  ...threadListMutants,
  ...arenaMutants,
  ...faceMutants,
  ...layoutMutants,
];
const words = process.argv.length > 2 ? process.argv.slice(2) : [""];
const wanted = mutants.filter(({ name }) => words.some((word) => name.includes(word)));
// A test that fails without a mutant would seem to notice all of them.
const unbroken = judge({ file: "Makefile", from: "", to: "" });
if (unbroken.by !== "nothing") {
  console.error(`a copy of the sources fails as it is: ${unbroken.text}`);
  process.exit(1);
}
const noticed = { compiler: 0, unit: 0, module: 0, nothing: 0 };
console.log("| mutant | in | noticed by |\n| --- | --- | --- |");
for (const mutant of wanted) {
  const { by, text } = judge(mutant);
  noticed[by]++;
  console.log(`| ${mutant.name} | ${mutant.file} | ${text} |`);
}
console.log(
  `\n${wanted.length} mutants: ${noticed.unit} noticed by a unit test, ${noticed.module} by a test of ` +
    `the modules, ${noticed.compiler} by the compiler; ${noticed.nothing} survived`,
);
process.exitCode = noticed.nothing > 0 ? 1 : 0;

/**
 * @typedef {object} Verdict
 * @property {"compiler" | "unit" | "module" | "nothing"} by
 * @property {string} text
 */

/** @returns {Verdict} */
function judge({ file, from, to }) {
  const source = readFileSync(file, "utf8");
  if (from !== "" && source.split(from).length !== 2) {
    const times = source.split(from).length - 1;
    return { by: "nothing", text: `NOT TRIED: the line is in ${file} ${times} times` };
  }
  const folder = copySources(built);
  try {
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    writeFileSync(
      join(folder, file),
      source.replace(from, () => to),
    );
    const tests = unitTestsOf(file);
    return (
      firstThat(tests, (name) => unitVerdict(folder, name)) ??
      compilerVerdict(folder, ["all"]) ??
      firstThat(testFiles, (name) => moduleVerdict(folder, name)) ?? {
        by: "nothing",
        text: "NOTHING: it survived",
      }
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The names of the unit tests that a source is part of, its own first; the Makefile is part of all. */
function unitTestsOf(file) {
  const names = readdirSync("tests-native/unit")
    .filter((name) => name.endsWith("_test.cc"))
    .map((name) => basename(name, ".cc"));
  if (file === "Makefile") return names;
  const own = `${basename(file, ".h")}_test`;
  return names
    .filter((name) => dependenciesOf(name).includes(file))
    .sort((a, b) => Number(b === own) - Number(a === own));
}

/** What a unit test of the working tree was last made from. */
function dependenciesOf(name) {
  return readFileSync(`build/native/unit/${name}.d`, "utf8").split(/[\s\\]+/);
}

/** The first verdict there is. */
function firstThat(names, verdictOf) {
  for (const name of names) {
    const verdict = verdictOf(name);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

function compilerVerdict(cwd, targets) {
  // Old timestamps came along with the copies: build what depends on the source whatever they say.
  const make = [
    "make",
    "-s",
    "-j2",
    "-W",
    "Makefile",
    ...[...built, "node_modules/.package-lock.json"].map((path) => `--old-file=${path}`),
  ];
  const { status, stderr } = runSync([...make, ...targets], { cwd });
  if (status === 0) return undefined;
  const error = /error: (.*)/.exec(stderr)?.[1] ?? stderr.trim();
  return { by: "compiler", text: `the compiler: ${error.slice(0, 80)}` };
}

function unitVerdict(cwd, name) {
  const program = `build/native/unit/${name}`;
  const refused = compilerVerdict(cwd, [program]);
  if (refused !== undefined) return refused;
  const { status, signal, stdout, stderr } = runSync([resolve(cwd, program), "--gtest_brief=1"], {
    cwd,
    ...limits,
  });
  if (status === 0) return undefined;
  if (signal === limits.killSignal) return { by: "unit", text: `${name}: it did not end` };
  const test = /^\[ {2}FAILED {2}\] (\S+)/m.exec(stdout)?.[1];
  const sanitizer = /(?:runtime error|ERROR|WARNING|broken): (.*)/.exec(stderr)?.[1];
  return { by: "unit", text: `${name}: ${test ?? sanitizer ?? "the program as a whole"}` };
}

function moduleVerdict(cwd, name) {
  const command = [process.execPath, "--test", "--test-reporter=tap", `tests-js/${name}.test.js`];
  const { status, signal, stdout } = runSync(command, { cwd, ...limits });
  if (status === 0) return undefined;
  if (signal === limits.killSignal) return { by: "module", text: `${name}: it did not end` };
  const test = /^ *not ok \d+ - (.*)$/m.exec(stdout)?.[1] ?? "the file as a whole";
  return { by: "module", text: `${name}: ${test}` };
}
