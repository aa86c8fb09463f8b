// The engines that the page plays through, and the traces that come with it. The first one can be read.

import inspected from "../dist/granary-inspect.wasm?url";
import classic from "../dist/classic.wasm?url";

export const engines = [
  {
    title: "granary",
    address: inspected,
    what: "As the heap itself says (granary-inspect.wasm): spans, blocks, what is free, and the span table.",
    colour: "--granary",
  },
  {
    title: "classic",
    address: classic,
    what: "Zig's allocator, which cannot be asked: only its live blocks, where it put them; the rest may be free or in use by the allocator.",
    colour: "--classic",
  },
];

const found = import.meta.glob("../bench/traces/*.trace.gz", {
  query: "?url",
  import: "default",
  eager: true,
});

/** The traces by their names, each with its address. */
export const traces = Object.entries(found).map(([path, address]) => ({
  name: path.replace(/^.*[/]|[.]trace[.]gz$/g, ""),
  address,
}));

/** Fetches the modules of the engines, in order. */
export function fetchModules() {
  return Promise.all(
    engines.map(async ({ address, title }) => {
      const response = await fetch(address);
      if (!response.ok)
        throw new Error(`${title}: ${address} was answered with ${response.status}`);
      return WebAssembly.compile(await response.arrayBuffer());
    }),
  );
}
