// Turns the samples of a row into the numbers that the text and the JSON show, and rows into means.
//
// A number that does not exist (of a column without samples, or the floor's pages) is null. A mean
// is taken over the rows in which every column has the number.

import { best, geometricMean, median } from "./statistics.js";

const pageBytes = 65536;

function ratio(one, other) {
  return one === null || other === null || other === undefined ? null : one / other;
}

function withRatios(timesByName) {
  const names = Object.keys(timesByName);
  for (const name of names) {
    const times = timesByName[name];
    times.overFloor = ratio(times.best, timesByName.floor.best);
    times.over = Object.fromEntries(
      names
        .filter((other) => other !== name && other !== "floor")
        .map((other) => [other, ratio(times.best, timesByName[other].best)]),
    );
  }
  return timesByName;
}

// {row, calls, peakLiveBytes, columns: {name: {best, median, overFloor, over: {peer}, pages,
// heapOverPeak, samples}}}
export function summarizeRow({ row, calls, peakLiveBytes, results }) {
  const columns = {};
  for (const { name, samples, pages } of results) {
    const exists = samples.length > 0;
    columns[name] = {
      best: exists ? best(samples) : null,
      median: exists ? median(samples) : null,
      pages,
      heapOverPeak: pages === null ? null : (pages * pageBytes) / peakLiveBytes,
      samples,
    };
  }
  return { row, calls, peakLiveBytes, columns: withRatios(columns) };
}

// Returns of each column the row with the largest ratio of its time to another column's, by the name of
// the other, and the row with the largest ratio to the best of all others, by the name `best`.
export function worstOf(summaries) {
  const names = Object.keys(summaries[0].columns).filter((name) => name !== "floor");
  const worst = {};
  for (const name of names) {
    const others = names.filter((other) => other !== name);
    worst[name] = {};
    for (const [key, among] of [...others.map((other) => [other, [other]]), ["best", others]]) {
      const ratios = summaries
        .map(({ row, columns }) => ({ row, over: Math.max(...overs(columns[name], among)) }))
        .filter(({ over }) => Number.isFinite(over));
      ratios.sort((a, b) => b.over - a.over);
      worst[name][key] = ratios[0] ?? null;
    }
  }
  return worst;
}

function overs(column, names) {
  return names.map((name) => column.over[name]).filter((over) => over !== null);
}

// A heap that never grows has 0 pages, of which there is no geometric mean: so every row counts one page
// more (and in the heap over the peak, one at least).
function meanOf(summaries, name, numberOf) {
  const numbers = summaries.map((summary) => numberOf(summary.columns[name], summary));
  return numbers.includes(null) ? null : geometricMean(numbers);
}

export function meansOf(allSummaries) {
  const names = Object.keys(allSummaries[0].columns);
  const isWhole = ({ columns }) => names.every((name) => columns[name].best !== null);
  const summaries = allSummaries.filter(isWhole);
  const onePageMore = ({ pages }) => (pages === null ? null : pages + 1);
  const means = {};
  for (const name of names) {
    means[name] = {
      best: meanOf(summaries, name, (column) => column.best),
      median: meanOf(summaries, name, (column) => column.median),
      pages: meanOf(summaries, name, onePageMore),
      heapOverPeak: meanOf(summaries, name, (column, { peakLiveBytes }) =>
        column.pages === null ? null : (Math.max(1, column.pages) * pageBytes) / peakLiveBytes,
      ),
    };
  }
  return withRatios(means);
}
