// The heap map (map/), built and opened in both browsers: what it plays and shows, its figures beside those of
// the heap itself, what it says of files that are no traces, who can use it, and `attach` in another page. What
// only Chromium can be told to pretend (themes, motion) is tested there. The screenshots of the last tests stay
// in build/map/screenshots/.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Blocks, runOperations } from "../bench/replay.js";
import { readTrace } from "../bench/trace.js";
import { bytes } from "../map/sentences.js";
import { alloc, buildStream, buildTrace, free } from "../tests-js/support/trace-builder.js";
import { InspectedHeap } from "../tests-js/support/inspected-heap.js";
import { inRepository } from "../tools/paths.js";
import { mapPage } from "./map/page.js";
import { tool } from "./package/project.js";

const traceName = "w32-rust-json";
const trace = readTrace(
  readFileSync(inRepository(`bench/traces/${traceName}.trace.gz`)),
  traceName,
);
const screenshots = inRepository("build/map/screenshots");

/** Plays the first operations of the trace, and returns what the heap and the player then know. */
function playedTo(name, operation) {
  const module = new WebAssembly.Module(readFileSync(inRepository(`dist/${name}.wasm`)));
  const { exports } = new WebAssembly.Instance(module);
  const blocks = new Blocks(exports, trace.handleCount);
  runOperations(trace, blocks, 0, operation);
  const pages = exports.memory.buffer.byteLength / 65536;
  const live = [...blocks.sizes.keys()].filter((handle) => blocks.sizes[handle] > 0);
  const asked = live.reduce((sum, handle) => sum + blocks.sizes[handle], 0);
  return { exports, blocks, pages, live, asked };
}

/** The longest of the blocks of granary that live after a thousand operations. */
const blockAtThousand = (() => {
  const { blocks, live } = playedTo("granary-inspect", 1000);
  const longest = live.reduce((most, each) =>
    blocks.sizes[each] > blocks.sizes[most] ? each : most,
  );
  return { address: blocks.addresses[longest], length: blocks.sizes[longest] };
})();

