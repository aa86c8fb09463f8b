// Builds the page and, beside it, attach.js for other pages. All addresses are relative, so the folder can be
// served from anywhere.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
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
