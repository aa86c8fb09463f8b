// The tables that a person reads, made from summaries (bench/summary.js). The ratios of the first
// allocator to the others are printed row by row.

const labelWidth = 24;

function number(value, digits, width) {
  return (value === null ? "-" : value.toFixed(digits)).padStart(width);
}

function text(value, width) {
  return value.slice(0, width - 1).padStart(width);
}

function allocatorNames(columns) {
  return Object.keys(columns).filter((name) => name !== "floor");
}

function timeLine(label, columns) {
  const names = allocatorNames(columns);
  const cells = names.map((name) => {
    const { best, median, overFloor } = columns[name];
    return `${number(best, 2, 9)}${number(median, 2, 9)}${number(overFloor, 2, 8)}`;
  });
  const ratios = names.slice(1).map((other) => number(columns[names[0]].over[other], 2, 10));
  const floor = number(columns.floor.best, 2, 8);
  return [label.padEnd(labelWidth) + floor, ...cells, ratios.join("")].join(" |");
}

function timeHeader(columns) {
  const names = allocatorNames(columns);
  const cells = names.map((name) => `${text(name, 9)}${text("median", 9)}${text("/floor", 8)}`);
  const ratios = names.slice(1).map((other) => text(`/${other}`, 10));
  return ["ns a call".padEnd(labelWidth) + text("floor", 8), ...cells, ratios.join("")].join(" |");
}

// `means` is null where the rows have nothing to do with each other.
export function timeTable(title, summaries, means) {
  const lines = summaries.map(({ row, columns }) => timeLine(row, columns));
  if (means !== null) lines.push(timeLine("geometric mean", means));
  return [title, timeHeader(summaries[0].columns), ...lines].join("\n");
}

// Returns every allocator's mean over every other's.
export function ratioTable(means) {
  const names = allocatorNames(means);
  const header = ["floor", ...names].map((name) => text(`/${name}`, 11)).join("");
  const lines = names.map((name) => {
    const ratios = names.map((other) =>
      number(other === name ? 1 : means[name].over[other], 2, 11),
    );
    return name.padEnd(labelWidth) + number(means[name].overFloor, 2, 11) + ratios.join("");
  });
  return ["ratios of means".padEnd(labelWidth) + header, ...lines].join("\n");
}

// The rows in which the first allocator does worst.
export function worstTable(worst) {
  const [[name, rows]] = Object.entries(worst);
  const lines = Object.entries(rows).map(([other, { row, over }]) => {
    const label = other === "best" ? "/the best of these" : `/${other}`;
    return label.padEnd(labelWidth) + number(over, 2, 11) + `  ${row}`;
  });
  return [`the worst trace of ${name}`, ...lines].join("\n");
}

function pageLine(label, peakLiveBytes, columns, pageDigits) {
  const cells = allocatorNames(columns).map((name) => {
    const { pages, heapOverPeak } = columns[name];
    return `${number(pages, pageDigits, 9)}${number(heapOverPeak, 2, 8)}`;
  });
  const peak = peakLiveBytes === null ? "" : (peakLiveBytes / 1024).toFixed(0);
  return [label.padEnd(labelWidth) + text(peak, 10), ...cells].join(" |");
}

export function pageTable(title, summaries, means) {
  const names = allocatorNames(summaries[0].columns);
  const cells = names.map((name) => `${text(name, 9)}${text("/peak", 8)}`);
  const header = ["pages grown".padEnd(labelWidth) + text("peak KiB", 10), ...cells].join(" |");
  const lines = summaries.map(({ row, peakLiveBytes, columns }) =>
    pageLine(row, peakLiveBytes, columns, 0),
  );
  if (means !== null) lines.push(pageLine("geometric mean, pages+1", null, means, 1));
  const heading = `${title}: pages grown by a first pass, and heap over peak live bytes`;
  return [heading, header, ...lines].join("\n");
}

// Returns the table of fixed memories: the games in which something was refused, and the refused
// requests out of all.
export function refusalTable(title, rows) {
  const names = Object.keys(rows[0].columns);
  const cells = names.map((name) => `${text(name, 10)}${text("% refused", 12)}`);
  const header = ["sizes".padEnd(labelWidth) + text("games", 8), ...cells].join(" |");
  const lines = rows.map(({ row, games, columns }) => {
    const counts = names.map((name) => {
      const { refusedGames, requests, refusals } = columns[name];
      return number(refusedGames, 0, 10) + number((100 * refusals) / requests, 2, 12);
    });
    return [row.padEnd(labelWidth) + number(games, 0, 8), ...counts].join(" |");
  });
  return [`${title}: games refused at some time, and requests`, header, ...lines].join("\n");
}
