// Makes a running module with its memory from the face of a class (face.js) and options. A memory that the
// caller gives, or one with a limit, needs a module that imports its memory; otherwise the module runs in a
// memory of its own. Addresses of 64 bits go with a `width`, a memory or a module that has them.
//
// Options are read once, before anything is waited for, because the object may change meanwhile. Everything
// that can be refused is refused before the caller's memory is changed.

import { Callers } from "./callers.js";
import { checkOptions } from "./checks.js";
import { GranaryError, shown, tagOf } from "./errors.js";
import { checkResizable, makeResizable } from "./resizable.js";
import { moduleFrom, moduleFromSync, shippedModule } from "./source.js";
import { isShared } from "./views.js";
import { checkRuntime, widthOfImport, widthOfMemory, widths } from "./width.js";

/**
 * @typedef {object} Running
 * @property {object} exports
 * @property {WebAssembly.Memory} memory
 * @property {import("./width.js").Width} width
 * @property {WebAssembly.Module} module
 * @property {Callers} callers
 *
 * What the options of a call say:
 *
 * @typedef {object} Options
 * @property {unknown} [source] of the module
 * @property {import("./width.js").Width} [width]
 * @property {WebAssembly.Memory} [memory]
 * @property {number} [initialPages]
 * @property {number} [maximumPages]
 * @property {boolean} [shared] whether threads share the memory
 * @property {boolean} [resizableBuffer]
 * @property {Callers} [callers]
 * @property {boolean} needsImport whether they need a module that imports its memory
 */

const optionNames = ["module", "memory", "maximumPages", "resizableBuffer", "width"];

/** @returns {Promise<Running>} */
export async function instantiate(face, given) {
  const call = `${face.className}.create`;
  const options = optionsOf(face, call, given);
  const module = await (options.source === undefined
    ? shippedFor(face, call, options)
    : moduleFrom(options.source));
  const memory = memoryFor(module, face, options);
  // Not `new WebAssembly.Instance`: browsers limit what the page's own thread does at once.
  const made = WebAssembly.instantiate(module, { env: { memory } });
  const { exports } = await made.catch((cause) => {
    throw refused(cause, memory);
  });
  return running(module, exports, memory, options);
}

/** @returns {Running} */
export function instantiateSync(face, given) {
  const options = optionsOf(face, `${face.className}.createSync`, given);
  const module = moduleFromSync(options.source);
  const memory = memoryFor(module, face, options);
  let instance;
  try {
    instance = new WebAssembly.Instance(module, { env: { memory } });
  } catch (cause) {
    throw refused(cause, memory);
  }
  return running(module, instance.exports, memory, options);
}

/** @returns {Options} */
const optionsOf = (face, call, given) => (face.options ?? readOptions)(call, given);

function shippedFor(face, call, options) {
  const file = importing(face, options);
  if (options.needsImport && file in face.files) return shippedModule(face.files[file], file, call);
  const own = fileOf(face, options);
  if (!(own in face.files)) {
    throw wrongModule(
      `none is shipped for ${shownClass(face, options)}; ${call}({ module }) takes one`,
    );
  }
  return shippedModule(face.files[own], own, call);
}

/** Returns the name of the file of a class's module that has a memory of its own. */
const fileOf = ({ module }, { width }) => `${module}${width?.bits === 64 ? "64" : ""}.wasm`;

/** Returns the name of the file of one that imports its memory; it may not be shipped. */
const importing = ({ module }, options) => fileOf({ module: `${module}-import` }, options);

