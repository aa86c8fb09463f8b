// The controls of the page. The program runs from the beginning; for readers who asked for less motion it has
// run already and stands still, and then it moves once a second.
//
// The picture and the figures follow every change. What is said (to screen readers) and written into the table
// changes only when the reader does something, because nobody could follow a run. Whoever looks at one block
// or at the table stops the run.

import { Blocks, maximumPages, pageSize, partsOf } from "./blocks.js";
import { lengths, Picture } from "./picture.js";

const byId = (id) => document.getElementById(id);
const number = (value) => value.toLocaleString("en");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

const blocks = await Blocks.create().catch((failure) => {
  window.explain(failure);
  throw failure;
});
/** @type {import("./blocks.js").Block | undefined} */
let chosen;
let runs = false;

byId("app").hidden = false;
const swatches = lengths.map(({ name }, index) => {
  const swatch = document.createElement("span");
  swatch.className = `swatch length-${index}`;
  const item = document.createElement("li");
  item.append(swatch, name);
  byId("legend").append(item);
  return swatch;
});
const picture = new Picture(byId("memory"), swatches);

// --- what the page shows -------------------------------------------------------------------------

/** Draws what is there, as often as it changes. */
function show() {
  if (!blocks.live.includes(chosen)) chosen = undefined;
  picture.draw(blocks, chosen);
  byId("blocks").textContent = number(blocks.live.length);
  byId("bytes").textContent = number(blocks.bytes);
  byId("pages").textContent = `${blocks.pages} of ${maximumPages}`;
  byId("refused").textContent = number(blocks.refused);
  byId("chosen").textContent =
    chosen === undefined
      ? "Choose a block in the picture, with the slider or with the buttons beside it."
      : describe(chosen, blocks.inOrder());
}

function describe(block, inOrder) {
  const { pointer, length } = block;
  const pages = [...partsOf(block)].map(({ page }) => page + 1);
  const where = pages.length > 1 ? `pages ${pages[0]} to ${pages.at(-1)}` : `page ${pages[0]}`;
  const place = `${number(inOrder.indexOf(block) + 1)} of ${number(inOrder.length)}`;
  return `Block ${place}: ${number(length)} bytes at 0x${pointer.toString(16)}, ${where}`;
}

/** Brings up to date what stays the same during a run. */
function settle() {
  show();
  chooseInSlider();
  fillTable();
  byId("said").textContent =
    `${runs ? "Running" : "Stopped"}: ${number(blocks.live.length)} blocks with ` +
    `${number(blocks.bytes)} bytes in ${blocks.pages} of ${maximumPages} pages, ` +
    `${number(blocks.refused)} refused`;
}

function chooseInSlider() {
  const inOrder = blocks.inOrder();
  const slider = byId("which");
  for (const id of ["which", "previous", "next"]) byId(id).disabled = inOrder.length === 0;
  slider.max = Math.max(inOrder.length, 1);
  slider.value = inOrder.indexOf(chosen) + 1;
  const said = chosen === undefined ? "No block is chosen" : describe(chosen, inOrder);
  slider.setAttribute("aria-valuetext", said);
}

function fillTable() {
  const pages = Array.from({ length: blocks.pages }, () => ({ begin: 0, bytes: 0 }));
  for (const block of blocks.live) {
    pages[Math.floor(block.pointer / pageSize)].begin++;
    for (const { page, from, to } of partsOf(block)) pages[page].bytes += to - from;
  }
  const rows = pages.map(({ begin, bytes }, page) => {
    const row = document.createElement("tr");
    const heading = document.createElement("th");
    heading.scope = "row";
    heading.textContent = page + 1;
    row.append(heading);
    for (const value of [begin, bytes]) row.insertCell().textContent = number(value);
    return row;
  });
  byId("rows").replaceChildren(...rows);
}

// --- what the reader does ------------------------------------------------------------------------

function run(toRun) {
  if (runs === toRun) return;
  runs = toRun;
  byId("run").setAttribute("aria-pressed", String(runs));
  if (runs) {
    byId("table").open = false;
    nextStep();
  }
  settle();
}

function nextStep() {
  const step = () => {
    if (!runs) return;
    blocks.step();
    show();
    nextStep();
  };
  if (reducedMotion.matches) setTimeout(step, 1000);
  else requestAnimationFrame(step);
}

function choose(block) {
  run(false);
  chosen = block ?? chosen;
  show();
  chooseInSlider();
}

/** Chooses the block that lies so many blocks above the chosen one, and says which it is. */
function chooseNext(distance) {
  run(false);
  const inOrder = blocks.inOrder();
  const from = chosen === undefined ? (distance > 0 ? -1 : 0) : inOrder.indexOf(chosen);
  choose(inOrder.at((from + distance) % inOrder.length));
  byId("said").textContent = byId("chosen").textContent;
}

const press = (id, change) => {
  byId(id).onclick = () => {
    change();
    settle();
  };
};
press("allocate", () => blocks.allocate(100));
press("free", () => blocks.freeRandom(Math.ceil(blocks.live.length / 2)));
press("clear", () => blocks.freeRandom(blocks.live.length));
byId("run").onclick = () => run(!runs);
byId("previous").onclick = () => chooseNext(-1);
byId("next").onclick = () => chooseNext(1);
byId("which").onfocus = () => choose(chosen ?? blocks.inOrder()[0]);
byId("which").oninput = ({ target }) => choose(blocks.inOrder()[target.value - 1]);
byId("table").ontoggle = ({ target }) => target.open && run(false);
byId("memory").onpointerdown = (event) => choose(picture.blockAt(blocks, event));
byId("memory").onpointermove = (event) => {
  if (!runs) choose(picture.blockAt(blocks, event));
};

// --- what the surroundings do --------------------------------------------------------------------

new ResizeObserver(show).observe(byId("memory"));
matchMedia("(prefers-color-scheme: dark)").onchange = () => {
  picture.readColours();
  show();
};
reducedMotion.onchange = () => reducedMotion.matches && run(false);
/** A window that comes to another screen may keep its size. */
(function watchPixelRatio() {
  show();
  const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  query.addEventListener("change", watchPixelRatio, { once: true });
})();

for (let step = 0; step < 15; step++) blocks.step();
if (reducedMotion.matches) settle();
else run(true);
