// What the demo prints, in lines of at most 80 characters: a heading, a group of lines for each trace, in
// which every module has one, and a summary. Each function returns text; nothing here writes.
//
// A terminal that is wider gives the chart more room, and nothing else.

import { barChart } from "./chart.js";
import { geometricMean, median } from "./statistics.js";
import { printable } from "./trace-format.js";

const narrowest = 80;
const longestName = 22;

/**
 * @param {object} options
 * @param {{name: string, what?: string}[]} options.modules `what` says in a few words what a module is
 * @param {number} [options.width] of the terminal
 * @param {boolean} options.unicode whether the chart may leave ASCII
 * @param {(text: string) => string} options.bold
 * @param {number} options.rounds of which the best counts
 */
export function createTable({ modules, width = narrowest, unicode, bold, rounds }) {
  const names = modules.map(({ name }) => cut(printable(name), longestName));
  const nameWidth = Math.max(...names.map((name) => name.length));
  // A width below 0 aligns to the left.
  const columns = [-nameWidth, 7, 14, 9];
  const taken = 2 + columns.reduce((sum, column) => sum + Math.abs(column) + 2, 0);
  const chartWidth = Math.min(Math.max(width, narrowest) - 1 - taken, 32);

  function heading() {
    const words = modules
      .map(({ what }, index) => (what ? `  ${names[index].padEnd(nameWidth)}  ${what}\n` : ""))
      .join("");
    const titles = ["", "pages", "heap over live", "ns a call", "pages over the run"];
    return (
      "Every trace holds the calls that a real program made of its allocator.\n" +
      `${words}\n` +
      "pages           of 64 KiB, by which the memory grew\n" +
      "heap over live  bytes grown / peak of live bytes; below 1 where blocks lie in\n" +
      "                the first page too, which every module has before it grows\n" +
      `ns a call       seen from JavaScript, best of ${rounds} runs on fresh instances, with\n` +
      "                growth of the memory and copies of realloc\n\n" +
      bold(indented(titles, columns))
    );
  }

  function group(trace, results) {
    const calls = trace.operationCount.toLocaleString("en-US");
    const facts = `: ${calls} calls, ${formatBytes(trace.peakLiveBytes)} live at the peak`;
    const title = cut(printable(trace.name), narrowest - facts.length) + facts;
    // All charts of a trace have one scale, so that their heights can be compared.
    const highest = Math.max(...results.flatMap(({ growth }) => growth));
    const lines = results.map((result, position) =>
      indented(
        [
          names[position],
          result.pagesGrown.toLocaleString("en-US"),
          formatRatio(result.heapOverLive),
          result.nanosecondsPerCall.toFixed(1),
          barChart(result.growth, { width: chartWidth, unicode, highest }),
        ],
        columns,
      ),
    );
    return [title, ...lines].join("\n");
  }

  /** Takes the results of each module, one for each trace. */
  function summary(results) {
    const count = results[0].length;
    /** In how many traces no module has less than this one. */
    const leastIn = (own, key) => {
      const isLeast = (result, trace) => results.every((other) => result[key] <= other[trace][key]);
      return `${own.filter(isLeast).length} of ${count}`;
    };
    // One module alone is compared with none.
    const compared = (cells) => (modules.length > 1 ? cells : cells.slice(0, 2));
    const part = compared([7, 6, 8]);
    const widthOfPart = part.reduce((sum, width) => sum + width + 2, -2);
    const widths = [-nameWidth, ...part, ...part];
    const titles = compared(["mean", "median", "least in"]);
    const lines = results.map((own, position) => {
      // A trace that fits into the first page grows nothing, and has no place in a mean of ratios.
      const ratios = own.map(({ heapOverLive }) => heapOverLive).filter((ratio) => ratio > 0);
      const times = own.map(({ nanosecondsPerCall }) => nanosecondsPerCall);
      const ofRatios = (figure) => (ratios.length > 0 ? formatRatio(figure(ratios)) : "none");
      return [
        names[position],
        ...compared([ofRatios(geometricMean), ofRatios(median), leastIn(own, "pagesGrown")]),
        ...compared([
          geometricMean(times).toFixed(1),
          median(times).toFixed(1),
          leastIn(own, "nanosecondsPerCall"),
        ]),
      ];
    });
    const parts = ["", "heap over live", "ns a call"];
    return [
      `${count} traces, with geometric means:`,
      bold(indented(parts, [-nameWidth, -widthOfPart])),
      ...[["", ...titles, ...titles], ...lines].map((cells) => indented(cells, widths)),
    ].join("\n");
  }

  return { heading, group, summary };
}

function indented(cells, widths) {
  const padded = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  });
  return `  ${padded.join("  ")}`.trimEnd();
}

function cut(text, width) {
  return text.length > width ? `${text.slice(0, width - 3)}...` : text;
}

function formatBytes(bytes) {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${kibibytes.toFixed(1)} KiB` : `${(kibibytes / 1024).toFixed(1)} MiB`;
}

function formatRatio(ratio) {
  return `${ratio.toFixed(2)}x`;
}
