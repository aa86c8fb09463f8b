// Fetches the sources of the programs, so that the tests find them: `node interop/wasi/set-up.js`.
// One line when that fails.

import { fetchSources } from "./fetch.js";
import { programs } from "./programs.js";

try {
  await fetchSources(programs.map((program) => program.archive));
} catch (error) {
  console.error(`granary: ${error.message}`);
  process.exitCode = 1;
}
