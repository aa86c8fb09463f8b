// The tour in a runtime that has files, with the package as the runtime itself finds it.

import { readFile } from "node:fs/promises";
import * as granary from "granary";
import { tour } from "./tour.js";

const address = (name) => new URL(import.meta.resolve(`granary/${name}`));
const files = {
  classic: address("classic.wasm"),
  missing: new URL("none.wasm", import.meta.url),
  bytes: await readFile(address("granary-import.wasm")),
};
console.log(JSON.stringify(await tour(granary, files)));
