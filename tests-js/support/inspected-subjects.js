// The heaps that can be inspected: a host inspects that of the module, and a C program with the same calls
// inspects its own.

import { InspectedHeap } from "./inspected-heap.js";
import { instantiate, link } from "./link.js";
import { setMaximumPages } from "../../bench/memory-section.js";
import { ofWidth } from "./width.js";

export const program = link("tests-js/library/inspect.c");
const limited = (bytes, maximumPages) =>
  maximumPages === undefined ? bytes : setMaximumPages(bytes, maximumPages);

export const subjects = [
  { name: `${ofWidth("granary-inspect")}.wasm`, open: (options) => InspectedHeap.open(options) },
  {
    name: `a C program with ${ofWidth("libgranary")}.a`,
    open: ({ maximumPages } = {}) => InspectedHeap.of(instantiate(limited(program, maximumPages))),
  },
];
