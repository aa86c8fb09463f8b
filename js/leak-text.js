// The report of what is live, as text for people: the groups with most bytes first, each with its call site.

const counted = (count, unit) => `${count} ${unit}${count === 1 ? "" : "s"}`;

/** @param {import("./checked-heap.d.ts").LeakReport} report */
export function descriptionOf({ blockCount, bytes, groups }) {
  const are = blockCount === 1 ? "is" : "are";
  const total = `${counted(blockCount, "block")} of ${counted(bytes, "byte")} ${are} live`;
  return [total, ...groups.flatMap(linesOf)].join("\n");
}

function linesOf({ allocatedBy, blockCount, bytes, name, frames = [] }) {
  const by = name ?? (allocatedBy === 0 ? "nobody who was named" : allocatedBy);
  const head = `  ${counted(bytes, "byte")} in ${counted(blockCount, "block")} by ${by}`;
  return [head, ...frames.map((frame) => `    at ${frame}`)];
}
