// What can be inspected as a host and a program do it: the module, and a C program that has the same
// calls.

import { InspectedHeap } from "./inspected-heap.js";
import { instantiate, link } from "./link.js";
import { setMaximumPages } from "../../bench/memory-section.js";

export const program = link("tests-js/library/inspect.c");
const limited = (bytes, maximumPages) =>
  maximumPages === undefined ? bytes : setMaximumPages(bytes, maximumPages);

export const subjects = [
  { name: "granary-inspect.wasm", open: (options) => InspectedHeap.open(options) },
  {
    name: "a C program with libgranary.a",
    open: ({ maximumPages } = {}) => InspectedHeap.of(instantiate(limited(program, maximumPages))),
  },
];
