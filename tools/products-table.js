// Makes README's table of products from the table of products and the sizes in linker/sizes.json.

import { readFileSync } from "node:fs";
import { fileUrl, readSizes } from "./golden.js";
import { rows } from "./products.js";

export const readmeFile = "README.md";

const head = ["file", "what it is", "bytes", "with gzip"];

/** Returns the lines of a Markdown table as prettier writes it. */
function aligned(lines) {
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  const row = (cells) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  const [first, ...rest] = lines;
  return [row(first), row(widths.map((width) => "-".repeat(width))), ...rest.map(row)];
}

/** Returns the lines of the table. */
export function tableOfProducts() {
  const sizes = readSizes();
  const number = (value) => (value === undefined ? "" : value.toLocaleString("en"));
  return aligned([
    head,
    ...rows.map(({ name, file, what }) => {
      const { raw, gzip } = sizes[name] ?? {};
      return [`\`${file}\``, what, number(raw), number(gzip)];
    }),
  ]);
}

const isRow = (line) => line.startsWith("|");

/** Returns where README has the table: from line `begin` to the line before `end`. */
function placeIn(lines) {
  const begin = lines.findIndex((line) => isRow(line) && line.includes(` ${head[1]} `));
  if (begin < 0) throw new Error(`${readmeFile} has no table with the column "${head[1]}"`);
  const rows = lines.slice(begin).findIndex((line) => !isRow(line));
  return { begin, end: begin + rows };
}

const readmeLines = () => readFileSync(fileUrl(readmeFile), "utf8").split("\n");

/** Returns the lines of the table that README has. */
export function tableInReadme() {
  const lines = readmeLines();
  const { begin, end } = placeIn(lines);
  return lines.slice(begin, end);
}

/** Returns README with the table as it has to be. */
export function withTable() {
  const lines = readmeLines();
  const { begin, end } = placeIn(lines);
  return [...lines.slice(0, begin), ...tableOfProducts(), ...lines.slice(end)].join("\n");
}
