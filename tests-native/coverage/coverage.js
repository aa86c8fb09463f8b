// Which lines and branches of alloc/*/*.h the native runs reach: random operations, dear seeds, the
// corpus and exhaustion. Prints a table, then what is not reached; exit status 1 when that is
// anything but what the list below explains.
//
// A header is counted once, however many templates it is instantiated in: what one instantiation
// reaches is reached.
//
// usage: node tests-native/coverage/coverage.js
// LLVM_COV and LLVM_PROFDATA name other tools than Debian's

import { readFileSync, readdirSync, rmSync } from "node:fs";
import { relative, resolve } from "node:path";
import { inRepository } from "../../tools/paths.js";
import { runSync } from "../../tools/run.js";
import { readSeeds } from "../properties/seeds.js";

/** What cannot be reached, by a part of its source line. */
const explained = [
  {
    file: "alloc/granary/span_engine.h",
    source: "state_.large.resize(address, size);",
    outcome: "false",
    because: "the memory has just grown by what the block needs",
  },
  {
    file: "alloc/granary/small_heap.h",
    source: "if (record.state.is_absent()) return SpanRole::absent;",
    outcome: "true",
    because: "the runs ask it of spans; tests-js/inspect-corruption.test.js of every record",
  },
  ...[
    ["heap_state.h", "while (size < SpanTable::bytes_for(end - first_page())) size <<= 6;", "true"],
    ["span_engine.h", "if (!table_reaches(end)) return false;", "true"],
    ...["true", "false"].map((outcome) => [
      "span_engine.h",
      "const bool had_own_pages = configuration.outgrows_table() && state_.table.is_fixed();",
      outcome,
    ]),
    ["span_engine.h", "if (!had_own_pages) state_.large.extend(reached, reached);", "false"],
  ].map(([name, source, outcome]) => ({
    file: `alloc/granary/${name}`,
    source,
    outcome,
    because:
      "no run outgrows a table that has its own pages; tests-native/unit/outgrown_table_test.cc does",
  })),
  {
    file: "alloc/granary/configuration.h",
    source: "constexpr bool outgrows_table() const { return table_reach != whole_address_space; }",
    outcome: undefined,
    because: "it is only asked by the compiler",
  },
  // Undefined for a line as a whole.
  ...[
    ["} else if (limit == 0) {", "true"],
    ["// The end of the whole address space is no address.", undefined],
    ["limit -= TaggedBlock::unit;", undefined],
    ["}", undefined],
  ].map(([source, outcome]) => ({
    file: "alloc/granary/span_engine.h",
    source,
    outcome,
    because:
      "no native memory ends with the address space; tests-js/granary-growth.test.js has one",
  })),
  ...[
    ["if (record->heap != use.heap) [[unlikely]]", "true"],
    ["report(GRANARY_OTHER_HEAP, use, record);", undefined],
  ].map(([source, outcome]) => ({
    file: "alloc/checks/checked_engine.h",
    source,
    outcome,
    because: "the runs have no arenas; tests-native/unit/checked_arenas_test.cc has",
  })),
  {
    file: "alloc/checks/checked_engine.h",
    source: "if (length > limits_.quarantine) return;",
    outcome: "true",
    because: "the runs shrink no block that is larger than their quarantine to a smaller place",
  },
  {
    file: "alloc/inspection/statistics.h",
    source: "if (item.kind == GRANARY_BROKEN) return;",
    outcome: "true",
    because: "statistics of a heap that is not whole; the runs ask verify first",
  },
  ...[
    "return table.begin() % wasm_page_size == 0 &&",
    "WideAddress{table.begin()} + table.size() <= heap_.memory_end();",
    "expect(count == 1 && free == 0, GRANARY_RULE_SPAN_COUNT);",
    "record->state.size_class() == size_class;",
    "expect(blocks == free_blocks_ && bytes == free_bytes_, GRANARY_RULE_BIN_COUNT);",
    "expect(count + free == capacity && free != 0, GRANARY_RULE_SPAN_COUNT);",
    "expect(is_span_of(next, size_class) && ++listed <= listed_, GRANARY_RULE_QUEUE);",
    "slot == span + index * size && slots_.meet(index);",
  ].map((source) => ({
    file: "alloc/inspection/verify.h",
    source,
    outcome: "false",
    because: "takes more words at once than the runs damage, or a span in a small damaged heap",
  })),
  {
    file: "alloc/inspection/verify.h",
    source: "if (large.fresh() == 0 || large.used() % TaggedBlock::unit != 0) return false;",
    outcome: "true",
    because: "the extents are looked at first, and the heap ends with whole units",
  },
];

const folder = inRepository("build/coverage");
const tools = {
  cov: process.env.LLVM_COV ?? "llvm-cov-19",
  profdata: process.env.LLVM_PROFDATA ?? "llvm-profdata-19",
};
const sources = ["checks", "classic", "common", "granary", "inspection"].flatMap((family) =>
  readdirSync(inRepository(`alloc/${family}`)).map((name) => `alloc/${family}/${name}`),
);

/** @typedef {{lines: Map<number, number>, branches: Map<string, number>}} Counts */
/** @type {Map<string, Counts>} by source */
const counts = new Map();
for (const [program, runs] of Object.entries(runsOf())) collect(program, runs);
printTable();
process.exitCode = printNotReached() === 0 ? 0 : 1;

