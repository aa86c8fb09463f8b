// Programs for wasm32-wasi that nobody here wrote, each with wasi-libc's malloc and with Granary's
// library before it, plain and checked; the checked one finds no fault. Their sources come from Debian
// and stay in build/interop/wasi.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { inRepository, root } from "../tools/paths.js";
import { outputOf } from "../tools/run.js";
import { build, compilers } from "./wasi/build.js";
import { fetchSources } from "./wasi/fetch.js";
import { built } from "./wasi/folders.js";
import { objectsByName } from "./wasi/map.js";
import { programs } from "./wasi/programs.js";
import { runModule } from "./wasi/run.js";

/** Where wasi-libc and libc++ keep malloc and operator new. */
const theirAllocators = { "libc.a": "dlmalloc.o", "libc++.a": "stdlib_new_delete.cpp.o" };
const isTheirAllocator = (object) =>
  Object.values(theirAllocators).some((member) => object.endsWith(`(${member})`));

/** Granary's libraries: the variant of a program that is linked with each, and its file. */
const libraries = { granary: "libgranary.a", "granary-checked": "libgranary-checked.a" };
const isOf = (library, object) => object.includes(`/${library}(`);
const readMap = (path) => objectsByName(readFileSync(path, "utf8"));

await fetchSources(programs.map((program) => program.archive));

for (const program of programs) {
  describe(program.name, () => {
    let linked, theirs;
    const ours = {};
    before(async () => {
      linked = await build(program);
      theirs = runModule(linked["wasi-libc"].module, program);
      for (const variant of Object.keys(libraries)) {
        ours[variant] = runModule(linked[variant].module, program);
      }
    });

    test("does its work with wasi-libc's malloc", () => {
      assert.equal(theirs.status, 0, theirs.errors);
      const written = theirs.written.join("\n");
      for (const sign of program.shows) assert.ok(sign.test(written), `${sign}`);
    });

    for (const [variant, library] of Object.entries(libraries)) {
      test(`takes from ${library} every function of theirs that allocates`, () => {
        const [theirObjects, ourObjects] = [linked["wasi-libc"], linked[variant]].map(({ map }) =>
          readMap(map),
        );
        const replaced = [...theirObjects]
          .filter(([name, object]) => isTheirAllocator(object) && ourObjects.has(name))
          .map(([name]) => name);
        for (const name of ["malloc", "free"]) assert.ok(replaced.includes(name), name);
        for (const name of replaced) assert.ok(isOf(library, ourObjects.get(name)), name);
        assert.deepEqual([...ourObjects.values()].filter(isTheirAllocator), []);
      });

      test(`writes the same with ${library}, and ends as it should`, () => {
        const { status, errors, written } = ours[variant];
        assert.equal(status, 0, errors);
        assert.equal(errors, theirs.errors);
        const files = ["standard output", ...(program.outputs ?? [])];
        for (const [i, file] of files.entries()) {
          assert.ok(written[i].equals(theirs.written[i]), file);
        }
      });
    }

    test("grows its memory with libgranary-checked.a to at most three times as much", (context) => {
      const pages = ({ pages: { initial, grown } }) => `${initial + grown} pages (${grown} grown)`;
      const { granary: plain, "granary-checked": checked } = ours;
      for (const { status, errors } of [theirs, plain, checked]) assert.equal(status, 0, errors);
      context.diagnostic(
        `${program.name}: ${pages(theirs)} with wasi-libc's malloc, ${pages(plain)} with Granary, ` +
          `${pages(checked)} with Granary checked`,
      );
      assert.ok(checked.pages.grown <= 3 * plain.pages.grown);
    });
  });
}

/** The names that those members of a library define for others. */
async function namesOf(library, isMember = () => true) {
  const symbols = await outputOf(["llvm-nm-19", "--defined-only", "--extern-only", library]);
  return symbols
    .split(/\n(?=\S+:\n)/)
    .filter((member) => isMember(member.trimStart().split(":")[0]))
    .flatMap((member) => [...member.matchAll(/^[0-9a-f]+ [TW] (.*)$/gm)].map(([, name]) => name));
}

for (const ourLibrary of Object.values(libraries)) {
  test(`${ourLibrary} defines every name of wasi-libc's malloc and of libc++'s operators new`, async () => {
    const ours = new Set(await namesOf(inRepository(`dist/${ourLibrary}`)));
    for (const [library, allocator] of Object.entries(theirAllocators)) {
      const option = `-print-file-name=${library}`;
      const path = (await outputOf([compilers["c++"], "--target=wasm32-wasi", option])).trim();
      const theirs = await namesOf(path, (member) => member === allocator);
      assert.ok(theirs.length >= 10, `${library}: ${theirs}`);
      assert.deepEqual(
        theirs.filter((name) => !ours.has(name)),
        [],
      );
    }
  });
}

test("the commands of examples/wasi/list.c build and run it, with Granary and without", async () => {
  const source = readFileSync(inRepository("examples/wasi/list.c"), "utf8");
  const [compile, start] = [...source.matchAll(/^ \* {3}((?:clang|node).*)$/gm)].map(
    ([, line]) => line,
  );
  const map = join(built, "list.map");
  mkdirSync(built, { recursive: true });
  const shell = (command) => outputOf(["sh", "-c", command], { cwd: root });

  await shell(`${compile.replace(" dist/libgranary.a", "")} -Wl,-Map=${map}`);
  const theirs = await shell(start);
  assert.equal(theirs, "50000 squares, the last is 2499900001\n");
  assert.ok(isTheirAllocator(readMap(map).get("realloc")));

  await shell(`${compile} -Wl,-Map=${map}`);
  assert.equal(await shell(start), theirs);
  assert.ok(isOf(libraries.granary, readMap(map).get("realloc")));
});
