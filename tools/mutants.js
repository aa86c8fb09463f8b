// Breaks the sources one line at a time and shows which test notices. Each mutant is a copy of the
// sources in a folder of its own; the working tree is never touched. Exit status 1 when a mutant
// survives, or when its line is no longer in the source.
//
// usage: node tools/mutants.js [WORDS...]     only the mutants whose name holds one of the words

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { faceMutants } from "./mutant-list-faces.js";
import { layoutMutants } from "./mutant-list-layouts.js";
import { searchMutants } from "./mutant-list-search.js";
import { engineMutants } from "./mutant-list.js";

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
  "shrink",
  "imported-memory",
  "import",
  "import-checked",
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
const copied = [
  "Makefile",
  "README.md",
  "alloc",
  "bench",
  "docs",
  "examples/examples.mk",
  "include",
  "interop/interop.mk",
  "js",
  "linker",
  "package.json",
  "runtime",
  "tests-js",
  "tests-native",
  "tools",
];
const built = ["build/zig32.wasm", "build/zig64.wasm"];
const mutants = [...engineMutants, ...searchMutants, ...faceMutants, ...layoutMutants];
const words = process.argv.length > 2 ? process.argv.slice(2) : [""];
const wanted = mutants.filter(({ name }) => words.some((word) => name.includes(word)));
// A test that fails without a mutant would seem to notice all of them.
const unbroken = judge({ file: "Makefile", from: "", to: "" });
if (unbroken.caught) {
  console.error(`a copy of the sources fails as it is: ${unbroken.text}`);
  process.exit(1);
}
let survivors = 0;
console.log("| mutant | in | caught by |\n| --- | --- | --- |");
for (const mutant of wanted) {
  const verdict = judge(mutant);
  if (!verdict.caught) survivors++;
  console.log(`| ${mutant.name} | ${mutant.file} | ${verdict.text} |`);
}
console.log(`\n${wanted.length} mutants, ${survivors} survived`);
process.exitCode = survivors > 0 ? 1 : 0;

function judge({ file, from, to }) {
  const source = readFileSync(file, "utf8");
  if (from !== "" && source.split(from).length !== 2) {
    return {
      caught: false,
      text: `NOT TRIED: the line is in ${file} ${source.split(from).length - 1} times`,
    };
  }
  const folder = mkdtempSync(join(tmpdir(), "granary-mutant-"));
  try {
    for (const path of copied) cpSync(path, join(folder, path), { recursive: true });
    for (const path of built) cpSync(path, join(folder, path));
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
    writeFileSync(
      join(folder, file),
      source.replace(from, () => to),
    );
    return runTests(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runTests(cwd) {
  // Old timestamps came along with the copies: build what depends on the source whatever they say.
  const make = [
    "-s",
    "-j2",
    "-W",
    "Makefile",
    "--old-file=build/zig32.wasm",
    "--old-file=build/zig64.wasm",
    "--old-file=node_modules/.package-lock.json",
  ];
  const build = spawnSync("make", [...make, "all"], { cwd, encoding: "utf8" });
  if (build.status !== 0) {
    const error = /error: (.*)/.exec(build.stderr)?.[1] ?? build.stderr.trim();
    return { caught: true, text: `the compiler: ${error.slice(0, 80)}` };
  }
  for (const name of testFiles) {
    const path = `tests-js/${name}.test.js`;
    const run = spawnSync(process.execPath, ["--test", "--test-reporter=tap", path], {
      cwd,
      encoding: "utf8",
      timeout: 120_000,
      // A broken heap has much to say; a test run that can not write it all would wait for ever.
      maxBuffer: 2 ** 28,
      killSignal: "SIGKILL",
    });
    if (run.status !== 0) {
      const test = /^ *not ok \d+ - (.*)$/m.exec(run.stdout)?.[1] ?? "the file as a whole";
      return { caught: true, text: `${name}: ${test}` };
    }
  }
  return { caught: false, text: "NOTHING: it survived" };
}
