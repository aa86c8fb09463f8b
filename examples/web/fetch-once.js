// Serves the page and fetches it once, so that `make examples` ends. `node examples/web/server.js` serves
// it to a browser.

import { fileURLToPath } from "node:url";
import { serve } from "./server.js";

const { address, close } = await serve(fileURLToPath(new URL(".", import.meta.url)));
const files = [
  ...["", "style.css", "app.js", "picture.js", "blocks.js"],
  ...["index.js", "granary-import.wasm"].map((file) => `node_modules/granary/${file}`),
];
for (const file of files) {
  const { status, headers } = await fetch(address + file);
  console.log(`/${file}: ${status}, ${headers.get("content-type")}`);
  if (status !== 200) process.exitCode = 1;
}
close();
