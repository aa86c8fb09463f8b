// The colours of the map in both themes. A size class has a hue by its size, from the smallest slots to the
// largest; its lightness sets it off from free memory by at least 3 to 1, so the picture can be read without
// hues. What is no live memory is as light or dark as the theme and has a pattern of its own.

import { Kind, kinds, noClass } from "./items.js";
import { sizeClassCount } from "../js/layouts.js";

/** @typedef {"light" | "dark"} Theme */
/** @typedef {[red: number, green: number, blue: number]} Colour */
/** @typedef {{full: Colour, empty: Colour, edge: Colour, hatched: boolean}} Style */

const ofClasses = kinds.length;

/** The style of memory that does not exist yet. */
export const absent = 0;

/** Returns the number of the style of an item. */
export const styleOf = (kind, sizeClass) => (sizeClass === noClass ? kind : ofClasses + sizeClass);

const grounds = {
  light: { absent: "#ffffff", free: "#e0dcd2", top: "#efece5", ink: "#596070" },
  dark: { absent: "#1b1e24", free: "#343a44", top: "#292e36", ink: "#9aa2b1" },
};

/**
 * Returns the styles by their numbers.
 *
 * @param {Theme} theme
 * @returns {Style[]}
 */
export function stylesOf(theme) {
  const ground = Object.fromEntries(
    Object.entries(grounds[theme]).map(([name, hex]) => [name, fromHex(hex)]),
  );
  const plain = (full, hatched = false) => ({ full, empty: full, edge: full, hatched });
  const alive = (full) => ({
    full,
    empty: mixed(full, ground.free, 0.22),
    edge: mixed(full, ground.free, 0.35),
    hatched: false,
  });
  const styles = [];
  styles[absent] = plain(ground.absent);
  styles[Kind.block] = { ...alive(ground.ink), empty: ground.free };
  styles[Kind.span] = alive(ground.ink);
  styles[Kind.free] = plain(ground.free);
  styles[Kind.gap] = plain(mixed(ground.ink, ground.free, 0.3), true);
  styles[Kind.top] = plain(ground.top);
  styles[Kind.records] = plain(mixed(ground.ink, ground.free, 0.55), true);
  styles[Kind.broken] = plain(fromHex(theme === "light" ? "#c1121f" : "#ff6b6b"));
  styles[Kind.data] = plain(mixed(ground.ink, ground.free, 0.4));
  styles[Kind.unknown] = plain(ground.free);
  for (let index = 0; index < sizeClassCount; index++) {
    styles[ofClasses + index] = alive(classColour(index, theme));
  }
  return styles;
}

/** @returns {Colour} */
function classColour(index, theme) {
  const share = index / (sizeClassCount - 1);
  const hue = 60 + 290 * share;
  const [lightness, chroma] = theme === "light" ? [0.55, 0.15] : [0.75, 0.14];
  return fromOklch(lightness, chroma, hue);
}

/** Returns a colour in CSS. */
export const css = ([red, green, blue]) => `rgb(${red}, ${green}, ${blue})`;

const fromHex = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

const mixed = (one, other, share) =>
  one.map((channel, index) => Math.round(channel * share + other[index] * (1 - share)));

/** The conversion is Björn Ottosson's (https://bottosson.github.io/posts/oklab/); what no screen has is clipped. */
function fromOklch(lightness, chroma, hue) {
  const angle = (hue * Math.PI) / 180;
  const [a, b] = [chroma * Math.cos(angle), chroma * Math.sin(angle)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const clipped = Math.min(Math.max(linear, 0), 1);
    const channel = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
    return Math.round(channel * 255);
  });
}
