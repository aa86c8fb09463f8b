// Measures how fast the heap map plays and draws a heap of 256 MiB in Chromium, and prints it. Run it with
// `make map-speed`.

import { serve } from "../../examples/web/server.js";
import { inRepository, root } from "../../tools/paths.js";
import { existsSync } from "node:fs";
import { browse } from "../package/browser.js";

const liveBytes = 230 * 2 ** 20;
const churn = 200_000;
const speed = 6_000;
const seconds = 5;

const expression = `(async () => {
  const byId = (id) => document.getElementById(id);
  const frame = () => new Promise(requestAnimationFrame);
  const until = async (holds) => { while (!holds()) await frame(); };
  const { bigTrace } = await import("/interop/map/big-trace.js");
  await until(() => !byId("app").hidden && byId("where").max > 0);
  const bytes = bigTrace(${liveBytes}, ${churn});
  const operations = bytes.length / 8 - 4;
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "big.trace"));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer }));
  await until(() => Number(byId("where").max) === operations);
  if (byId("play").textContent === "Pause") byId("play").click();
  byId("where").value = operations - 2 * ${churn};
  byId("where").dispatchEvent(new Event("input"));
  await until(() => byId("position").textContent.includes((operations - 2 * ${churn}).toLocaleString("en")));
  byId("speed").value = "${speed}";
  byId("play").click();
  const frames = window.heapMapFrames;
  const [first, begin] = [frames.count, performance.now()];
  let screens = 0;
  while (performance.now() - begin < ${seconds * 1000}) { await frame(); screens++; }
  const passed = performance.now() - begin;
  const shown = frames.count - first;
  byId("play").click();
  const middle = (list) => [...list].slice(-shown).sort((one, other) => one - other);
  const at = (list, share) => middle(list)[Math.floor(list.length * share)];
  const value = (key) => Number(document.querySelector("[data-figure=" + key + "]").dataset.value);
  return {
    operations, heapBytes: value("heapBytes"), pages: byId("panels").querySelector("dd").textContent,
    blocks: document.querySelector("[data-figure=asked-blocks]").textContent,
    screensPerSecond: (screens * 1000) / passed, framesPerSecond: (shown * 1000) / passed,
    drawn: [at(frames.drawn, 0.5), at(frames.drawn, 0.95)],
    played: [at(frames.played, 0.5), at(frames.played, 0.95)],
  };
})()`;

if (!existsSync(inRepository("build/map/site/index.html"))) {
  console.error("build/map/site is not there: run make map-build");
  process.exit(1);
}
const server = await serve(root);
try {
  const { value } = await browse("chromium", `${server.address}build/map/site/`, expression);
  const milliseconds = ([middle, most]) =>
    `${middle.toFixed(1)} ms in the middle, ${most.toFixed(1)} ms at the 95th of 100`;
  const mebibytes = (value.heapBytes / 2 ** 20).toFixed(0);
  console.log(`heap: ${mebibytes} MiB, ${value.pages} pages, ${value.blocks} blocks`);
  console.log(`the page draws a frame of both engines in ${milliseconds(value.drawn)}`);
  console.log(`the worker plays and reads a frame in ${milliseconds(value.played)}`);
  console.log(
    `frames shown: ${value.framesPerSecond.toFixed(1)} a second, ` +
      `of ${value.screensPerSecond.toFixed(1)} of the browser`,
  );
} finally {
  server.close();
}
