// Where in a picture each byte of a memory lies. The picture is lines of pages; a page is a tile, whose cells
// lie side by side, each for the same number of bytes. There are as few pages in a line as fit the height, and
// their number is a power of two, so that the picture changes its shape seldom when the memory grows.

export const pageBytes = 65536;

/**
 * @typedef {object} Layout
 * @property {number} columns pages in a line
 * @property {number} rows
 * @property {number} tileWidth the distance from a page to the next one of the line, in pixels
 * @property {number} tileHeight the distance from a line to the next one
 * @property {number} gap the pixels between two lines, and between two pages of a line
 * @property {number} cells of a page, each one pixel wide
 * @property {number} height the pixels above and below the gaps
 */

/**
 * @param {number} pages
 * @param {number} width of the picture in pixels
 * @param {number} height
 * @param {number} [ratio] pixels to a unit of the page's own measures
 * @returns {Layout}
 */
export function layoutOf(pages, width, height, ratio = 1) {
  const most = Math.round(26 * ratio);
  let columns = 1;
  /** Makes lines of twice as many pages until they are so high, while pages stay so wide. */
  const widen = (least, narrowest) => {
    while (
      height / Math.ceil(pages / columns) < least * ratio &&
      width / (2 * columns) >= narrowest * ratio
    ) {
      columns *= 2;
    }
  };
  // Pages that can be looked into come first, then those that can be told apart, then all of them.
  widen(10, 24);
  widen(5, 3);
  widen(1 / ratio, 1 / ratio);
  const rows = Math.max(1, Math.ceil(pages / columns));
  const tileHeight = Math.max(1, Math.min(most, Math.floor(height / rows)));
  const tileWidth = Math.max(1, Math.floor(width / columns));
  const gap =
    tileHeight >= 3 && tileWidth >= 3
      ? Math.max(1, Math.round(Math.min(ratio, tileHeight / 5)))
      : 0;
  return {
    ...{ columns, rows, tileWidth, tileHeight, gap },
    cells: tileWidth - gap,
    height: tileHeight - gap,
  };
}

/** Returns the address that lies at a pixel, or undefined between the pages and outside of them. */
export function addressAt(layout, x, y) {
  const [column, row] = [Math.floor(x / layout.tileWidth), Math.floor(y / layout.tileHeight)];
  if (column < 0 || column >= layout.columns || row < 0 || row >= layout.rows) return undefined;
  const inTile = Math.min(x - column * layout.tileWidth, layout.cells - 1);
  const page = row * layout.columns + column;
  return Math.floor((page + inTile / layout.cells) * pageBytes);
}

/**
 * Yields the rectangles that memory covers, one for each page.
 *
 * @param {Layout} layout
 * @param {number} address
 * @param {number} size
 */
export function* partsOf(layout, address, size) {
  for (const { page, from, to } of pagesOf(address, size)) {
    const left = (from / pageBytes) * layout.cells;
    const right = (to / pageBytes) * layout.cells;
    yield {
      x: (page % layout.columns) * layout.tileWidth + Math.floor(left),
      y: Math.floor(page / layout.columns) * layout.tileHeight,
      width: Math.max(1, Math.ceil(right) - Math.floor(left)),
      height: layout.height,
    };
  }
}

/** Yields the pages that memory touches, with the offsets in each at which it begins and ends there. */
export function* pagesOf(address, size) {
  const end = address + size;
  for (let at = address; at < end;) {
    const page = Math.floor(at / pageBytes);
    const begin = page * pageBytes;
    const next = Math.min(end, begin + pageBytes);
    yield { page, from: at - begin, to: next - begin };
    at = next;
  }
}
