// What the page shows of one engine: its map, what lies at the place looked at, figures, and tables that say
// the same as the picture.

import { HeapView } from "./heap-view.js";
import { indexAt, Kind } from "./items.js";
import { pageBytes, pagesOf } from "./layout.js";
import { bytes, fragmentation, number, percent, sumsOf } from "./sentences.js";

const classColumns = ["Slot size", "Spans", "Live slots", "Free slots"];
const pageColumns = ["Page", "Live bytes", "Free bytes", "What begins here"];

export class Panel {
  #root;
  #view;
  #snapshot;
  #room = 1;

  /**
   * @param {HTMLTemplateElement} template
   * @param {{title: string, what: string}} texts
   * @param {object} [options] see HeapView; blockAt and onLook
   */
  constructor(template, { title, what }, { onLook, blockAt, say }) {
    this.#root = template.content.firstElementChild.cloneNode(true);
    this.#find("h2").textContent = title;
    this.#find(".what").textContent = what;
    this.#root.setAttribute("aria-label", title);
    this.#view = new HeapView(this.#find("canvas"), {
      label: `The memory of ${title}, item by item`,
      ...{ blockAt, onLook },
      onChoose: (sentence) => (this.#find(".chosen").textContent = sentence),
    });
    const press = async (distance) => {
      await this.#view.choose(distance);
      say(this.#find(".chosen").textContent);
    };
    this.#find(".below").onclick = () => press(-1);
    this.#find(".above").onclick = () => press(1);
    this.#find("form").onsubmit = async (event) => {
      event.preventDefault();
      onLook();
      say(await this.#goTo(this.#find("input").value.trim()));
    };
    for (const details of this.#root.querySelectorAll("details")) {
      details.ontoggle = () => {
        if (!details.open) return;
        onLook();
        this.#fillTables();
      };
    }
  }

  get element() {
    return this.#root;
  }

  /** How many pages the picture has room for; the same for all panels, so that they can be compared. */
  set room(pages) {
    this.#room = pages;
  }

  /** Draws a snapshot of the player, and writes its figures. */
  show(snapshot) {
    this.#snapshot = snapshot;
    const { items, stats } = snapshot;
    this.#view.show({ items, pages: this.#room, classes: stats?.classes });
    this.#showFigures();
  }

  /** Brings up to date what stays the same while the player runs. */
  settle() {
    this.#fillTables();
    return this.#view.settle();
  }

  forget() {
    return this.#view.lookAt(undefined);
  }

  /** The figures in one sentence. */
  get summary() {
    const { pages, asked } = this.#snapshot;
    const title = this.#find("h2").textContent;
    return `${title}: ${number(pages)} pages, ${number(asked.blocks)} blocks with ${bytes(asked.bytes)}`;
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  async #goTo(text) {
    const address = Number(text);
    const { items, memoryBytes } = this.#snapshot;
    if (text === "" || !Number.isInteger(address) || indexAt(items, address) < 0) {
      const last = `0x${(memoryBytes - 1).toString(16)}`;
      const sentence = `${text === "" ? "Nothing" : text} is no address of this memory; 0 to ${last} are.`;
      this.#find(".chosen").textContent = sentence;
      return sentence;
    }
    await this.#view.lookAt(address);
    return this.#find(".chosen").textContent;
  }

