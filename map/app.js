// The controls of the page. A worker plays; the page asks it for one frame at a time and draws what comes.
//
// The picture and the figures follow every frame. What is said (to screen readers) and the tables change only
// when the player stands still. Whoever looks at one place or opens a table stops the player.

import { engines, fetchModules, traces } from "./engines.js";
import { showMapLegend, showSeries } from "./legend.js";
import { pageBytes } from "./layout.js";
import { Panel } from "./panel.js";
import { number } from "./sentences.js";
import { Timeline } from "./timeline.js";
import PlayerWorker from "./player-worker.js?worker";

const byId = (id) => document.getElementById(id);
const dark = matchMedia("(prefers-color-scheme: dark)");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const firstTrace = "w32-rust-json";
const speeds = [60, 600, 6_000, 60_000, 600_000, 6_000_000];
const firstSpeed = 60_000;

const worker = new PlayerWorker();
let [loaded, position, plays] = [undefined, 0, false];
/** How many frames are asked for, so that the worker plays one while the page draws another. */
let awaited = 0;
const mostAwaited = 2;
/** The operation that the latest wish is for, and whether the worker was not yet asked for it. */
let [wanted, waits] = [0, false];
/** How many frames there were, and for the latest ones how long each took to draw and to play. */
const frames = { count: 0, drawn: [], played: [] };
const framesKept = 600;

// --- what the page shows -------------------------------------------------------------------------

const finds = [];
const panels = engines.map((engine, index) => {
  const panel = new Panel(byId("panel"), engine, {
    onLook: () => play(false),
    say: (sentence) => (byId("said").textContent = sentence),
    blockAt: (address) =>
      new Promise((answer) => {
        if (plays || loaded === undefined) return answer(undefined);
        finds.push(answer);
        worker.postMessage({ find: { engine: index, address } });
      }),
  });
  byId("panels").append(panel.element);
  return panel;
});
const timeline = new Timeline(byId("line"), (operation) => seek(Math.round(operation)));

function showFrame({ position: reached, snapshots, milliseconds }) {
  const begin = performance.now();
  position = reached;
  snapshots.forEach((snapshot, index) => panels[index].show(snapshot));
  byId("where").value = position;
  const text = `Operation ${number(position)} of ${number(loaded.operationCount)}`;
  byId("position").textContent = text;
  byId("where").setAttribute("aria-valuetext", text);
  timeline.move(position);
  frames.drawn[frames.count % framesKept] = performance.now() - begin;
  frames.played[frames.count % framesKept] = milliseconds;
  frames.count++;
  if (!plays) settle();
}

/** Brings up to date what stays the same while the player runs. */
function settle() {
  if (frames.count === 0) return;
  for (const panel of panels) panel.settle();
  const state = plays ? "Playing" : "Standing";
  const summary = panels.map((panel) => panel.summary).join("; ");
  byId("said").textContent =
    `${state} at ${byId("position").textContent.toLowerCase()}. ${summary}`;
}

function showLoaded({ name, operationCount, line }) {
  loaded = { name, operationCount };
  document.title = `${name}: the heap map`;
  const select = byId("trace");
  select.querySelector("[data-own]")?.remove();
  if (!traces.some((trace) => trace.name === name)) {
    const own = new Option(name, "");
    own.dataset.own = "";
    select.prepend(own);
    select.value = "";
  } else select.value = name;
  byId("where").max = operationCount;
  const pages = line.pages.map((counts) => counts.map((count) => count * pageBytes));
  const series = [
    { label: "asked for", colour: "--live" },
    { label: `heap of ${engines[0].title}`, colour: "--heap" },
    ...engines.map(({ title, colour }) => ({
      ...{ label: `pages of ${title}`, colour, dash: [3, 4] },
    })),
  ];
  showSeries(byId("series"), series);
  timeline.show([line.operations, line.live, line.heap, ...pages], series);
  const room = Math.max(...line.pages.flat());
  for (const panel of panels) {
    panel.room = room;
    panel.forget();
  }
  seek(0);
  if (!reducedMotion.matches) play(true);
}

