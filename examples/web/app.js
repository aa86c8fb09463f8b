// Allocates and frees blocks of random lengths, and draws where they lie: a line of the canvas is one
// page, and a pixel is 64 bytes.

import { Heap } from "granary";

const pageSize = 65536;
const maximumPages = 16;
const bytesPerPixel = 64;
const lineHeight = 24;

/** Colours, each with the length in bytes of its longest block. */
const colours = [
  { upTo: 64, colour: "#f2c14e", name: "to 64 bytes" },
  { upTo: 512, colour: "#e08a3c", name: "512 bytes" },
  { upTo: 2048, colour: "#6fa85a", name: "2 KiB" },
  { upTo: 8192, colour: "#2f8f8b", name: "8 KiB" },
  { upTo: Infinity, colour: "#3f5f9e", name: "more" },
];

const byId = (id) => document.getElementById(id);
const canvas = byId("memory");
const context = canvas.getContext("2d");
canvas.width = pageSize / bytesPerPixel;
canvas.height = maximumPages * lineHeight;

const heap = await Heap.create({ maximumPages });
const live = [];
let refused = 0;

/** Returns 8 bytes to 32 KiB; each doubling is rarer than the one before. */
function randomLength() {
  return Math.floor(8 * 2 ** (12 * Math.random() ** 2));
}

function allocate(count) {
  for (let i = 0; i < count; i++) {
    const length = randomLength();
    const pointer = heap.tryAlloc(length);
    if (pointer === null) refused++;
    else live.push({ pointer, length });
  }
}

function freeRandom(count) {
  for (let i = 0; i < count; i++) {
    const index = Math.floor(Math.random() * live.length);
    const [{ pointer }] = live.splice(index, 1);
    heap.free(pointer);
  }
}

function draw() {
  const free = getComputedStyle(document.documentElement).getPropertyValue("--free");
  const pages = heap.memory.buffer.byteLength / pageSize;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = resolved(free);
  for (let page = 0; page < pages; page++) {
    context.fillRect(0, page * lineHeight + 1, canvas.width, lineHeight - 2);
  }
  for (const { pointer, length } of live) {
    context.fillStyle = colours.find(({ upTo }) => length <= upTo).colour;
    for (const { page, from, to } of linesOf(pointer, length)) {
      // The stripe is a little shorter than the block, so that blocks side by side can be told apart.
      context.fillRect(from, page * lineHeight + 1, Math.max(to - from - 0.5, 0.5), lineHeight - 2);
    }
  }
  const bytes = live.reduce((sum, { length }) => sum + length, 0);
  byId("blocks").textContent = live.length.toLocaleString("en");
  byId("bytes").textContent = bytes.toLocaleString("en");
  byId("pages").textContent = `${pages} of ${maximumPages}`;
  byId("refused").textContent = refused.toLocaleString("en");
}

/** Yields the stripes of a block in pixels, one for each page that it touches. */
function* linesOf(pointer, length) {
  for (let from = pointer; from < pointer + length;) {
    const page = Math.floor(from / pageSize);
    const to = Math.min(pointer + length, (page + 1) * pageSize);
    const pixel = (address) => (address - page * pageSize) / bytesPerPixel;
    yield { page, from: pixel(from), to: pixel(to) };
    from = to;
  }
}

/** Resolves light-dark(), which a canvas does not know, as the colour of an element. */
function resolved(colour) {
  canvas.style.color = colour;
  return getComputedStyle(canvas).color;
}

function act(change) {
  change();
  draw();
}

byId("allocate").onclick = () => act(() => allocate(100));
byId("free").onclick = () => act(() => freeRandom(Math.ceil(live.length / 2)));
byId("clear").onclick = () => act(() => freeRandom(live.length));

byId("run").onclick = ({ target }) => {
  const runs = target.getAttribute("aria-pressed") !== "true";
  target.setAttribute("aria-pressed", String(runs));
  const step = () => {
    if (target.getAttribute("aria-pressed") !== "true") return;
    act(() => {
      allocate(20);
      freeRandom(Math.floor(live.length / 40));
    });
    requestAnimationFrame(step);
  };
  if (runs) step();
};

canvas.onmousemove = ({ offsetX, offsetY }) => {
  const scale = canvas.width / canvas.clientWidth;
  const page = Math.floor((offsetY * scale) / lineHeight);
  const address = page * pageSize + offsetX * scale * bytesPerPixel;
  const under = live.find(
    ({ pointer, length }) => pointer <= address && address < pointer + length,
  );
  byId("under").textContent = under
    ? `A block of ${under.length} bytes at 0x${under.pointer.toString(16)}`
    : "No block here.";
};

for (const { colour, name } of colours) {
  const item = document.createElement("span");
  item.style.setProperty("--colour", colour);
  item.textContent = name;
  byId("legend").append(item);
}
draw();
