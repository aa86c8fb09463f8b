// The page of examples/web, with the installed package, served and opened in a browser.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { browse } from "./browser.js";
import { exampleProject } from "./project.js";

/** For the expressions that run in the page, which is ready when its controls are shown. */
const helpers = `
  const byId = (id) => document.getElementById(id);
  const text = (id) => byId(id).textContent;
  const count = (id) => Number(text(id).replaceAll(",", ""));
  const press = (id) => byId(id).click();
  const runs = () => byId("run").getAttribute("aria-pressed") === "true";
  const pass = async (frames, until = () => false) => {
    for (let frame = 0; frame < frames && !until(); frame++) {
      await new Promise(requestAnimationFrame);
    }
  };
  const stop = () => runs() && press("run");
  const pretend = (feature, value) =>
    drive("emulateMediaFeatures", [{ name: "prefers-" + feature, value }]);
  /** Few blocks, in a run that has stopped. */
  const dozen = () => {
    stop();
    press("clear");
    press("allocate");
    for (let i = 0; i < 3; i++) press("free");
  };
  await pass(600, () => !byId("app").hidden);
`;

/**
 * @typedef {object} WebPage
 * @property {string} folder
 * @property {string} address
 * @property {(statements: string, browser?: string) => Promise<any>} inPage what the statements return in the
 *   page, which must not report an error; they have the helpers above
 * @property {() => void} close
 */

/** @returns {Promise<WebPage>} */
export async function webPage() {
  const folder = await exampleProject("web");
  const options = { cwd: folder, stdio: ["ignore", "pipe", 2] };
  const server = spawn(process.execPath, ["server.js"], options);
  const [address] = String((await once(server.stdout, "data"))[0]).split("\n");
  async function inPage(statements, browser = "chromium") {
    const expression = `(async () => { ${helpers} ${statements} })()`;
    const { value, problems } = await browse(browser, address, expression);
    assert.deepEqual(problems, []);
    return value;
  }
  return { folder, address, inPage, close: () => server.kill() };
}