/** What each program is run with. */
function runsOf() {
  const engines = ["granary", "inspected", "checked", "classic", "damaged"];
  const corpus = readdirSync(inRepository("tests-native/fuzz/corpus")).map((name) =>
    inRepository(`tests-native/fuzz/corpus/${name}`),
  );
  const traces = readdirSync(inRepository("build/native/exhaustion/traces"))
    .filter((name) => name.endsWith(".words"))
    .map((name) => inRepository(`build/native/exhaustion/traces/${name}`));
  const random = [...engines, "misused"].map((engine) => [
    engine,
    // Its runs are short, and each damages words at random.
    engine === "damaged" ? "4000000" : "1000000",
    "1",
  ]);
  return {
    "properties/random_operations": [
      ...random,
      ...readSeeds().map(({ engine, operations, seed }) => [engine, operations, seed]),
      ...engines.map((engine) => [engine, ...corpus]),
    ],
    "exhaustion/exhaustion": ["inspected", "classic"].map((engine) => [
      engine,
      "1",
      "200",
      ...traces,
    ]),
  };
}

function collect(program, runs) {
  const path = `${folder}/${program}`;
  const profile = `${path}.profdata`;
  const raw = runs.map((words, index) => {
    const file = `${path}-${index}.profraw`;
    call(path, words, { LLVM_PROFILE_FILE: file });
    return file;
  });
  call(tools.profdata, ["merge", "-o", profile, ...raw]);
  for (const file of raw) rmSync(file);
  const words = ["export", path, `-instr-profile=${profile}`, "-skip-functions"];
  const { data } = JSON.parse(call(tools.cov, [...words, ...sources.map(inRepository)]));
  for (const { filename, segments, branches } of data[0].files) {
    const source = relative(inRepository("."), resolve(filename));
    if (!counts.has(source)) counts.set(source, { lines: new Map(), branches: new Map() });
    const { lines, branches: outcomes } = counts.get(source);
    for (const [line, count] of linesOf(segments)) add(lines, line, count);
    for (const [line, column, , , whenTrue, whenFalse] of branches) {
      add(outcomes, `${line}:${column}:true`, whenTrue);
      add(outcomes, `${line}:${column}:false`, whenFalse);
    }
  }
}

/** The counts of lines that have code, as llvm-cov works them out of its segments. */
function* linesOf(segments) {
  let before;
  for (let index = 0; index < segments.length;) {
    const line = segments[index][0];
    const here = [];
    while (segments[index]?.[0] === line) here.push(segments[index++]);
    const entered = here.filter(
      ([, , , hasCount, isEntry, isGap]) => hasCount && isEntry && !isGap,
    );
    const isWithin = before?.[3] === true;
    if (isWithin || entered.length > 0) {
      yield [line, Math.max(isWithin ? before[2] : 0, ...entered.map(([, , count]) => count))];
    }
    before = here.at(-1);
    // Lines without a beginning or an end of anything belong to what is around them.
    const next = segments[index]?.[0] ?? line;
    for (let between = line + 1; before[3] && between < next; between++) {
      yield [between, before[2]];
    }
  }
}

function add(map, key, count) {
  map.set(key, (map.get(key) ?? 0) + count);
}

function printTable() {
  console.log(`${"file".padEnd(24)} ${"lines".padStart(16)} ${"branches".padStart(16)}`);
  for (const source of sources) {
    if (!counts.has(source)) continue;
    const { lines, branches } = counts.get(source);
    console.log(
      `${source.padEnd(24)} ${share(lines).padStart(16)} ${share(branches).padStart(16)}`,
    );
  }
}

function share(map) {
  if (map.size === 0) return "none";
  const reached = [...map.values()].filter((count) => count > 0).length;
  return `${reached}/${map.size} ${((100 * reached) / map.size).toFixed(1)} %`;
}

/** How much of it nothing explains. */
function printNotReached() {
  let unexplained = 0;
  for (const [source, { lines, branches }] of counts) {
    const text = readFileSync(inRepository(source), "utf8").split("\n");
    const missed = [...lines, ...branches].filter(([, count]) => count === 0);
    for (const [key] of missed) {
      const [line, , outcome] = String(key).split(":");
      const code = text[Number(line) - 1].trim();
      const reason = explained.find(
        (entry) =>
          entry.file === source && code.includes(entry.source) && entry.outcome === outcome,
      );
      if (reason === undefined) unexplained++;
      const what = outcome === undefined ? "not reached" : `never ${outcome}`;
      console.log(`${source}:${line}: ${what}: ${code}`);
      if (reason !== undefined) console.log(`    ${reason.because}`);
    }
  }
  const rest = "nothing says why: add a seed, or a line to tests-native/coverage/coverage.js";
  if (unexplained > 0) console.log(`coverage: ${unexplained} not reached, and ${rest}`);
  return unexplained;
}

function call(program, words, environment = {}) {
  const { status, stdout, stderr } = runSync([program, ...words], {
    env: { ...process.env, ...environment },
  });
  if (status !== 0) {
    console.error(`coverage: ${program} ${words.slice(0, 3).join(" ")}`);
    console.error(stderr.trim());
    process.exit(2);
  }
  return stdout;
}
