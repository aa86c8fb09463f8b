// Programs that nobody here wrote, of those that interop/wasi fetches, compiled by emscripten once and
// linked with each allocator.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { inParallel, outputOf, runSync } from "../../tools/run.js";
import { fetchSources, sourceFolder } from "../wasi/fetch.js";
import { programs as ofWasi } from "../wasi/programs.js";
import { emcc, environment, folder, moduleSize } from "./compiler.js";

const compilersAtOnce = 2;

/** What each program is compiled with. The sources of interop/wasi for what wasi-libc lacks are left out. */
const options = {
  lua: () => ["-Dluai_makeseed(state)=42"],
  sqlite: ofWasi.find(({ name }) => name === "sqlite").options,
  jsoncpp: (sources) => [`-I${join(sources, "include")}`, "-DJSON_USE_EXCEPTION=0"],
};
const onlyForWasi = ["absent.c", "setjmp.c", "throw.c"];

export const programs = ofWasi.filter(({ name }) => name in options);

/** By what each allocator comes into a program. */
export const allocators = {
  "libgranary-emscripten.a": [join(process.cwd(), "dist/libgranary-emscripten.a")],
  dlmalloc: ["-sMALLOC=dlmalloc"],
  emmalloc: ["-sMALLOC=emmalloc"],
};

// The memory begins small and grows by what is asked for, so that its pages are those of the heap. Lua's
// script shows what a program does that has no more.
const linking = [
  ...["-O2", "-sALLOW_MEMORY_GROWTH", "-sMAXIMUM_MEMORY=64MB", "-sMEMORY_GROWTH_LINEAR_STEP=64KB"],
  ...["-sTOTAL_STACK=512KB", "-sINITIAL_MEMORY=1MB", "-sEXIT_RUNTIME=1", "-sNODERAWFS=1"],
  ...["--pre-js", join(process.cwd(), "interop/emscripten/write-pages.js")],
];

const call = (words) => outputOf([emcc, ...words], { env: environment });

/** Compiles the sources of one program; returns the paths of the objects. */
export async function compileProgram(program) {
  await fetchSources([program.archive]);
  const archive = sourceFolder(program.archive);
  const place = join(folder, program.name);
  mkdirSync(place, { recursive: true });
  const sources = program.sources(archive).filter((path) => !onlyForWasi.includes(basename(path)));
  const objects = sources.map((source) => join(place, `${basename(source)}.o`));
  await inParallel(
    sources.map((source, index) => ["-O2", "-w", "-c", source, "-o", objects[index]]),
    (words) => call([...words, ...options[program.name](archive)]),
    compilersAtOnce,
  );
  return objects;
}

/**
 * Links a program with an allocator and runs it.
 *
 * @returns {Promise<{written: string, pages: number, bytes: number}>} `bytes` is the size of the module
 */
export async function runWith(allocator, program, objects) {
  const place = join(folder, program.name, allocator);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
  const script = join(place, "program.js");
  await call([...linking, ...objects, ...allocators[allocator], "-o", script]);
  for (const [name, content] of Object.entries(program.inputs)) {
    writeFileSync(join(place, name), content());
  }
  const command = [process.execPath, "--no-experimental-fetch", "program.js", ...program.arguments];
  const { status, stdout, stderr } = runSync(command, { cwd: place, timeout: 120_000 });
  const lines = stderr.split("\n").filter((line) => line.length < 1000);
  if (status !== 0) throw new Error([`${program.name} with ${allocator}`, ...lines].join("\n"));
  const outputs = (program.outputs ?? []).map((name) => readFileSync(join(place, name), "utf8"));
  return {
    written: [stdout, ...outputs].join("\n"),
    pages: Number(readFileSync(join(place, "pages"), "utf8")),
    bytes: moduleSize(script),
  };
}
