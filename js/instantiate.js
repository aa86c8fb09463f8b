// From the face of a class (face.js) and options to a running module and the memory under it. The choice:
// a memory of the caller's, or with a limit, needs the module that imports its memory; all else runs in
// the module's own.

import { checkOptions } from "./checks.js";
import { GranaryError, shown, tagOf } from "./errors.js";
import { moduleFrom, moduleFromSync, shippedModule } from "./source.js";

const optionNames = ["module", "memory", "maximumPages", "resizableBuffer"];
const mostPages = 65536;

/** @returns {Promise<{exports: object, memory: WebAssembly.Memory}>} */
export async function instantiate(face, options) {
  checkMemoryOptions(`${face.className}.create`, options);
  const { module: source } = options;
  const module = await (source === undefined
    ? shippedModule(((needsImport(options) && face.importing) || face.module)())
    : moduleFrom(source));
  const memory = memoryFor(module, face, options);
  // Not `new WebAssembly.Instance`: browsers limit what the page's own thread does at once.
  const made = WebAssembly.instantiate(module, { env: { memory } });
  const { exports } = await made.catch((cause) => {
    throw refused(cause, memory);
  });
  return running(exports, memory);
}

/** @returns {{exports: object, memory: WebAssembly.Memory}} */
export function instantiateSync(face, options) {
  checkMemoryOptions(`${face.className}.createSync`, options);
  const module = moduleFromSync(options.module);
  const memory = memoryFor(module, face, options);
  let instance;
  try {
    instance = new WebAssembly.Instance(module, { env: { memory } });
  } catch (cause) {
    throw refused(cause, memory);
  }
  return running(instance.exports, memory);
}

const needsImport = ({ memory, maximumPages, resizableBuffer }) =>
  memory !== undefined || maximumPages !== undefined || resizableBuffer === true;

function checkMemoryOptions(call, options) {
  checkOptions(call, options, optionNames);
  const { memory, maximumPages, resizableBuffer } = options;
  if (resizableBuffer !== undefined && typeof resizableBuffer !== "boolean") {
    throw wrongOption(`resizableBuffer is true or false, not ${shown(resizableBuffer)}`);
  }
  if (maximumPages !== undefined) {
    if (!Number.isInteger(maximumPages) || maximumPages < 1 || maximumPages > mostPages) {
      throw wrongOption(
        `maximumPages is a whole number from 1 to ${mostPages} (of 64 KiB each), not ${shown(maximumPages)}`,
      );
    }
    if (memory !== undefined) {
      throw wrongOption("maximumPages is for a memory that is made here; `memory` has its own");
    }
  }
  if (memory === undefined) return;
  if (tagOf(memory) !== "WebAssembly.Memory") {
    throw wrongMemory(`a WebAssembly.Memory is needed, not ${shown(memory)}`);
  }
  if (tagOf(memory.buffer) === "SharedArrayBuffer") {
    throw wrongMemory("this one is shared between threads; the heap needs one that is not");
  }
}

/** The memory to import, or undefined for a module that has its own. */
function memoryFor(module, face, options) {
  const imports = WebAssembly.Module.imports(module);
  const exports = WebAssembly.Module.exports(module);
  const foreign = imports.filter(({ module, name }) => `${module}.${name}` !== "env.memory");
  if (foreign.length > 0) {
    const names = foreign.map(({ module, name }) => `${module}.${name}`).join(", ");
    throw wrongModule(`it imports ${names}; a heap can give it env.memory only`);
  }
  const needed = imports.length > 0 ? face.exports : [...face.exports, "memory"];
  const missing = needed.filter((name) => !exports.some((item) => item.name === name));
  if (missing.length > 0) {
    throw wrongModule(`it does not export ${missing.join(", ")}, as ${face.like} does`);
  }
  if (imports.length > 0) return given(options);
  if (needsImport(options)) {
    const shipped = face.importing
      ? "as granary-import.wasm does"
      : `and none is shipped for ${face.className}`;
    throw wrongModule(
      "it has a memory of its own; memory, maximumPages and resizableBuffer need a module that " +
        `imports env.memory, ${shipped}`,
    );
  }
}

function given({ memory, maximumPages, resizableBuffer }) {
  const used = memory ?? newMemory(resizableBuffer ? (maximumPages ?? mostPages) : maximumPages);
  // Where the engine has no such buffers the option means nothing: views are taken anew either way.
  if (resizableBuffer && typeof used.toResizableBuffer === "function") {
    try {
      used.toResizableBuffer();
    } catch (cause) {
      throw wrongMemory(`resizableBuffer needs one with a maximum: ${cause.message}`, cause);
    }
  }
  return used;
}

function newMemory(maximum) {
  try {
    return new WebAssembly.Memory(maximum === undefined ? { initial: 0 } : { initial: 0, maximum });
  } catch (cause) {
    throw engineRefuses(cause);
  }
}

function running(exports, imported) {
  // Only a module compiled for 64-bit addresses has a BigInt here, and its calls would take BigInts.
  if (typeof exports.vtable?.value === "bigint") {
    throw wrongModule("its addresses have 64 bits; a heap takes modules with 32-bit addresses");
  }
  return { exports, memory: imported ?? exports.memory };
}

function refused(cause, memory) {
  // The start function of granary-import.wasm traps when its one page is refused.
  if (cause instanceof WebAssembly.RuntimeError && memory !== undefined) {
    const pages = memory.buffer.byteLength / 65536;
    return wrongMemory(
      `it has ${pages} pages and cannot grow by the one that the heap's own state takes; ` +
        "a larger maximum is needed",
      cause,
    );
  }
  if (cause instanceof WebAssembly.LinkError) {
    return wrongMemory(`the module does not take it: ${cause.message}`, cause);
  }
  if (cause instanceof RangeError) return engineRefuses(cause);
  return wrongModule(cause.message, cause);
}

const wrongOption = (sentence) => new GranaryError("ERR_OPTION", sentence);
const wrongMemory = (sentence, cause) =>
  new GranaryError("ERR_MEMORY", `memory: ${sentence}`, { cause });
const engineRefuses = (cause) =>
  new GranaryError("ERR_NO_MEMORY", `memory: the engine gives none: ${cause.message}`, { cause });
const wrongModule = (sentence, cause) =>
  new GranaryError("ERR_MODULE", `module: ${sentence}`, { cause });