/** Says in one sentence what cannot be done; everything else stays as it was. */
function refuse(sentence) {
  byId("notice").textContent = sentence;
  byId("notice").hidden = false;
}

// --- the player ----------------------------------------------------------------------------------

/** Asks for a frame; while as many are awaited as may be, only the latest wish counts. */
function seek(operation) {
  wanted = Math.min(Math.max(operation, 0), loaded.operationCount);
  waits = awaited === mostAwaited;
  if (waits) return;
  awaited++;
  worker.postMessage({ seek: wanted });
}

function play(toPlay) {
  if (plays === toPlay || loaded === undefined) return;
  plays = toPlay;
  byId("play").textContent = plays ? "Pause" : "Play";
  if (plays) {
    if (wanted === loaded.operationCount) seek(0);
    for (const details of document.querySelectorAll("details")) details.open = false;
    requestAnimationFrame(nextFrame);
  }
  settle();
}

let lastFrame = 0;
let owed = 0;
function nextFrame(now) {
  if (!plays) return;
  requestAnimationFrame(nextFrame);
  const seconds = Math.min(now - lastFrame, 100) / 1000;
  lastFrame = now;
  owed += seconds * Number(byId("speed").value);
  if (awaited === mostAwaited || owed < 1) return;
  const operations = Math.floor(owed);
  owed -= operations;
  seek(wanted + operations);
}

worker.onmessage = ({ data }) => {
  if (data.refused !== undefined) refuse(data.refused);
  if (data.loaded !== undefined) showLoaded(data.loaded);
  if ("found" in data) finds.shift()(data.found);
  if (data.frame === undefined) return;
  awaited--;
  showFrame(data.frame);
  if (waits) seek(wanted);
  else if (plays && position === loaded.operationCount) play(false);
};

async function load(name, read) {
  play(false);
  byId("notice").hidden = true;
  try {
    const bytes = await read();
    worker.postMessage({ load: { name, bytes } }, [bytes.buffer]);
  } catch (failure) {
    refuse(`${name}: it could not be read: ${failure.message}`);
  }
}

const openFile = (file) => load(file.name, async () => new Uint8Array(await file.arrayBuffer()));

const openTrace = ({ name, address }) =>
  load(name, async () => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${address} was answered with ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  });

// --- what the reader does ------------------------------------------------------------------------

for (const { name } of traces) byId("trace").add(new Option(name, name));
for (const speed of speeds) {
  byId("speed").add(new Option(`${number(speed)} operations a second`, speed));
}
byId("speed").value = firstSpeed;

byId("trace").onchange = ({ target }) => {
  const trace = traces.find(({ name }) => name === target.value);
  if (trace !== undefined) openTrace(trace);
};
byId("file").onchange = ({ target }) => {
  if (target.files.length > 0) openFile(target.files[0]);
  target.value = "";
};
byId("play").onclick = () => play(!plays);
byId("step").onclick = () => {
  play(false);
  seek(wanted + 1);
};
byId("where").oninput = ({ target }) => {
  play(false);
  seek(Number(target.value));
};

document.body.ondragover = (event) => {
  event.preventDefault();
  document.body.classList.add("drop");
};
document.body.ondragleave = () => document.body.classList.remove("drop");
document.body.ondrop = (event) => {
  event.preventDefault();
  document.body.classList.remove("drop");
  const [file] = event.dataTransfer.files;
  if (file === undefined) refuse("What was dropped is no file; a trace is one.");
  else openFile(file);
};

// --- what the surroundings do --------------------------------------------------------------------

function chooseTheme() {
  showMapLegend(byId("legend"), dark.matches ? "dark" : "light");
  timeline.redraw();
}
dark.addEventListener("change", chooseTheme);
reducedMotion.addEventListener("change", () => reducedMotion.matches && play(false));

/** For measuring (`make map-speed`). */
window.heapMapFrames = frames;

try {
  worker.postMessage({ modules: await fetchModules() });
  byId("app").hidden = false;
  chooseTheme();
  openTrace(traces.find(({ name }) => name === firstTrace));
} catch (failure) {
  refuse(failure.message);
}
