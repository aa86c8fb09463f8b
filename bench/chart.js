// A chart of one line of text: the levels of a run from left to right, its highest level full
// height. Nothing at all is a space, and every other level is visible.

const blockRamp = " ▁▂▃▄▅▆▇█";
const asciiRamp = " .:-=+*#%@";

/**
 * @param {number[]} values none below 0, equally spaced along the run
 * @param {object} [options]
 * @param {number} [options.width] characters
 * @param {boolean} [options.unicode] whether the reader's terminal shows block characters
 * @returns {string} exactly `width` characters
 */
export function barChart(values, { width = 24, unicode = false } = {}) {
  const ramp = unicode ? blockRamp : asciiRamp;
  const highest = Math.max(...values, 0);
  let chart = "";
  for (let column = 0; column < width; column++) {
    // The highest value of the column's part of the run, so that no peak is lost between columns.
    const from = Math.floor((column * values.length) / width);
    const to = Math.ceil(((column + 1) * values.length) / width);
    const level = Math.max(...values.slice(from, to), 0);
    const step = Math.round((level / highest) * (ramp.length - 1));
    chart += level === 0 ? ramp[0] : ramp[Math.max(step, 1)];
  }
  return chart;
}

/**
 * Whether text may leave ASCII: the locale decides, on a terminal as in a file, since a file is
 * read with the same locale. Of the three variables the first that is not empty counts, as POSIX
 * has it; without any the locale is "C", which is ASCII.
 *
 * @param {Record<string, string | undefined>} environment
 * @returns {boolean}
 */
export function localeIsUtf8({ LC_ALL, LC_CTYPE, LANG }) {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}
