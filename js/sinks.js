// Where a recorder writes its trace: a file of Node, bun or Deno, or a Blob. A sink is any object whose `write`
// takes bytes and their position in the file, and is done with them when it returns.

import { GranaryError } from "./errors.js";

/** Makes or empties a file. */
export async function fileSink(path) {
  // The specifier is no literal, so that bundlers for browsers leave it alone.
  const files = "node:fs";
  const { openSync, writeSync, closeSync } = await import(
    /* @vite-ignore */ /* webpackIgnore: true */ files
  );
  const file = openSync(path, "w");
  return {
    write(bytes, position) {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(file, bytes, done, bytes.length - done, position + done);
      }
    },
    close: () => closeSync(file),
  };
}

/** Keeps a trace in Blobs, which browsers keep outside of the page's memory. */
export function blobSink() {
  const chunks = [];
  let header;
  return {
    write(bytes, position) {
      const chunk = new Blob([bytes]);
      if (position === 0) header = chunk;
      else chunks.push(chunk);
    },
    blob() {
      if (header === undefined) {
        throw new GranaryError(
          "ERR_TYPE",
          "blob: the trace has no header yet; call finish of the recorder first",
        );
      }
      return new Blob([header, ...chunks]);
    },
  };
}
