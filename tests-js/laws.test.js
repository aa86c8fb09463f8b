// Laws hold of every heap, whatever the program does (tests-native/README.md): each is tried over every
// engine, natively and on wasm32, under the growth policies that matter to it. No law asks for more than
// wasi-libc's dlmalloc gives: it is tried on the same laws, and plays the same games. SEED=n begins with
// another seed; `make laws LAWS_OPTIONS="--count n"` tries more of them.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { describe, test } from "node:test";
import { openGameModule } from "../bench/game-modules.js";
import { games, play } from "../bench/games.js";
import { LawModule } from "../tests-native/laws/law-module.js";
import { commandsOf, ourLaws, peerCommand } from "../tests-native/laws/laws.js";
import { inRepository, root } from "../tools/paths.js";
import { run } from "../tools/run.js";
import { seeds } from "./support/random.js";

const concurrency = availableParallelism();
// A heap that never comes back from a call is a failure as well.
const longestRun = 300_000;
const [firstSeed] = seeds(1, 1);

async function assertHolds(commands) {
  const reports = [];
  for (const command of commands) {
    const { status, stderr } = await run(command, { cwd: root, timeout: longestRun });
    if (status !== 0) reports.push(stderr || `${command.join(" ")}: status ${status}`);
  }
  assert.equal(reports.length, 0, reports.join(""));
}

describe("it is a law of every engine that", { concurrency }, () => {
  for (const law of ourLaws()) {
    test(`${law.sentence} (${law.name})`, () => assertHolds(commandsOf(law, firstSeed)));
  }
});

test("the laws of any allocator hold for dlmalloc", () => assertHolds([peerCommand(firstSeed)]));

test("the heap is at most 3 % larger than dlmalloc's over patterns with live blocks", () => {
  const pagesOf = (engine) => {
    const module = new LawModule(engine);
    const law = module.laws.find(({ name }) => name === "settling-alive");
    const exact = Math.max(0, law.policies.indexOf("exact"));
    let pages = 0;
    for (let seed = firstSeed; seed < firstSeed + 24; seed++) {
      pages += module.tryLaw(law, exact, seed).figures.get("after 500");
    }
    return pages;
  };
  const [ours, peers] = [pagesOf("granary"), pagesOf("dlmalloc")];
  assert.ok(ours <= 1.03 * peers, `${ours} pages, dlmalloc ${peers} (SEED=${firstSeed})`);
});

describe("in small memories no more is refused than by dlmalloc", { concurrency }, () => {
  const pairs = [
    { name: "granary", peer: "dlmalloc", memory: "that may grow to a maximum" },
    { name: "library", peer: "dlmalloc fixed", memory: "that are their maximum from the start" },
  ];
  for (const { name, peer: peerName, memory } of pairs) {
    for (const common of [false, true]) {
      const shares = common ? "share what lives" : "have a quarter each of what lives";
      test(`${memory}, by games of four groups that ${shares}`, () => {
        const [ours, peer] = [openGameModule(name), openGameModule(peerName)];
        const refused = { games: [], requests: 0 };
        const byPeer = { games: [], requests: 0 };
        const count = (sums, game, { refusals }) => {
          if (refusals > 0) sums.games.push(`${game.name}, ${game.pages} pages, ${game.percent} %`);
          sums.requests += refusals;
        };
        for (const game of games({ seed: firstSeed, common })) {
          count(refused, game, play(ours.open(game.pages), game));
          count(byPeer, game, play(peer.open(game.pages), game));
        }
        const report =
          `${refused.games.length} games and ${refused.requests} requests were refused, by dlmalloc ` +
          `${byPeer.games.length} and ${byPeer.requests} (SEED=${firstSeed}); again: ` +
          `node tests-native/laws/laws.js games --seed ${firstSeed}${common ? " --common" : ""}`;
        assert.ok(refused.games.length <= byPeer.games.length, report);
        assert.ok(refused.requests <= byPeer.requests, report);
      });
    }
  }
});

describe("a broken law is reported with its figures and the command that shows it again", () => {
  const programs = {
    native: [inRepository("build/native/laws/laws")],
    wasm32: [process.execPath, inRepository("tests-native/laws/laws-wasm.js")],
  };
  for (const [on, program] of Object.entries(programs)) {
    test(on, async () => {
      const first = await run([...program, "classic", "emptying", "exact", "5", "3"]);
      assert.equal(first.status, 1, first.stderr);
      assert.match(first.stderr, /^broken: emptying, classic[^,]*, exact: a heap in which nothing/);
      assert.match(first.stderr, /^ {2}blocks \d+, .*largest block \d+, of a fresh heap \d+$/m);
      const [, seed, command] = /^ {2}SEED=(\d+); again: (.*)$/m.exec(first.stderr);
      const words = command.split(" ").slice(-5);
      assert.deepEqual(words, ["classic", "emptying", "exact", seed, "1"]);
      const second = await run([...program, ...words], { cwd: root });
      assert.equal(second.stderr, first.stderr.replace(/^ {2}and with.*\n/m, ""));
    });
  }
});
