// A chart in one line of text: it shows the levels of a run from left to right, the highest at full
// height. A level of 0 is a space, and every other level is visible.

const blockRamp = " ▁▂▃▄▅▆▇█";
const asciiRamp = " .:-=+*#%@";

/**
 * @param {number[]} values at least 0, equally spaced along the run
 * @param {object} [options]
 * @param {number} [options.width] characters
 * @param {boolean} [options.unicode] whether the reader's terminal shows block characters
 * @param {number} [options.highest] the level of full height, where several charts have one scale
 * @returns {string} exactly `width` characters
 */
export function barChart(values, options = {}) {
  const { width = 24, unicode = false, highest = Math.max(...values, 0) } = options;
  const ramp = unicode ? blockRamp : asciiRamp;
  let chart = "";
  for (let column = 0; column < width; column++) {
    // A column shows the highest value of its part of the run, so no peak is lost between columns.
    const from = Math.floor((column * values.length) / width);
    const to = Math.ceil(((column + 1) * values.length) / width);
    const level = Math.max(...values.slice(from, to), 0);
    const step = Math.round((level / highest) * (ramp.length - 1));
    chart += level === 0 ? ramp[0] : ramp[Math.max(step, 1)];
  }
  return chart;
}

/**
 * Returns whether text may leave ASCII. The locale decides, on a terminal as in a file, since a file is
 * read with the same locale. Of the three variables the first that is not empty counts, as POSIX
 * says; without any the locale is "C", which is ASCII.
 *
 * @param {Record<string, string | undefined>} environment
 * @returns {boolean}
 */
export function localeIsUtf8({ LC_ALL, LC_CTYPE, LANG }) {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}
