// A worker of a run in Node or bun.

import { parentPort } from "node:worker_threads";
import { worker } from "./tasks.js";

parentPort.on(
  "message",
  worker((answer) => parentPort.postMessage(answer)),
);
