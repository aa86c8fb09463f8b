// Who can use the page of examples/web: readers with a keyboard, a finger, a screen reader, less motion or
// another theme. What only Chromium can be told to pretend (themes, motion, touch) is tested there.

import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { tool } from "./package/project.js";
import { webPage } from "./package/web-page.js";

describe("the page of examples/web", () => {
  let page;
  before(async () => {
    page = await webPage();
    const axe = tool("interop/node_modules/axe-core/axe.min.js", "npm ci in interop/");
    copyFileSync(axe, join(page.folder, "axe.js"));
  });
  after(() => page?.close());

  for (const browser of ["chromium", "firefox"]) {
    test(`reaches every block by keyboard, from the lowest to the highest, in ${browser}`, async () => {
      const { total, stopped, places, addresses } = await page.inPage(
        `dozen();
        for (let i = 0; i < 20 && document.activeElement !== byId("which"); i++) {
          await drive("keyboard.press", "Tab");
        }
        const chosen = [byId("which").getAttribute("aria-valuetext")];
        const total = count("blocks");
        while (chosen.length < total) {
          await drive("keyboard.press", "ArrowRight");
          chosen.push(byId("which").getAttribute("aria-valuetext"));
        }
        byId("run").focus();
        press("run");
        while (document.activeElement !== byId("which")) await drive("keyboard.press", "Tab");
        const stopped = !runs();
        const part = (pattern) => chosen.map((line) => pattern.exec(line)?.[1]);
        return { total, stopped, places: part(/^Block (\\d+) of/), addresses: part(/ at (0x\\w+)/) };`,
        browser,
      );
      assert.equal(stopped, true, "whoever comes to the slider stops the run");
      assert.deepEqual(
        places.map(Number),
        Array.from({ length: total }, (_, index) => index + 1),
      );
      const numbers = addresses.map(Number);
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((one, other) => one - other),
      );
    });
  }

  test("reaches every block with the buttons for fingers, and around", async () => {
    const { total, places } = await page.inPage(
      `dozen();
      const total = count("blocks");
      const places = [];
      const place = () => Number(/^Block (\\d+) of/.exec(text("said"))?.[1]);
      for (let i = 0; i <= total; i++) { press("next"); places.push(place()); }
      press("previous");
      places.push(place());
      return { total, places };`,
    );
    const all = Array.from({ length: total }, (_, index) => index + 1);
    assert.deepEqual(places, [...all, 1, total]);
  });

  test("chooses the block that a finger touches, and stops the run", async () => {
    const { wanted, other, touched, stopped } = await page.inPage(
      `stop();
      press("clear");
      press("allocate");
      const lengthOf = (said) => Number(/ ([\\d,]+) bytes/.exec(said)[1].replaceAll(",", ""));
      const said = () => (press("next"), text("said"));
      const all = Array.from({ length: count("blocks") }, said);
      // The longest one, which a finger cannot miss.
      const wanted = all.reduce((most, each) => (lengthOf(each) > lengthOf(most) ? each : most));
      const address = / at (0x\\w+)/.exec(wanted)[1];
      while (said() !== wanted);
      press("previous");
      const other = text("chosen");
      const canvas = byId("memory").getBoundingClientRect();
      const [page, offset] = [Math.floor(address / 65536), address % 65536];
      const middle = offset + lengthOf(wanted) / 2;
      await drive(
        "touchscreen.tap",
        canvas.left + 1 + (Math.min(middle, 65535) / 65536) * (canvas.width - 2),
        canvas.top + ((page + 0.5) / 16) * canvas.height,
      );
      await pass(600, () => text("chosen") !== other);
      const touched = text("chosen");
      press("run");
      await drive("touchscreen.tap", canvas.left + 100, canvas.top + 10);
      await pass(600, () => !runs());
      return { wanted, other, touched, stopped: !runs() };`,
    );
    assert.notEqual(other, wanted);
    assert.equal(touched, wanted);
    assert.equal(stopped, true);
  });

  test("names its picture and says the figures after what the reader does, not while it runs", async () => {
    const value = await page.inPage(
      `const atFirst = text("said");
      const blocks = count("blocks");
      await pass(600, () => count("blocks") > blocks + 100);
      const running = text("said");
      press("run");
      const stopped = text("said");
      press("clear");
      return {
        name: byId("memory").getAttribute("aria-label"),
        role: byId("memory").getAttribute("role"),
        described: byId("memory").getAttribute("aria-describedby"),
        live: byId("said").getAttribute("role"),
        atFirst, running, stopped, cleared: text("said"),
      };`,
    );
    assert.equal(value.role, "img");
    assert.equal(value.name, "The blocks in the memory, a line for each page");
    assert.equal(value.described, "said");
    assert.equal(value.live, "status");
    assert.match(
      value.atFirst,
      /^Running: \d+ blocks with [\d,]+ bytes in \d+ of 16 pages, 0 refu/,
    );
    assert.equal(value.running, value.atFirst);
    assert.match(value.stopped, /^Stopped: /);
    assert.match(value.cleared, /^Stopped: 0 blocks with 0 bytes in /);
  });

  test("has the picture as a table, whose sums are the figures, and which stops the run", async () => {
    const value = await page.inPage(
      `byId("table").open = true;
      await pass(600, () => !runs());
      const column = (index) => [...byId("rows").rows]
        .map(({ cells }) => Number(cells[index].textContent.replaceAll(",", "")))
        .reduce((sum, value) => sum + value, 0);
      return [runs(), [column(1), column(2)], [count("blocks"), count("bytes")]];`,
    );
    const [running, sums, figures] = value;
    assert.equal(running, false);
    assert.deepEqual(sums, figures);
  });

  for (const theme of ["light", "dark"]) {
    test(`gives axe nothing to find in the ${theme} theme, on a wide and a narrow screen`, async () => {
      const value = await page.inPage(
        `await pretend("color-scheme", "${theme}");
        const script = document.createElement("script");
        script.src = "axe.js";
        document.head.append(script);
        await new Promise((loaded) => (script.onload = loaded));
        const found = [];
        const look = async () => {
          const { violations, passes } = await axe.run();
          const rules = (list) => list.map(({ id, nodes }) => id + ": " + nodes[0].html);
          found.push({ violations: rules(violations), contrast: rules(passes).join().includes("color-contrast") });
        };
        for (const width of [1100, 360]) {
          await drive("setViewport", { width, height: 800 });
          await look();
          byId("table").open = true;
          press("next");
          await look();
          press("run");
        }
        return found;`,
      );
      const nothing = { violations: [], contrast: true };
      assert.deepEqual(value, [nothing, nothing, nothing, nothing]);
    });

    test(`sets shapes off from what is around them, also without hues, in the ${theme} theme`, async () => {
      const { free, ground, frame, ring, lengths } = await page.inPage(
        `await pretend("color-scheme", "${theme}");
        const probe = document.createElement("span");
        document.body.append(probe);
        const colour = (name) => {
          probe.style.color = "var(--" + name + ")";
          return getComputedStyle(probe).color;
        };
        const lengths = [...document.querySelectorAll(".swatch")].map((swatch) => {
          const style = getComputedStyle(swatch);
          return { colour: style.backgroundColor, height: style.height };
        });
        return {
          free: colour("free"), ground: colour("ground"), frame: colour("faint"),
          ring: colour("ink"), lengths,
        };`,
      );
      for (const { colour } of lengths) {
        const contrast = contrastOf(colour, free);
        assert.ok(contrast >= 3, `${colour} on ${free}: ${contrast}`);
      }
      assert.ok(contrastOf(frame, ground) >= 3, "the frame of a page");
      assert.ok(contrastOf(ring, ground) >= 3, "the ring around the chosen block");
      assert.equal(new Set(lengths.map(({ height }) => height)).size, 5, "heights differ");
    });
  }

  test("draws anew when the theme changes, though nothing else does", async () => {
    const { light, dark, again } = await page.inPage(
      `await pretend("color-scheme", "light");
      stop();
      press("clear");
      // Free memory, inside the frame of the first page.
      const pixel = () => [...byId("memory").getContext("2d").getImageData(30, 12, 1, 1).data].join();
      const changed = async (theme, before) => {
        await pretend("color-scheme", theme);
        await pass(600, () => pixel() !== before);
        return pixel();
      };
      const light = pixel();
      const dark = await changed("dark", light);
      return { light, dark, again: await changed("light", dark) };`,
    );
    assert.equal(light, "241,239,233,255");
    assert.equal(dark, "31,34,39,255");
    assert.equal(again, light);
  });

  test("is as sharp as the screen, when the window or its pixel ratio changes", async () => {
    const sizes = await page.inPage(
      `stop();
      const sizes = [];
      for (const [width, ratio] of [[1100, 1], [1080, 2], [500, 1.5], [700, 1.5]]) {
        await drive("setViewport", { width, height: 800, deviceScaleFactor: ratio });
        const canvas = byId("memory");
        await pass(600, () => canvas.width === Math.round(canvas.clientWidth * ratio));
        sizes.push([canvas.width, Math.round(canvas.clientWidth * ratio), canvas.height]);
      }
      return sizes;`,
    );
    for (const [width, wanted] of sizes) assert.equal(width, wanted);
    assert.deepEqual(
      sizes.map(([, , height]) => height),
      [384, 768, 576, 576],
    );
  });

  test("stands still for readers who ask for less motion, with a heap to look at", async () => {
    const value = await page.inPage(
      `await pretend("reduced-motion", "reduce");
      await pass(600, () => !runs());
      const stopped = !runs();
      const frame = document.createElement("iframe");
      frame.src = location.href;
      document.body.append(frame);
      const inside = (id) => frame.contentDocument.getElementById(id);
      await pass(600, () => inside("app")?.hidden === false && inside("said").textContent !== "");
      const first = inside("blocks").textContent;
      await pass(60);
      return {
        stopped,
        pressed: inside("run").getAttribute("aria-pressed"),
        blocks: Number(first),
        same: inside("blocks").textContent === first,
      };`,
    );
    assert.ok(value.blocks >= 200);
    assert.deepEqual(
      { ...value, blocks: 0 },
      { stopped: true, pressed: "false", blocks: 0, same: true },
    );
  });
});

/** The contrast of two colours of the form rgb(r, g, b), as WCAG 2 has it. */
function contrastOf(one, other) {
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/\d+/g).map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}
