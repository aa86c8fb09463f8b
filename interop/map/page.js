// The built page of the heap map, served and opened in a browser.

import assert from "node:assert/strict";
import { serve } from "../../examples/web/server.js";
import { root } from "../../tools/paths.js";
import { browse } from "../package/browser.js";
import { tool } from "../package/project.js";

/** For the expressions that run in the page; the page has loaded a trace. */
const helpers = `
  const byId = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const text = (id) => byId(id).textContent;
  const pass = async (frames, until = () => false) => {
    for (let frame = 0; frame < frames && !until(); frame++) {
      await new Promise(requestAnimationFrame);
    }
  };
  const plays = () => text("play") === "Pause";
  const position = () => Number(byId("where").value);
  const go = async (operation) => {
    byId("where").value = operation;
    byId("where").dispatchEvent(new Event("input"));
    const reached = "Operation " + operation.toLocaleString("en") + " of";
    await pass(1200, () => text("position").startsWith(reached));
    await pass(5);
  };
  /** Frames come in order: with that of another operation all that were asked for are here. */
  const stop = async () => {
    if (plays()) byId("play").click();
    await go(Math.min(position() + 7, Number(byId("where").max)));
  };
  const drop = async (name, bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], name));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer }));
  };
  const shownFigure = (key, panel) =>
    all(".panel")[panel].querySelector("[data-figure=" + key + "]");
  const textOf = (key, panel = 0) => shownFigure(key, panel).textContent;
  const figure = (key, panel = 0) =>
    Number(shownFigure(key, panel).dataset.value ?? textOf(key, panel).replaceAll(",", ""));
  const chosen = (panel = 0) => all(".chosen")[panel].textContent;
  const pretend = (feature, value) =>
    drive("emulateMediaFeatures", [{ name: "prefers-" + feature, value }]);
  await pass(1200, () => !byId("app").hidden && Number(byId("where").max) > 100);
`;

/**
 * Serves the page, and returns what opens it.
 *
 * @returns {Promise<{
 *   inPage: (statements: string, browser?: string, screenshot?: string) => Promise<any>,
 *   close: () => void
 * }>} inPage: what the statements return in the page, which must not report an error; they have the helpers
 */
export async function mapPage() {
  tool("build/map/site/index.html", "make map-build");
  // The repository is served, because axe and the modules are beside the page.
  const { address, close } = await serve(root);
  async function inPage(statements, browser = "chromium", screenshot = undefined) {
    const expression = `(async () => { ${helpers} ${statements} })()`;
    const page = `${address}build/map/site/`;
    const { value, problems } = await browse(browser, page, expression, screenshot);
    assert.deepEqual(problems, []);
    return value;
  }
  return { inPage, close };
}
