// Puts the text into a shared heap, has workers count its words, and reads what they answer: blocks that
// they allocated, and that the page frees.

import { SharedHeap } from "granary";

const byId = (id) => document.getElementById(id);
const workerCount = 3;

const heap = await SharedHeap.create({ maximumPages: 1024 });
const workers = Array.from({ length: workerCount }, () => {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  // Import maps are for pages, so the worker is told where the package lies.
  worker.postMessage({ package: import.meta.resolve("granary"), shared: heap.share() });
  return worker;
});

const answerOf = (worker) =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });

/** @returns {Promise<Map<string, number>>} */
async function counted(text) {
  const parts = split(text.split(/\s+/), workerCount).map((words) => words.join(" "));
  const answers = parts.map((part, i) => {
    const pointer = heap.allocString(part);
    // The worker ends this block; a block is in the books of one thread at a time.
    workers[i].postMessage({ block: { pointer, ...heap.disown(pointer) } });
    return answerOf(workers[i]);
  });
  const all = new Map();
  for (const { pointer, length, alignment } of await Promise.all(answers)) {
    heap.adopt(pointer, length, { alignment });
    for (const [word, count] of JSON.parse(heap.readString(pointer))) {
      all.set(word, (all.get(word) ?? 0) + count);
    }
    heap.free(pointer);
  }
  return all;
}

/** Returns so many parts, of about the same length. */
function split(items, count) {
  const size = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}

byId("text").value = "to be or not to be that is the question to be answered ".repeat(2000);
byId("count").onclick = async () => {
  const words = [...(await counted(byId("text").value))];
  words.sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const items = words.slice(0, 10).map(([word, count]) => {
    const item = document.createElement("li");
    item.textContent = `${word}: ${count.toLocaleString("en")}`;
    return item;
  });
  byId("words").replaceChildren(...items);
};
byId("count").dataset.ready = "yes";
