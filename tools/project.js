// What every package says of the project: its version, its licence and its addresses. js/package.json is the
// one place where they are filled in; the other packages that a release holds get them from here. The
// sources that have to repeat the version are compared with it by tests-js/version.test.js.

import { readFileSync } from "node:fs";
import { inRepository } from "./paths.js";

/**
 * @typedef {object} Project
 * @property {string} version three numbers
 * @property {string} description
 * @property {string} license
 * @property {string} [homepage]
 * @property {string} [repository]
 */

/**
 * @param {object} manifest a package.json
 * @returns {Project}
 */
export function projectOf({ version, description, license, homepage, repository }) {
  // npm's prefix says that git fetches the address, which no other package needs to be told.
  const address = (repository?.url ?? repository)?.replace(/^git\+/, "");
  return { version, description, license, homepage, repository: address };
}

export const project = projectOf(JSON.parse(readFileSync(inRepository("js/package.json"), "utf8")));
