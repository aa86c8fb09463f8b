// Serves the page with the two headers that give it, and its workers, a SharedArrayBuffer.
//
//   node server.js            prints the address; PORT=8080 chooses the port

import { fileURLToPath } from "node:url";
import { resolve } from "node:path";
import { serve } from "../web/server.js";

/** A page that is isolated from others in this way may share memory with its workers. */
export const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const folder = fileURLToPath(new URL(".", import.meta.url));
    const port = Number(process.env.PORT ?? 0);
    console.log((await serve(folder, port, isolation)).address);
  } catch (failure) {
    console.error(`PORT is a free port from 0 to 65535: ${failure.message}`);
    process.exitCode = 1;
  }
}