/** Reads the options of a class that may have some of its own, which it reads itself. */
export function readOptions(call, given, more = []) {
  checkOptions(call, given, [...optionNames, ...more]);
  const { module: source, width: bits, memory, maximumPages, resizableBuffer } = given;
  if (bits !== undefined && bits !== 32 && bits !== 64) {
    throw wrongOption(`width is 32 or 64 (the bits of an address), not ${shown(bits)}`);
  }
  if (bits === 64) checkRuntime();
  if (resizableBuffer !== undefined && typeof resizableBuffer !== "boolean") {
    throw wrongOption(`resizableBuffer is true or false, not ${shown(resizableBuffer)}`);
  }
  if (maximumPages !== undefined) {
    const { mostPages } = widths[bits ?? 32];
    if (!Number.isInteger(maximumPages) || maximumPages < 1 || maximumPages > mostPages) {
      throw wrongOption(
        `maximumPages is a whole number from 1 to ${mostPages} (of 64 KiB each), not ${shown(maximumPages)}`,
      );
    }
    if (memory !== undefined) {
      throw wrongOption("maximumPages is for a memory that is made here; `memory` has its own");
    }
  }
  const width = memory === undefined ? widths[bits] : checkedWidth(memory, bits);
  const needsImport =
    memory !== undefined || maximumPages !== undefined || resizableBuffer === true;
  return { source, width, memory, maximumPages, resizableBuffer, needsImport };
}

/** Returns the width of a given memory, which must be what was asked for, if anything. */
function checkedWidth(memory, bits) {
  checkMemory(memory);
  const width = widthOfMemory(memory);
  if (bits === undefined || bits === width.bits) return width;
  throw wrongOption(`width is ${bits}, but the addresses of \`memory\` have ${width.bits} bits`);
}

/** Returns whether threads share the memory; throws when it is none. */
export function isSharedMemory(memory) {
  if (tagOf(memory) !== "WebAssembly.Memory") {
    throw wrongMemory(`a WebAssembly.Memory is needed, not ${shown(memory)}`);
  }
  return isShared(memory.buffer);
}

function checkMemory(memory) {
  if (isSharedMemory(memory)) {
    throw wrongMemory(
      "this one is shared between threads; the heap needs one that is not, and a SharedHeap this one",
    );
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
    const like = fileOf(face, options);
    throw wrongModule(`it does not export ${missing.join(", ")}, as ${like} does`);
  }
  if (!options.shared && exports.some(({ name }) => name === "thread_flush")) {
    throw wrongModule("it is for memories that threads share; a SharedHeap takes it");
  }
  if (imports.length > 0) return options.memory ? usable(options) : newMemory(module, options);
  if (options.needsImport) {
    const file = importing(face, options);
    const shipped =
      file in face.files
        ? `as ${file} does`
        : `and none is shipped for ${shownClass(face, options)}`;
    throw wrongModule(
      "it has a memory of its own; memory, maximumPages and resizableBuffer need a module that " +
        `imports env.memory, ${shipped}`,
    );
  }
}

/** Returns the caller's memory, unless it cannot do what the options ask for. */
function usable({ memory, width, resizableBuffer }) {
  if (resizableBuffer) resizable(() => checkResizable(memory, width));
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

function newMemory(module, options) {
  const { width, initialPages = 0, maximumPages, shared, resizableBuffer } = options;
  try {
    const { memory, mostPages } = width ?? widthOfImport(module);
    const maximum = maximumPages ?? (resizableBuffer ? mostPages : undefined);
    const limits = maximum === undefined ? {} : { maximum };
    return memory({ initial: initialPages, ...limits, ...(shared && { shared }) });
  } catch (cause) {
    throw runtimeRefuses(cause);
  }
}

function running(module, exports, imported, options) {
  const memory = imported ?? exports.memory;
  const width = widthOfMemory(memory);
  if (options.width !== undefined && options.width !== width) {
    throw wrongModule(
      `its addresses have ${width.bits} bits, but ${options.width.bits} are asked for (width)`,
    );
  }
  if (options.resizableBuffer) resizable(() => makeResizable(imported));
  return { module, exports, memory, width, callers: options.callers ?? new Callers() };
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

const shownClass = ({ className }, { width }) =>
  width?.bits === 64 ? `${className} with 64-bit addresses` : className;

export const wrongOption = (sentence) => new GranaryError("ERR_OPTION", sentence);
export const wrongMemory = (sentence, cause) =>
  new GranaryError("ERR_MEMORY", `memory: ${sentence}`, { cause });
const runtimeRefuses = (cause) =>
  new GranaryError("ERR_NO_MEMORY", `memory: the runtime gives none: ${cause.message}`, { cause });
const wrongModule = (sentence, cause) =>
  new GranaryError("ERR_MODULE", `module: ${sentence}`, { cause });
