// Makes a WebAssembly.Module from whatever a caller has: nothing, a URL, a response, bytes or a module.
// Everything that can go wrong on the way is ERR_MODULE, with the runtime's own exception as the cause.
//
// A given source is read before anything is waited for, because bytes and URLs may change meanwhile.

import { GranaryError, shown, tagOf } from "./errors.js";
import { bytesOf } from "./views.js";

/** Modules by URL: all heaps over the same file of the package share one compilation. */
const compiled = new Map();

/**
 * @param {() => URL} address returns the URL of a module of the package
 * @param {string} file the module's name
 * @param {string} call the call that can be given another module
 * @returns {Promise<WebAssembly.Module>}
 */
export async function shippedModule(address, file, call) {
  let href;
  try {
    ({ href } = address());
  } catch (cause) {
    // A bundle of CommonJS has no import.meta.url, and that of a worker made of a Blob leads nowhere.
    throw new GranaryError(
      "ERR_MODULE",
      `module: the package cannot tell here where its ${file} lies: give it, as in ` +
        `${call}({ module }); a URL, a Response, bytes or a WebAssembly.Module`,
      { cause },
    );
  }
  if (!compiled.has(href)) compiled.set(href, moduleFrom(href));
  try {
    return await compiled.get(href);
  } catch (failure) {
    // The next heap tries again, because the network may be back.
    compiled.delete(href);
    const { message, cause } = failure;
    const advice = `if ${file} of the package lies elsewhere, give it, as in ${call}({ module })`;
    throw new GranaryError("ERR_MODULE", `${message}; ${advice}`, { cause });
  }
}

/** @returns {Promise<WebAssembly.Module>} */
export async function moduleFrom(source) {
  return fromKnown(source) ?? fromSettled(await settled(source));
}

/** @returns {WebAssembly.Module} */
export function moduleFromSync(source) {
  if (isModule(source)) return source;
  if (!isBytes(source)) throw notASource(source, "bytes or a WebAssembly.Module");
  try {
    return new WebAssembly.Module(source);
  } catch (cause) {
    throw failed("these bytes", cause, beginsLikePage(source));
  }
}

const isModule = (value) => tagOf(value) === "WebAssembly.Module";

const isBytes = (value) => ArrayBuffer.isView(value) || tagOf(value) === "ArrayBuffer";

/** Returns the module, or a promise of it; undefined for what may be a promise of a source. */
function fromKnown(given) {
  if (isModule(given)) return given;
  if (isBytes(given)) return fromBytes("these bytes", given);
  if (typeof given === "string" || tagOf(given) === "URL") return fromAddress(addressOf(given));
  if (tagOf(given) === "Response") return fromResponse(given);
  return undefined;
}

function fromSettled(given) {
  const module = fromKnown(given);
  if (module !== undefined) return module;
  throw notASource(given, "a URL, a Response, bytes or a WebAssembly.Module");
}

async function settled(source) {
  try {
    return await source;
  } catch (cause) {
    throw failed("the promise that was given", cause);
  }
}

/** Returns a URL; a string is relative to the document, where there is one. */
function addressOf(given) {
  if (typeof URL !== "function") {
    throw new GranaryError(
      "ERR_MODULE",
      `module: nothing can be fetched here, not even ${shown(given)}: bytes or a ` +
        "WebAssembly.Module are needed",
    );
  }
  try {
    return new URL(given, globalThis.location?.href);
  } catch (cause) {
    throw new GranaryError(
      "ERR_MODULE",
      `module: ${shown(given)} is no URL; for a file, new URL("./granary.wasm", import.meta.url)`,
      { cause },
    );
  }
}

async function fromAddress(address) {
  // Node's fetch takes no URL of a file. The specifier is no literal, so that bundlers for browsers
  // leave it alone.
  if (address.protocol === "file:") {
    const files = "node:fs/promises";
    const bytes = await attempt(address, async () => {
      const { readFile } = await import(/* @vite-ignore */ /* webpackIgnore: true */ files);
      return readFile(address);
    });
    return fromBytes(address, bytes);
  }
  return fromResponse(await attempt(address, () => fetch(address)));
}

async function fromResponse(response) {
  const name = response.url || "the response";
  if (!response.ok) {
    throw new GranaryError("ERR_MODULE", `module: ${name} was answered with ${response.status}`);
  }
  // Streaming is refused for any other type, and servers that do not know .wasm are common.
  const type = response.headers.get("content-type")?.split(";")[0].trim().toLowerCase();
  if (type === "application/wasm" && typeof WebAssembly.compileStreaming === "function") {
    return attempt(name, () => WebAssembly.compileStreaming(response));
  }
  return fromBytes(name, await attempt(name, () => response.arrayBuffer()), type === "text/html");
}

const fromBytes = (name, bytes, isPage = false) =>
  attempt(name, () => WebAssembly.compile(bytes), isPage || beginsLikePage(bytes));

/** Returns whether the first byte is a "<", as that of an HTML page. */
function beginsLikePage(bytes) {
  try {
    return bytesOf("module", bytes)[0] === 0x3c;
  } catch {
    return false;
  }
}

async function attempt(name, act, isPage) {
  try {
    return await act();
  } catch (cause) {
    throw failed(name, cause, isPage);
  }
}

function failed(name, cause, isPage = false) {
  const said = cause instanceof Error ? cause.message : String(cause);
  const reason = isPage ? "it is an HTML page, with which servers answer where no file is" : said;
  return new GranaryError("ERR_MODULE", `module: ${name} gave no module: ${reason}`, { cause });
}

function notASource(given, right) {
  return new GranaryError("ERR_MODULE", `module: ${right} is needed, not ${shown(given)}`);
}
