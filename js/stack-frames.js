// The functions that are running, as text: "draw (https://example.org/page.js:12:5)", the innermost first. Runtimes
// tell them in two forms, as V8 does and as Firefox and Safari do. How many they tell is up to
// `Error.stackTraceLimit`.
//
// The package's own functions are left out: those from the call that the user made inwards, where the runtime can tell
// (`Error.captureStackTrace`), and else those whose file is one of the package's; and the functions that the linker
// puts before malloc and its kin (`--wrap`).

/** The folder of the package, as a URL and as a path; none in a bundle, where every file is the user's. */
const folders = [/^(.*\/)stack-frames\.js$/.exec(import.meta.url)?.[1]]
  .filter((url) => url !== undefined)
  .flatMap((url) => [url, decodeURI(url).replace(/^file:\/\//, "")]);

/** Returns the frames from which a running function was called. */
export function framesAt(entry) {
  const holder = {};
  if (typeof Error.captureStackTrace === "function") Error.captureStackTrace(holder, entry);
  const frames = framesOf(holder.stack ?? "");
  // No frame is found where another function stands in the place of the entry, or where the runtime forgets a function
  // whose last act is a call, as JavaScriptCore does.
  return withoutOwn(frames.length > 0 ? frames : framesOf(new Error().stack ?? ""));
}

/** Returns the frames of the stack of an Error, in either form. */
export function framesOf(stack) {
  return stack
    .split("\n")
    .map(frameOf)
    .filter((frame) => frame !== undefined);
}

function frameOf(line) {
  const inV8 = /^ +at (.+)$/.exec(line);
  if (inV8 !== null) return inV8[1];
  const elsewhere = /^([^@]*)@(.+)$/.exec(line);
  if (elsewhere === null) return undefined;
  const [, name, place] = elsewhere;
  return name === "" ? place : `${name} (${place})`;
}

function withoutOwn(frames) {
  const first = frames.findIndex((frame) => !isOwn(frame));
  return first < 0 ? [] : frames.slice(first);
}

/** Returns whether a frame is before malloc, or its place is a file of the folder, not of one below it. */
function isOwn(frame) {
  if (/^(?:\S+\.)?__wrap_\w+ \(/.test(frame)) return true;
  return folders.some((folder) => {
    const at = frame.indexOf(folder);
    return at >= 0 && !frame.slice(at + folder.length).includes("/");
  });
}

/**
 * Returns the parts of a frame: the name of the function, "" where it has none, and its place, whose line and column
 * count from 1 and are 0 where they are not known.
 */
export function partsOf(frame) {
  const [, name = "", place = frame] = /^(.*) \((.*)\)$/.exec(frame) ?? [];
  const [, url = place, line = 0, column = 0] = /^(.*?):(\d+):(\d+)$/.exec(place) ?? [];
  return { name, url, line: Number(line), column: Number(column) };
}
