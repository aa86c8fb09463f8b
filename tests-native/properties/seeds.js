// Reads tests-native/properties/seeds.txt: the runs that are dear.

import { readFileSync } from "node:fs";
import { inRepository } from "../../tools/paths.js";

/** @returns {{engine: string, operations: string, seed: string, why: string}[]} */
export function readSeeds() {
  const lines = readFileSync(inRepository("tests-native/properties/seeds.txt"), "utf8").split("\n");
  return lines
    .filter((line) => /^[^#]/.test(line))
    .map((line) => {
      const match = /^(\w+) (\d+) (\d+) +# (.+)$/.exec(line);
      if (!match)
        throw new Error(
          `tests-native/properties/seeds.txt: not "ENGINE OPERATIONS SEED # WHY": ${line}`,
        );
      const [, engine, operations, seed, why] = match;
      return { engine, operations, seed, why };
    });
}
