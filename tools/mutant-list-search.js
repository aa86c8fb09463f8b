// Ways to break what the default engine does where nothing is at hand: where it looks before it grows
// or says no, where its table lies, what it finds at its start. Each is one place; `from` must be in
// the file exactly once.

const engine = "alloc/granary/span_engine.h";
const small = "alloc/granary/small_heap.h";
const large = "alloc/granary/large_heap.h";
const verify = "alloc/inspection/verify.h";

/** @type {{name: string, file: string, from: string, to: string}[]} */
export const searchMutants = [
  {
    name: "only a few free blocks are looked at before the memory grows",
    file: engine,
    from: "state_.large.take(size, alignment, Large::whole_depth, growing)",
    to: "state_.large.take(size, alignment, Large::usual_depth, growing)",
  },
  {
    name: "a search takes the first block of its bin that fits",
    file: large,
    from: "if (available == size || best.bin != own_bin) return best;",
    to: "return best;",
  },
  {
    name: "spans that hold no block are kept when the memory grows",
    file: engine,
    from: "growing = !give_back_idle_spans()",
    to: "growing = true",
  },
  {
    name: "slots of larger classes are not asked for",
    file: engine,
    from: "for (; index < size_class_count; ++index) {\n      const SizeClass larger",
    to: "for (; index > size_class_count; ++index) {\n      const SizeClass larger",
  },
  {
    name: "a slot of a larger class may be aligned too little",
    file: engine,
    from: "      if (slot_size(larger) % alignment.bytes() != 0) continue;\n",
    to: "",
  },
  {
    name: "a search looks into an empty bin again and again",
    file: large,
    from: "      bins_.unmark_if_empty(best.bin);\n",
    to: "",
  },
  {
    name: "a bin stays marked when a search takes its last block",
    file: large,
    from: "      bins_.unmark_if_empty(found.bin);\n",
    to: "",
  },
  {
    name: "what was unavailable stays so when a block is freed",
    file: large,
    from: "    if (size > unavailable_size_ - 1) unavailable_size_ = 0;\n",
    to: "",
  },
  {
    name: "what is unavailable at one alignment is so at all",
    file: large,
    from: " && alignment.log2() >= unavailable_log2_;",
    to: " && alignment.log2() <= address_bits;",
  },
  {
    name: "a full span hides its first free slot",
    file: small,
    from: "record.state = SpanState(size_class, 1, 0);",
    to: "record.state = SpanState(size_class, 2, 0);",
  },
  {
    name: "a heap that was reset expects classes that are gone",
    file: small,
    from: "    classes_expected_ = 0;\n    spans_ = 0;\n",
    to: "    spans_ = 0;\n",
  },
  {
    name: "a heap that was reset counts spans that are gone",
    file: small,
    from: "    classes_with_spans_ = 0;\n",
    to: "",
  },
  {
    name: "every class of single blocks is expected to want a span",
    file: small,
    from: "bytes == 0 && classes_expected_ < most_classes_expected",
    to: "bytes == 0",
  },
  {
    name: "the first block of all counts in a class that is not its own",
    file: small,
    from: "    class_table_.fill();\n    classes_expected_ = 0;\n",
    to: "    class_table_.fill();\n",
  },
  {
    name: "a heap that was reset counts spans of none",
    file: small,
    from: "    spans_ = 0;\n",
    to: "",
  },
  {
    name: "the span table of a large heap goes on moving",
    file: engine,
    from: "        fix_table(end);\n",
    to: "        {}\n",
  },
  {
    name: "the span table of a large heap with 64-bit addresses goes on moving",
    file: engine,
    from: "      if (!table_reaches(end)) fix_table(end);\n",
    to: "",
  },
  {
    name: "a heap grows beyond the reach of a table that gets no pages",
    file: engine,
    from: "        if (!table_reaches(end)) return false;\n",
    to: "",
  },
  {
    name: "a large heap grows by pages for its records",
    file: engine,
    from: "    if (state_.table.is_fixed()) records_of_page = 0;\n",
    to: "",
  },
  {
    name: "the slack is taken to be zero",
    file: engine,
    from: "    state_.large.extend(state_.large.limit(), state_.large.limit());\n    return true;",
    to: "    return true;",
  },
  {
    name: "records in the slack keep what lay there",
    file: engine,
    from: "    state_.table.forget();\n    state_.large",
    to: "    state_.large",
  },
  {
    name: "a slack smaller than its records is taken in",
    file: engine,
    from: "    if (slack.end - slack.begin <= records + 2 * TaggedBlock::unit) return false;\n",
    to: "",
  },
  {
    name: "a block that cannot move to shrink is refused",
    file: engine,
    from: "if (moved == 0) return address;",
    to: "if (moved == 0) return 0;",
  },
  {
    name: "a class gets its first span however small the heap is",
    file: small,
    from: "spans * sizeof(SpanRecord) <= table.size()",
    to: "classes_expected_ <= most_classes_expected",
  },
  {
    name: "spans that go are not counted down",
    file: small,
    from: "    if (--state.spans == 0) --classes_with_spans_;\n",
    to: "    static_cast<void>(state);\n",
  },
  {
    name: "verify does not count the spans of a class",
    file: verify,
    from: "      expect(heap_.small.of(SizeClass{index}).spans == spans_of_[index], GRANARY_RULE_CLASS_SPANS);\n",
    to: "",
  },
  {
    name: "verify believes what is noted to be unavailable",
    file: verify,
    from: "    expect(!heap_.large.denies(item.address, item.size), GRANARY_RULE_UNAVAILABLE);\n",
    to: "",
  },
];
