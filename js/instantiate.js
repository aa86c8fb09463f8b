// Makes a running module with its memory from the face of a class (face.js) and options. A memory that the
// caller gives, or one with a limit, needs a module that imports its memory; otherwise the module runs in a
// memory of its own.
//
// Options are read once, before anything is waited for, because the object may change meanwhile. Everything
// that can be refused is refused before the caller's memory is changed.

import { checkOptions } from "./checks.js";
import { GranaryError, shown, tagOf } from "./errors.js";
import { checkMaximum, makeResizable } from "./resizable.js";
import { moduleFrom, moduleFromSync, shippedModule } from "./source.js";

const optionNames = ["module", "memory", "maximumPages", "resizableBuffer"];
const mostPages = 65536;

/** @returns {Promise<{exports: object, memory: WebAssembly.Memory}>} */
export async function instantiate(face, given) {
  const call = `${face.className}.create`;
  const options = readOptions(call, given);
  const module = await (options.source === undefined
    ? shippedFor(face, call, options)
    : moduleFrom(options.source));
  const memory = memoryFor(module, face, options);
  // Not `new WebAssembly.Instance`: browsers limit what the page's own thread does at once.
  const made = WebAssembly.instantiate(module, { env: { memory } });
  const { exports } = await made.catch((cause) => {
    throw refused(cause, memory);
  });
  return running(exports, memory, options);
}

/** @returns {{exports: object, memory: WebAssembly.Memory}} */
export function instantiateSync(face, given) {
  const options = readOptions(`${face.className}.createSync`, given);
  const module = moduleFromSync(options.source);
  const memory = memoryFor(module, face, options);
  let instance;
  try {
    instance = new WebAssembly.Instance(module, { env: { memory } });
  } catch (cause) {
    throw refused(cause, memory);
  }
  return running(instance.exports, memory, options);
}

function shippedFor(face, call, { needsImport }) {
  return needsImport && face.importing
    ? shippedModule(face.importing, importing(face), call)
    : shippedModule(face.module, face.like, call);
}

/** Returns the name of the module that imports its memory. */
const importing = ({ like }) => like.replace(".wasm", "-import.wasm");

function readOptions(call, given) {
  checkOptions(call, given, optionNames);
  const { module: source, memory, maximumPages, resizableBuffer } = given;
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
  if (memory !== undefined) checkMemory(memory);
  const needsImport =
    memory !== undefined || maximumPages !== undefined || resizableBuffer === true;
  return { source, memory, maximumPages, resizableBuffer, needsImport };
}

function checkMemory(memory) {
  if (tagOf(memory) !== "WebAssembly.Memory") {
    throw wrongMemory(`a WebAssembly.Memory is needed, not ${shown(memory)}`);
  }
  if (tagOf(memory.buffer) === "SharedArrayBuffer") {
    throw wrongMemory("this one is shared between threads; the heap needs one that is not");
  }
}

/** Returns the memory to import, or undefined for a module that has its own. */
function memoryFor(module, face, options) {
  const { imports, exports } = surfaceOf(module);
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
  if (imports.length > 0) return options.memory ? usable(options) : newMemory(options);
  if (options.needsImport) {
    const shipped = face.importing
      ? `as ${importing(face)} does`
      : `and none is shipped for ${face.className}`;
    throw wrongModule(
      "it has a memory of its own; memory, maximumPages and resizableBuffer need a module that " +
        `imports env.memory, ${shipped}`,
    );
  }
}

/** Returns the caller's memory, unless it cannot do what the options ask for. */
function usable({ memory, resizableBuffer }) {
  if (resizableBuffer) resizable(() => checkMaximum(memory));
  return memory;
}

/** Returns the imports and exports of a value that says that it is a module. */
function surfaceOf(module) {
  try {
    const { Module } = WebAssembly;
    return { imports: Module.imports(module), exports: Module.exports(module) };
  } catch (cause) {
    throw wrongModule(cause.message, cause);
  }
}

function newMemory({ maximumPages, resizableBuffer }) {
  const maximum = maximumPages ?? (resizableBuffer ? mostPages : undefined);
  try {
    return new WebAssembly.Memory(maximum === undefined ? { initial: 0 } : { initial: 0, maximum });
  } catch (cause) {
    throw runtimeRefuses(cause);
  }
}

function running(exports, imported, { resizableBuffer }) {
  // Only a module compiled for 64-bit addresses has a BigInt here; its calls would take BigInts too.
  if (typeof exports.vtable?.value === "bigint") {
    throw wrongModule("its addresses have 64 bits; a heap takes modules with 32-bit addresses");
  }
  if (resizableBuffer) resizable(() => makeResizable(imported));
  return { exports, memory: imported ?? exports.memory };
}

function refused(cause, memory) {
  // The start function of a module that imports its memory traps when its one page is refused.
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
  if (cause instanceof RangeError) return runtimeRefuses(cause);
  return wrongModule(cause.message, cause);
}

function resizable(step) {
  try {
    step();
  } catch (cause) {
    throw wrongMemory(`resizableBuffer needs one with a maximum: ${cause.message}`, cause);
  }
}

const wrongOption = (sentence) => new GranaryError("ERR_OPTION", sentence);
const wrongMemory = (sentence, cause) =>
  new GranaryError("ERR_MEMORY", `memory: ${sentence}`, { cause });
const runtimeRefuses = (cause) =>
  new GranaryError("ERR_NO_MEMORY", `memory: the runtime gives none: ${cause.message}`, { cause });
const wrongModule = (sentence, cause) =>
  new GranaryError("ERR_MODULE", `module: ${sentence}`, { cause });
