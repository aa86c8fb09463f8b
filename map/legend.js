// The keys to the colours: of the map, which are its own, and of the time line, which are the page's.

import { sizeClassCount } from "../js/layouts.js";
import { css, styleOf, stylesOf } from "./colours.js";
import { Kind, noClass } from "./items.js";

const kindsShown = [
  ["large block", Kind.block],
  ["free", Kind.free],
  ["top: free, at the end", Kind.top],
  ["span table", Kind.records],
  ["others' memory", Kind.gap],
  ["data of the module", Kind.data],
];

/** @param {HTMLElement} list  @param {"light" | "dark"} theme */
export function showMapLegend(list, theme) {
  const styles = stylesOf(theme);
  const classes = Array.from({ length: sizeClassCount }, (_, index) =>
    css(styles[styleOf(Kind.span, index)].full),
  );
  const entries = kindsShown.map(([name, kind]) => {
    const { full, hatched } = styles[styleOf(kind, noClass)];
    const other = css(styles[0].full);
    const colour = css(full);
    const hatch = `repeating-linear-gradient(135deg, ${colour} 0 4px, ${other} 4px 6px)`;
    return entry(name, hatched ? hatch : colour);
  });
  const ramp = entry("small blocks, 8 bytes to 2 KiB", `linear-gradient(90deg, ${classes.join()})`);
  ramp.firstElementChild.classList.add("ramp");
  list.replaceChildren(ramp, ...entries);
}

/** @param {HTMLElement} list  @param {{label: string, colour: string, dash?: number[]}[]} series */
export function showSeries(list, series) {
  list.replaceChildren(
    ...series.map(({ label, colour, dash }) => {
      const item = entry(label, "");
      item.firstElementChild.classList.add("stroke");
      item.firstElementChild.style.borderColor = `var(${colour})`;
      if (dash !== undefined) item.firstElementChild.style.borderStyle = "dashed";
      return item;
    }),
  );
}

function entry(name, background) {
  const [item, swatch] = [document.createElement("li"), document.createElement("span")];
  swatch.className = "swatch";
  swatch.style.background = background;
  item.append(swatch, name);
  return item;
}
