// Runs the commands of docs/embedding.md, as they are typed there, from the repository's root: so what the
// page says is what `make examples` and `make interop` try. A section is named by its heading; one below
// another by both, with " / " between. A command that serves a page until it is stopped is left out.
//
// usage: node examples/run-section.js SECTION...

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Returns the blocks of commands of every section, by its name. */
export function sections() {
  const found = new Map();
  const headings = [];
  let name;
  const parts = /^(#{2,3}) (.*)$|^```sh\n([^]*?)^```$/gm;
  for (const [, marks, heading, commands] of readFileSync(
    new URL("docs/embedding.md", `file://${root}`),
    "utf8",
  ).matchAll(parts)) {
    if (commands === undefined) {
      headings.length = marks.length - 2;
      headings.push(heading);
      name = headings.join(" / ");
    } else {
      found.set(name, [...(found.get(name) ?? []), commands]);
    }
  }
  return found;
}

const isServer = (line) => line.endsWith("# prints the address to open");

/** Runs the commands of a section; returns the exit status of the first that fails, or 0. */
function run(commands) {
  const script = commands
    .split("\n")
    .filter((line) => !isServer(line))
    .join("\n");
  const quiet = {
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_loglevel: "error",
  };
  const { status } = spawnSync("sh", ["-ec", script], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...quiet },
  });
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const known = sections();
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !known.has(name));
  if (wanted.length === 0 || unknown !== undefined) {
    const names = [...known.keys()].join(", ");
    const what =
      unknown === undefined ? "no section is named" : `no section ${unknown} has commands`;
    console.error(`granary: ${what}; those of docs/embedding.md that have are ${names}`);
    process.exit(2);
  }
  mkdirSync(`${root}build/examples`, { recursive: true });
  for (const commands of wanted.flatMap((name) => known.get(name))) {
    const status = run(commands);
    if (status !== 0) process.exit(status);
  }
}
