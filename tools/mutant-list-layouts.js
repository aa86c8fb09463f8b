// Ways to let the public records, kinds and rules of include/ differ from what repeats them: each
// swaps two of them in one place. See tools/mutants.js.

const inspect = "include/granary_inspect.h";
const checked = "include/granary_checked.h";
const layouts = "js/layouts.js";

/** A mutant in which two texts stand in each other's place, with what is between them as it was. */
const swapped = (name, file, first, between, second) => ({
  name,
  file,
  from: first + between + second,
  to: second + between + first,
});

export const layoutMutants = [
  swapped(
    "two figures of a heap change places",
    inspect,
    "  size_t live_bytes;\n",
    "",
    "  size_t free_bytes;\n",
  ),
  swapped(
    "two figures of a size class change places",
    inspect,
    "  size_t live_slots;\n",
    "",
    "  size_t free_slots;\n",
  ),
  swapped(
    "two words of an item change places",
    inspect,
    "  uintptr_t address;\n",
    "",
    "  size_t size;\n",
  ),
  swapped(
    "two words of a fault change places",
    checked,
    "  uintptr_t allocated_by;\n",
    "",
    "  uintptr_t freed_by;\n",
  ),
  swapped(
    "two words of a leak change places",
    checked,
    "  size_t block_count;\n",
    "",
    "  size_t bytes;\n",
  ),
  swapped(
    "two kinds of items change numbers",
    inspect,
    "GRANARY_BLOCK",
    " = 1,\n  /* 16 KiB of slots of one size class: small blocks, live and free. */\n  ",
    "GRANARY_SPAN",
  ),
  swapped(
    "two rules change numbers",
    inspect,
    "GRANARY_RULE_BIN_COUNT",
    " = 13,\n\n  /* Of spans. */\n\n  /* The record of 16 KiB that are no span is empty. */\n  ",
    "GRANARY_RULE_RECORD",
  ),
  swapped(
    "two kinds of faults change numbers",
    checked,
    "GRANARY_WRONG_LENGTH",
    " = 8,\n  /* The block has another alignment. */\n  ",
    "GRANARY_WRONG_ALIGNMENT",
  ),
  swapped(
    "two figures of a heap change names in JavaScript",
    layouts,
    '"spanCount"',
    ",\n  ",
    '"pageCount"',
  ),
  swapped(
    "two words of a fault change names in JavaScript",
    layouts,
    '"block"',
    ",\n  ",
    '"blockLength"',
  ),
  swapped("two kinds of items change names in JavaScript", layouts, '"block"', ", ", '"span"'),
  swapped(
    "two kinds of faults change names in JavaScript",
    layouts,
    '"inside-block"',
    ",\n  ",
    '"inside-freed-block"',
  ),
  swapped(
    "two words of a leak change names in JavaScript",
    layouts,
    '"blockCount"',
    ", ",
    '"bytes", "groupCount"',
  ),
  {
    name: "two rules change sentences in JavaScript",
    file: "js/sentences.js",
    from: `["bin-count", "every free block is in a bin"],
  ["record", "the record of 16 KiB that are no span is empty"]`,
    to: `["bin-count", "the record of 16 KiB that are no span is empty"],
  ["record", "every free block is in a bin"]`,
  },
];
