// Builds the page and, beside it, attach.js for other pages. All addresses are relative, so the folder can be
// served from anywhere.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Whoever serves the page passes uPlot on, whose licence goes with it. */
const licence = {
  name: "licence-of-uplot",
  generateBundle() {
    const source = readFileSync(here("node_modules/uplot/LICENSE"));
    this.emitFile({ type: "asset", fileName: "uPlot-LICENSE.txt", source });
  },
};

export default defineConfig({
  plugins: [licence],
  root: here("."),
  base: "./",
  assetsInclude: ["**/*.gz"],
  worker: { format: "es" },
  server: { fs: { allow: [here("..")] } },
  build: {
    outDir: here("../build/map/site"),
    emptyOutDir: true,
    // The page fetches modules and traces, and a policy of the server may forbid data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { index: here("index.html"), attach: here("attach.js") },
      preserveEntrySignatures: "strict",
      output: {
        entryFileNames: ({ name }) => (name === "attach" ? "attach.js" : "assets/[name]-[hash].js"),
      },
    },
  },
});
