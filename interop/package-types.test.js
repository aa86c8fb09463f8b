// The types of the installed package in TypeScript's strict mode, as Node and as bundlers resolve them.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runSync } from "../tools/run.js";
import { project, tool } from "./package/project.js";

const compiler = () => tool("interop/node_modules/.bin/tsc", "npm ci in interop/");

const resolutions = {
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
};

for (const [name, resolution] of Object.entries(resolutions)) {
  describe(`TypeScript, resolving like ${name},`, () => {
    test("compiles a program that uses every type, and the declarations themselves", async () => {
      const { status, lines } = compile(
        await project("types", ["use.ts", "inline.ts", "recorder.ts"]),
        resolution,
      );
      assert.deepEqual(lines, []);
      assert.equal(status, 0);
    });

    test("refuses every wrong use, each in its line", async () => {
      const folder = await project("types", ["wrong.ts"]);
      const source = readFileSync(join(folder, "wrong.ts"), "utf8").split("\n");
      const wrong = source.flatMap((line, i) => (/; \/\/ /.test(line) ? [i + 1] : []));
      assert.ok(wrong.length > 20);
      const { status, lines } = compile(folder, resolution);
      assert.notEqual(status, 0);
      const refused = lines.map((line) => Number(/^wrong\.ts\((\d+),/.exec(line)?.[1] ?? NaN));
      assert.deepEqual([...new Set(refused)], wrong, lines.join("\n"));
    });
  });
}

function compile(folder, resolution) {
  const compilerOptions = {
    ...resolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    lib: ["es2022", "dom"],
    types: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  const parameters = ["--project", folder, "--pretty", "false"];
  const { status, stdout } = runSync([compiler(), ...parameters], { cwd: folder });
  return { status, lines: stdout.split("\n").filter((line) => /^\S/.test(line)) };
}
