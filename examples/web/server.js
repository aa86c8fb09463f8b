// A static server for a folder, which only this machine can reach.
//
//   node server.js            serves this folder and prints the address; PORT=8080 chooses the port

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

/**
 * @param {string} folder the folder that is served
 * @param {number} port 0 for any free port
 * @param {Record<string, string>} headers that every answer has besides those of its file
 * @returns {Promise<{address: string, close: () => void}>}
 */
export async function serve(folder, port = 0, headers = {}) {
  const server = createServer(({ url }, response) => {
    const file = fileFor(folder, url);
    if (file === undefined) {
      response.writeHead(404).end("not found");
      return;
    }
    const type = types[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...headers });
    createReadStream(file).pipe(response);
  });
  await new Promise((listening, failed) => {
    server.once("error", failed).listen(port, "127.0.0.1", listening);
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${server.address().port}/`, close };
}

/** Returns the file inside the folder that a request names, or undefined. */
function fileFor(folder, url) {
  try {
    const { pathname } = new URL(url, "http://localhost");
    const name = decodeURIComponent(pathname);
    const file = resolve(join(folder, name.endsWith("/") ? `${name}index.html` : name));
    if (file.startsWith(resolve(folder) + sep) && statSync(file).isFile()) return file;
  } catch {
    // The request names no address, or no such file.
  }
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const port = Number(process.env.PORT ?? 0);
    console.log((await serve(fileURLToPath(new URL(".", import.meta.url)), port)).address);
  } catch (failure) {
    console.error(`PORT is a free port from 0 to 65535: ${failure.message}`);
    process.exitCode = 1;
  }
}
