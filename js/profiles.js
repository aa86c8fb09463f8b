// What a recorder has counted, in the formats of profilers that others have written:
//
// - a sampling heap profile as the domain HeapProfiler of Chrome's DevTools protocol describes it: files with the
//   ending .heapprofile, which DevTools, VS Code and speedscope open
// - version 2 of DHAT's format, as comments of Valgrind's dhat/dh_main.c describe it, which Valgrind's dh_view.html and the
//   Firefox Profiler open

import { partsOf } from "./stack-frames.js";

/** @typedef {import("./site-statistics.js").SiteFacts} SiteFacts */
/** @typedef {{text: string, name: string, url: string, line: number, column: number}} Frame */
/** @typedef {SiteFacts & {path: Frame[]}} Site its path has the functions that were running, the innermost first */

/** A name stands where a function does, without a place. */
const named = (name) => ({ text: name, name, url: "", line: 0, column: 0 });

/**
 * Returns a path for a caller's number, never an empty one.
 *
 * @param {import("./callers.js").Callers} callers
 * @returns {Frame[]}
 */
export function pathOf(callers, number) {
  const site = callers.siteOf(number);
  if (site === undefined) return [named(number === 0 ? "(no call site)" : `(caller ${number})`)];
  const frames = site.frames.map((text) => ({ text, ...partsOf(text) }));
  const path = site.name === undefined ? frames : [named(site.name), ...frames];
  return path.length > 0 ? path : [named("(no stack)")];
}

/**
 * @param {Site[]} sites
 * @param {"liveBytes" | "totalBytes"} field of which the profile is
 */
export function heapProfileOf(sites, field) {
  let nodeCount = 0;
  const nodeOf = ({ name, url, line, column }) => {
    const place = { url, lineNumber: line - 1, columnNumber: column - 1 };
    const callFrame = { functionName: name, scriptId: "0", ...place };
    return { callFrame, selfSize: 0, id: ++nodeCount, children: [] };
  };
  const head = nodeOf(named("(root)"));
  const children = new Map();
  const childOf = (parent, frame) => {
    const key = `${parent.id} ${frame.text}`;
    let child = children.get(key);
    if (child === undefined) {
      child = nodeOf(frame);
      parent.children.push(child);
      children.set(key, child);
    }
    return child;
  };
  const samples = [];
  for (const { path, [field]: size } of sites) {
    if (size === 0) continue;
    const node = path.reduceRight(childOf, head);
    node.selfSize += size;
    samples.push({ size, nodeId: node.id, ordinal: samples.length + 1 });
  }
  return { head, samples };
}

/** The unit of time, and a million of it. */
const timeUnits = { tu: "calls", Mtu: "Mcalls" };

/** A block that lives for no more calls than these is short-lived. */
const shortLived = 500;

/**
 * @param {Site[]} sites
 * @param {{command: string, endTime: number, peakTime: number}} run
 */
export function dhatOf(sites, { command, endTime, peakTime }) {
  const ftbl = ["[root]"];
  const indices = new Map();
  const indexOf = (frame) => {
    if (!indices.has(frame.text)) {
      indices.set(frame.text, ftbl.push(frameInDhat(frame, ftbl.length)) - 1);
    }
    return indices.get(frame.text);
  };
  const pps = sites.map((site) => ({
    tb: site.totalBytes,
    tbk: site.totalBlocks,
    tl: site.lifetimes,
    mb: site.mostBytes,
    mbk: site.mostBlocks,
    gb: site.atPeak.bytes,
    gbk: site.atPeak.blocks,
    eb: site.liveBytes,
    ebk: site.liveBlocks,
    fs: site.path.map(indexOf),
  }));
  return {
    dhatFileVersion: 2,
    mode: "granary",
    verb: "Allocated",
    bklt: true,
    bkacc: false,
    ...timeUnits,
    tuth: shortLived,
    cmd: command,
    pid: 0,
    te: endTime,
    tg: peakTime,
    pps,
    ftbl,
  };
}

/** Frames have addresses there: these are made up. The viewers read the name and the place behind them. */
function frameInDhat({ name, url, line, column }, number) {
  const shownPlace = line === 0 ? url : `${url}:${line}:${column}`;
  const place = url === "" ? "" : ` (${shownPlace})`;
  return `0x${number.toString(16)}: ${name || "(anonymous)"}${place}`;
}
