// Plays in a worker, so that the page draws and answers whatever the engines do. The page asks with messages
// that have one property each, and every question is answered in order:
//
//   { modules }                     once: the modules of the engines
//   { load: { name, bytes } }       { loaded: { name, operationCount, line } } or { refused: SENTENCE }
//   { seek: OPERATION }             { frame: { position, snapshots, milliseconds } }
//   { find: { engine, address } }   { found: BLOCK or undefined }
//
// A trace that is refused leaves the one before it where it was.

import { printable, TraceError } from "../bench/trace-format.js";
import { Player } from "./player.js";
import { readTraceFile } from "./trace-file.js";

let modules;
let player;

async function load({ name, bytes }) {
  const trace = await readTraceFile(bytes, name);
  const next = new Player(trace, modules);
  const line = next.survey();
  player = next;
  postMessage({ loaded: { name: trace.name, operationCount: trace.operationCount, line } });
}

function seek(operation) {
  const begin = performance.now();
  player.seek(operation);
  const taken = player.snapshots();
  const milliseconds = performance.now() - begin;
  const snapshots = taken.map(({ snapshot }) => snapshot);
  const buffers = taken.flatMap(({ buffers }) => buffers);
  postMessage({ frame: { position: player.position, snapshots, milliseconds } }, buffers);
}

/** Says in one sentence why a trace was refused. */
function reasonOf(error, name) {
  if (error instanceof TraceError) return error.message;
  return `${printable(name)}: an engine could not play it: ${error.message}`;
}

let queue = Promise.resolve();
onmessage = ({ data }) => {
  queue = queue.then(async () => {
    if (data.modules !== undefined) modules = data.modules;
    if (data.find !== undefined) {
      postMessage({ found: player?.blockAt(data.find.engine, data.find.address) });
    }
    if (data.seek !== undefined) seek(data.seek);
    if (data.load === undefined) return;
    try {
      await load(data.load);
    } catch (error) {
      postMessage({ refused: reasonOf(error, data.load.name) });
    }
  });
};
