// Opens a page in a headless browser, evaluates an expression there and prints what came of it as JSON:
// { value, problems }, where problems are what the page logged as errors, threw, or failed to load.
// Needs Node 22 or later, as puppeteer-core does.
//
// The expression may do what only a reader can, with `await drive(METHOD, ...WORDS)`: METHOD is one of
// puppeteer's page, for instance "keyboard.press" or "emulateMediaFeatures".
//
//   node browse.js chromium|firefox EXECUTABLE ADDRESS EXPRESSION [SCREENSHOT.png]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const [name, executablePath, address, expression, screenshot] = process.argv.slice(2);

const chromiumFlags = [
  // A container has no user namespaces for the sandbox, and root is refused one.
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const userDataDir = mkdtempSync(join(tmpdir(), "granary-browser-"));
process.on("exit", () => rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 }));

const browser = await puppeteer.launch({
  browser: name === "firefox" ? "firefox" : "chrome",
  executablePath,
  userDataDir,
  args: name === "firefox" ? [] : chromiumFlags,
  headless: true,
});
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1100, height: 860 });
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    // What Chromium logs of an answer like 404 names no address; it is reported below.
    if (message.text().startsWith("Failed to load resource")) return;
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("response", (response) => {
    if (!response.ok()) problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on("requestfailed", (request) => problems.push(`no answer: ${request.url()}`));
  await page.exposeFunction("drive", async (method, ...words) => {
    const path = method.split(".");
    const name = path.pop();
    const object = path.reduce((outer, inner) => outer[inner], page);
    await object[name](...words);
  });
  await page.goto(address);
  const value = await page.evaluate(expression);
  // The answer may be here before the news of what was loaded for it.
  await page.waitForNetworkIdle();
  if (screenshot !== undefined) await page.screenshot({ path: screenshot });
  console.log(JSON.stringify({ value, problems }));
} finally {
  await browser.close();
}
