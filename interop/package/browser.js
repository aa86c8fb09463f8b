// The browsers, each driven by browse.js under a Node that puppeteer-core can run in.

import { inRepository } from "../../tools/paths.js";
import { outputOf } from "../../tools/run.js";
import { newestNode, tool } from "./project.js";

const script = inRepository("interop/package/browse.js");

const browsers = {
  chromium: () => tool("/usr/bin/chromium", "apt-get install chromium"),
  firefox: () => tool("/usr/bin/firefox-esr", "apt-get install firefox-esr"),
};

/**
 * @param {keyof typeof browsers} browser
 * @param {string} address
 * @param {string} expression evaluated in the page; a promise is waited for
 * @param {string} [screenshot] where a picture of the page then goes
 * @returns {Promise<{value: any, problems: string[]}>} problems: see browse.js
 */
export async function browse(browser, address, expression, screenshot) {
  tool("interop/node_modules/puppeteer-core", "npm ci in interop/");
  const parameters = [script, browser, browsers[browser](), address, expression];
  if (screenshot !== undefined) parameters.push(screenshot);
  return JSON.parse(await outputOf([newestNode(), ...parameters]));
}