  #showFigures() {
    const { items, stats, pages, asked } = this.#snapshot;
    const memory = pages * pageBytes;
    const figures = [
      ["Pages", number(pages), "pages"],
      ["Live blocks", number(asked.blocks), "asked-blocks"],
      ["Bytes asked for", bytes(asked.bytes), "asked-bytes", asked.bytes],
      ["Asked for, of the memory", percent(asked.bytes / memory), "used"],
    ];
    if (stats !== undefined) {
      const sums = sumsOf(items, stats.classes);
      figures.push(
        ["Heap", bytes(sums.heapBytes), "heapBytes", sums.heapBytes],
        ["Room in live blocks", bytes(sums.liveBytes), "liveBytes", sums.liveBytes],
        ["Free", bytes(sums.freeBytes), "freeBytes", sums.freeBytes],
        ["Free in slots", bytes(sums.freeSlotBytes), "freeSlotBytes", sums.freeSlotBytes],
        ["Largest free", bytes(sums.largestFreeBytes), "largestFreeBytes", sums.largestFreeBytes],
        ["Fragmentation", percent(fragmentation(sums)), "fragmentation"],
      );
    }
    const list = this.#find("dl");
    if (list.childElementCount !== figures.length) {
      list.replaceChildren(...figures.map(([name]) => figureNamed(name)));
    }
    for (const [index, [, text, key, value]] of figures.entries()) {
      const shown = list.children[index].lastElementChild;
      if (shown.textContent !== text) shown.textContent = text;
      shown.dataset.figure = key;
      if (value !== undefined) shown.dataset.value = value;
    }
  }

  #fillTables() {
    if (this.#snapshot === undefined) return;
    const { items, stats, pages } = this.#snapshot;
    const [classes, table] = [this.#find(".classes"), this.#find(".pages")];
    classes.hidden = stats === undefined;
    if (classes.open && stats !== undefined) {
      const used = stats.classes.filter(({ spans }) => spans > 0);
      const cells = ({ slotSize, spans, liveSlots, freeSlots }) =>
        [slotSize, spans, liveSlots, freeSlots].map(number);
      fill(classes, classColumns, used.map(cells));
    }
    if (table.open) fill(table, pageColumns, rowsOfPages(items, pages));
  }
}

function figureNamed(name) {
  const [group, term, figure] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
  term.textContent = name;
  group.append(term, figure);
  return group;
}

/** Returns a row for each page: its live and other bytes, and how many items of each kind begin in it. */
function rowsOfPages(items, pages) {
  const rows = Array.from({ length: pages }, () => ({ live: 0, bytes: 0, begin: new Map() }));
  for (let index = 0; index < items.count; index++) {
    const [address, size] = [items.address[index], items.size[index]];
    const name = kindNames[items.kind[index]];
    const { begin } = rows[Math.floor(address / pageBytes)];
    begin.set(name, (begin.get(name) ?? 0) + 1);
    for (const { page, from, to } of pagesOf(address, size)) {
      rows[page].live += (items.live[index] * (to - from)) / size;
      if (mayBeFree[items.kind[index]]) {
        rows[page].bytes += (to - from) * (1 - items.live[index] / size);
      }
    }
  }
  return rows.map(({ live, bytes: free, begin }, page) => [
    number(page + 1),
    number(live),
    number(free),
    [...begin].map(([name, count]) => `${number(count)} ${name}`).join(", ") || "nothing",
  ]);
}

const mayBeFree = { [Kind.span]: true, [Kind.free]: true, [Kind.top]: true, [Kind.unknown]: true };

const kindNames = {
  [Kind.block]: "large",
  [Kind.span]: "small",
  [Kind.free]: "free",
  [Kind.gap]: "others'",
  [Kind.top]: "top",
  [Kind.records]: "span table",
  [Kind.broken]: "broken",
  [Kind.data]: "data",
  [Kind.unknown]: "without a block",
};

function fill(details, columns, rows) {
  const heading = document.createElement("tr");
  for (const column of columns) heading.append(cellOf("th", column, "col"));
  details.querySelector("thead").replaceChildren(heading);
  const made = rows.map(([first, ...others]) => {
    const row = document.createElement("tr");
    row.append(cellOf("th", first, "row"), ...others.map((text) => cellOf("td", text)));
    return row;
  });
  details.querySelector("tbody").replaceChildren(...made);
}

function cellOf(tag, text, scope) {
  const cell = document.createElement(tag);
  cell.textContent = text;
  if (scope !== undefined) cell.scope = scope;
  return cell;
}