describe("the heap map", () => {
  let page;
  before(async () => {
    tool("interop/node_modules/axe-core/axe.min.js", "npm ci in interop/");
    mkdirSync(screenshots, { recursive: true });
    page = await mapPage();
  });
  after(() => page?.close());

  for (const browser of ["chromium", "firefox"]) {
    test(`plays from the beginning, stands, steps, and goes where its time line is pressed, in ${browser}`, async () => {
      const value = await page.inPage(
        `await pass(600, () => position() > 0);
        const began = plays();
        await stop();
        const stood = position();
        await pass(20);
        const stands = position() === stood;
        byId("step").click();
        await pass(60, () => position() !== stood);
        const stepped = position() - stood;
        byId("play").click();
        await pass(600, () => position() > stood + 10);
        const again = plays();
        await stop();
        const line = document.querySelector(".u-over").getBoundingClientRect();
        await drive("mouse.click", line.left + line.width / 2, line.top + 40);
        const half = Number(byId("where").max) / 2;
        const near = () => Math.abs(position() - half) < half / 50;
        await pass(600, near);
        return { trace: byId("trace").value, began, stands, stepped, again, line: near() };`,
        browser,
      );
      assert.deepEqual(value, {
        ...{ trace: traceName, began: true, stands: true, stepped: 1, again: true, line: true },
      });
    });

    test(`shows figures, added up from what it draws, that are those of the heap, in ${browser}`, async () => {
      const operations = [0, 1000, 175_000, 30_000, trace.operationCount];
      const keys = ["heapBytes", "liveBytes", "freeBytes", "freeSlotBytes", "largestFreeBytes"];
      const shown = await page.inPage(
        `await stop();
        const shown = [];
        for (const operation of ${JSON.stringify(operations)}) {
          await go(operation);
          const heap = ${JSON.stringify(keys)}.map((key) => [figure(key), textOf(key)]);
          const each = [0, 1].map((panel) =>
            ["pages", "asked-blocks", "asked-bytes"].map((key) => figure(key, panel)));
          shown.push({ heap, each });
        }
        return shown;`,
        browser,
      );
      for (const [index, operation] of operations.entries()) {
        const engines = ["granary-inspect", "classic"].map((name) => playedTo(name, operation));
        const stats = InspectedHeap.of(engines[0].exports).stats();
        const expected = keys.map((name) => [stats[name], bytes(stats[name])]);
        assert.deepEqual(shown[index].heap, expected, `operation ${operation}`);
        assert.deepEqual(
          shown[index].each,
          engines.map(({ pages, live, asked }) => [pages, live.length, asked]),
          `operation ${operation}`,
        );
      }
    });

    test(`says in one sentence what is wrong with a dropped file, and plays on, in ${browser}`, async () => {
      const sound = buildTrace([alloc(0, 100), alloc(1, 5000), free(0)]);
      const files = {
        "picture.png": [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
        "empty.trace": [],
        "cut.trace.gz": [...sound.subarray(0, sound.length - 12)],
        "damaged.trace.gz": [...sound].map((byte, index) => (index > 15 ? byte ^ 0x55 : byte)),
        "text.gz": [...gzipSync("no trace")],
        "twice.trace": [...buildStream([alloc(0, 100), free(0), free(0)])],
        "longer.trace": [...buildStream([alloc(0, 100)], { operationCount: 9 })],
        // Two blocks for which a memory of 4 GiB has room only without anything beside them.
        "too-large.trace": [...buildStream([alloc(0, 0x7fff_0000), alloc(1, 0x7fff_0000)])],
      };
      const { said, usable, played, own } = await page.inPage(
        `await stop();
        const said = {};
        for (const [name, bytes] of Object.entries(${JSON.stringify(files)})) {
          drop(name, bytes);
          await pass(600, () => !byId("notice").hidden && text("notice").startsWith(name));
          said[name] = byId("notice").checkVisibility() ? text("notice") : "nothing";
        }
        const before = position();
        const usable = byId("step").checkVisibility();
        byId("step").click();
        await pass(600, () => position() > before);
        const played = position() - before;
        drop("my own.trace.gz", ${JSON.stringify([...sound])});
        await pass(600, () => Number(byId("where").max) === 3);
        await stop();
        await go(2);
        const own = {
          name: byId("trace").selectedOptions[0].textContent, notice: byId("notice").hidden,
          bytes: figure("asked-bytes"),
        };
        return { said, usable, played, own };`,
        browser,
      );
      for (const name of Object.keys(files)) {
        assert.match(said[name], new RegExp(`^${name}: [^\n]+$`), name);
      }
      assert.match(said["picture.png"], /neither gzip nor a trace; the file begins with/);
      assert.match(said["cut.trace.gz"], /damaged or cut short/);
      assert.match(said["twice.trace"], /free of handle 0, which has no block/);
      assert.match(said["too-large.trace"], /an engine could not play it: out of memory/);
      assert.equal(usable, true);
      assert.equal(played, 1, "the trace before plays on");
      assert.deepEqual(own, { name: "my own", notice: true, bytes: 5100 });
    });

    test(`tells by keyboard what lies where, from below to above, in ${browser}`, async () => {
      const { addresses, last, stopped, found, wrong } = await page.inPage(
        `await go(40_000);
        byId("play").click();
        const canvas = all("canvas").find((each) => each.getAttribute("role") === "slider");
        canvas.focus();
        const addresses = [];
        for (let count = 0; count < 40; count++) {
          const before = canvas.getAttribute("aria-valuenow");
          await drive("keyboard.press", count === 0 ? "Home" : "ArrowRight");
          await pass(60, () => canvas.getAttribute("aria-valuenow") !== before);
          addresses.push(Number(canvas.getAttribute("aria-valuenow")));
        }
        const stopped = !plays();
        await drive("keyboard.press", "End");
        await pass(30);
        const last = canvas.getAttribute("aria-valuetext");
        await go(1000);
        const input = document.querySelectorAll(".panel form input")[0];
        input.value = "${blockAtThousand.address + 1}";
        input.form.requestSubmit();
        await pass(30, () => chosen().includes("block of"));
        const found = chosen();
        input.value = "0xffffffff";
        input.form.requestSubmit();
        await pass(10);
        return { addresses, last, stopped, found, wrong: chosen() };`,
        browser,
      );
      assert.equal(stopped, true, "who looks stops the player");
      assert.deepEqual(
        addresses,
        Array.from({ length: 40 }, (_, index) => index + 1),
      );
      assert.match(last, /^0x[0-9a-f]+, page \d+: the span table, /);
      const { address, length } = blockAtThousand;
      const size = `block of ${length.toLocaleString("en")} bytes`;
      assert.ok(found.startsWith(`0x${address.toString(16)}, page `), found);
      assert.ok(found.includes(`: ${size}, allocated by operation `), found);
      assert.match(wrong, /^0xffffffff is no address of this memory; 0 to 0x[0-9a-f]+ are\.$/);
    });

    test(`tells what lies under the pointer in ${browser}`, async () => {
      const { said, pages } = await page.inPage(
        `await stop();
        await go(175_000);
        const box = all(".panel canvas")[0].getBoundingClientRect();
        const said = [];
        for (const [x, y] of [[2, 2], [box.width / 2, 60], [box.width / 3, 120]]) {
          await drive("mouse.move", box.left + x, box.top + y);
          await pass(20);
          said.push(chosen());
        }
        return { said, pages: figure("pages") };`,
        browser,
      );
      assert.match(said[0], /^0x[0-9a-f]+, page 1: the data of the module, /);
      for (const sentence of said) {
        const [, address, number] = /^(0x[0-9a-f]+), page (\d+): ./.exec(sentence);
        assert.equal(Math.floor(Number(address) / 65536) + 1, Number(number), sentence);
        assert.ok(Number(number) <= pages);
      }
      assert.equal(new Set(said).size, 3, "different places");
    });

    test(`attaches to any instance that can be inspected, in another page, in ${browser}`, async () => {
      const value = await page.inPage(
        `await stop();
        document.body.replaceChildren(document.createElement("canvas"));
        const canvas = document.querySelector("canvas");
        canvas.style = "width: 600px; height: 200px";
        const { attach } = await import("./attach.js");
        const fetched = await fetch("/dist/granary-checked.wasm");
        const { instance } = await WebAssembly.instantiate(await fetched.arrayBuffer());
        const { memory, alloc, free } = instance.exports;
        let sentence;
        const map = attach(instance.exports, memory, canvas, {
          onChoose: (said) => (sentence = said),
          blockAt: (address) => ({ address, length: 100, caller: "by loadTexture" }),
        });
        const blocks = [];
        const results = [];
        const keys = ["heapBytes", "liveBytes", "freeBytes", "liveBlockCount", "largestFreeBytes"];
        for (let round = 0; round < 20; round++) {
          for (let count = 0; count < 300; count++) blocks.push(alloc(0, 100, 4, 0) >>> 0);
          if (round % 5 === 0) memory.grow(1);
          for (const block of blocks.splice(0, 100)) free(0, block, 100, 4, 0);
          const stats = map.update();
          const figures = map.figures();
          results.push(keys.filter((key) => stats[key] !== figures[key]));
        }
        let puts = 0;
        const context = canvas.getContext("2d");
        const put = context.putImageData.bind(context);
        context.putImageData = (...words) => { puts++; put(...words); };
        map.update();
        const idle = puts;
        alloc(0, 100_000, 4, 0);
        map.update();
        await map.lookAt(blocks[0]);
        let refused;
        try { attach({}, memory, canvas); } catch (error) { refused = error.message; }
        map.detach();
        return { wrong: results.flat(), idle, some: puts > 0, sentence, refused };`,
        browser,
      );
      assert.deepEqual(
        { ...value, sentence: "", refused: "" },
        {
          ...{ wrong: [], idle: 0, some: true, sentence: "", refused: "" },
        },
      );
      assert.match(value.sentence, /: block of 100 bytes, by loadTexture; in a span of slots of /);
      assert.match(value.refused, /^exports: stats and walk missing; [^\n]+$/);
    });
  }

  test("has the picture as tables, whose sums are the figures, and which stop the player", async () => {
    const { sums, figures, stopped } = await page.inPage(
      `await go(40_000);
      byId("play").click();
      const panel = document.querySelector(".panel");
      for (const details of panel.querySelectorAll("details")) details.open = true;
      await pass(600, () => !plays());
      const stopped = !plays();
      await pass(60);
      const column = (kind, index) => [...panel.querySelectorAll("." + kind + " tbody tr")]
        .reduce((sum, { cells }) => sum + Number(cells[index].textContent.replaceAll(",", "")), 0);
      return {
        stopped,
        sums: { pages: panel.querySelectorAll(".pages tbody tr").length, live: column("pages", 1),
          slots: column("classes", 2) },
        figures: { pages: figure("pages"), live: figure("liveBytes"), blocks: figure("asked-blocks") },
      };`,
    );
    assert.equal(stopped, true);
    assert.equal(sums.pages, figures.pages);
    // Each page's bytes are rounded.
    assert.ok(Math.abs(sums.live - figures.live) <= figures.pages, `${sums.live} ${figures.live}`);
    assert.ok(sums.slots > 0 && sums.slots <= figures.blocks);
  });

  test("says where the player stands and what the heaps have when the reader stops it", async () => {
    const value = await page.inPage(
      `await pass(600, () => position() > 0);
      const running = text("said");
      await pass(30);
      const same = text("said") === running;
      await stop();
      return { same, stopped: text("said"), role: byId("said").getAttribute("role") };`,
    );
    assert.equal(value.same, true);
    assert.equal(value.role, "status");
    assert.match(
      value.stopped,
      /^Standing at operation [\d,]+ of [\d,]+\. granary: \d+ pages, [\d,]+ blocks with .+; classic: /,
    );
  });

  test("stands still for readers who ask for less motion", async () => {
    const value = await page.inPage(
      `await pretend("reduced-motion", "reduce");
      await pass(600, () => !plays());
      const frame = document.createElement("iframe");
      frame.src = location.href;
      document.body.append(frame);
      const inside = (id) => frame.contentDocument?.getElementById(id);
      await pass(1200, () => inside("position")?.textContent.startsWith("Operation"));
      await pass(30);
      return [plays(), inside("play").textContent, inside("where").value];`,
    );
    assert.deepEqual(value, [false, "Play", "0"]);
  });

  for (const theme of ["light", "dark"]) {
    for (const [size, width, height] of [
      ["wide", 1280, 1400],
      ["narrow", 390, 2400],
    ]) {
      test(`gives axe nothing to find in the ${theme} theme on a ${size} screen`, async () => {
        const { found, overflow } = await page.inPage(
          `await pretend("color-scheme", "${theme}");
          await drive("setViewport", { width: ${width}, height: ${height} });
          await stop();
          await go(175_000);
          const script = document.createElement("script");
          script.src = "/interop/node_modules/axe-core/axe.min.js";
          document.head.append(script);
          await new Promise((loaded) => (script.onload = loaded));
          const found = [];
          const look = async () => {
            const { violations } = await axe.run();
            found.push(...violations.map(({ id, nodes }) => id + ": " + nodes[0].html));
          };
          await look();
          byId("notice").hidden = false;
          byId("notice").textContent = "file: what is wrong with it";
          for (const details of all("details")) details.open = true;
          document.querySelector(".above").click();
          await pass(30);
          await look();
          for (const details of all("details")) details.open = false;
          byId("notice").hidden = true;
          const overflow = document.documentElement.scrollWidth - innerWidth;
          for (let count = 0; count < 60; count++) document.querySelector(".above").click();
          await pass(30);
          return { found, overflow };`,
          "chromium",
          `${screenshots}/${theme}-${size}.png`,
        );
        assert.deepEqual(found, []);
        assert.ok(overflow <= 0, "nothing reaches over the edge");
      });
    }
  }
});
