// The tour in a page that a bundler makes: the package by name, its modules as the bundler places them.

import * as granary from "granary";
import classic from "granary/classic.wasm?url";
import { tour } from "./tour.js";

globalThis.answer = tour(granary, {
  classic: new URL(classic, document.baseURI),
  missing: new URL("none.wasm", document.baseURI),
});
