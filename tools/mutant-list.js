// Ways to break the engines, each one line. `from` must be in the file exactly once.

const classic = "alloc/classic/classic.h";
const bits = "runtime/bits.h";
const integers = "runtime/integers.h";
const pages = "runtime/wasm_memory.h";
const vtable = "alloc/abi/vtable.cc";
const engine = "alloc/granary/span_engine.h";
const small = "alloc/granary/small_heap.h";
const large = "alloc/granary/large_heap.h";
const span = "alloc/granary/span.h";
const classes = "alloc/granary/size_classes.h";
const bins = "alloc/granary/bins.h";
const growth = "alloc/common/growth.h";

/** @type {{name: string, file: string, from: string, to: string}[]} */
export const engineMutants = [
  {
    name: "slots have no room for their link",
    file: classic,
    from: "saturating_add(length, sizeof(Address));",
    to: "saturating_add(length, 1);",
  },
  {
    name: "the link is not counted twice in whole pages",
    file: classic,
    from: "wasm_page_size + sizeof(Address) - 1);",
    to: "wasm_page_size - 1);",
  },
  {
    name: "a block takes one page more than it needs",
    file: classic,
    from: "saturating_add(needed, wasm_page_size + sizeof(Address) - 1);",
    to: "saturating_add(needed, 2 * wasm_page_size + sizeof(Address) - 1);",
  },
  {
    name: "a slot of 64 KiB counts as small",
    file: classic,
    from: "return log2 < wasm_page_log2;",
    to: "return log2 <= wasm_page_log2;",
  },
  {
    name: "a slot of 32 KiB counts as big",
    file: classic,
    from: "return log2 < wasm_page_log2;",
    to: "return log2 + 1 < wasm_page_log2;",
  },
  {
    name: "free forgets the rest of the free list",
    file: classic,
    from: "link_of(block.address, log2) = first_free_[log2];",
    to: "link_of(block.address, log2) = 0;",
  },
  {
    name: "free does not enter the block",
    file: classic,
    from: "first_free_[log2] = block.address;",
    to: "",
  },
  {
    name: "alloc does not take the block off the free list",
    file: classic,
    from: "if (slot != 0) first_free_[log2] = link_of(slot, log2);",
    to: "",
  },
  {
    name: "the link lies at the start of the slot",
    file: classic,
    from: "slot + power_of_two(log2) - sizeof(Address)",
    to: "slot + 0 * power_of_two(log2)",
  },
  {
    name: "carving skips a slot",
    file: classic,
    from: "next_slot_[log2] = slot + power_of_two(log2);",
    to: "next_slot_[log2] = slot + 2 * power_of_two(log2);",
  },
  {
    name: "carving hands out the same slot again",
    file: classic,
    from: "next_slot_[log2] = slot + power_of_two(log2);",
    to: "next_slot_[log2] = slot;",
  },
  {
    name: "a class without a page does not look at freed pages",
    file: classic,
    from: "slot = pop_free(wasm_page_log2);",
    to: "slot = 0;",
  },
  {
    name: "a refused page is carved all the same",
    file: classic,
    from: "      if (slot == 0) return 0;",
    to: "",
  },
  {
    name: "an alignment above 64 KiB is served",
    file: classic,
    from: "if (alignment.log2() > wasm_page_log2) return 0;",
    to: "",
  },
  {
    name: "an alignment of 64 KiB is refused",
    file: classic,
    from: "if (alignment.log2() > wasm_page_log2) return 0;",
    to: "if (alignment.log2() >= wasm_page_log2) return 0;",
  },
  {
    name: "the alignment is not part of the slot",
    file: classic,
    from: "return with_link > alignment.bytes() ? with_link : alignment.bytes();",
    to: "return with_link + 0 * alignment.bytes();",
  },
  {
    name: "resize compares small slots by whole pages",
    file: classic,
    from: "if (is_small(ceil_log2(old_needed))) return",
    to: "if (false) return",
  },
  {
    name: "resize of whole pages compares exact sizes",
    file: classic,
    from: "return page_slot_log2(old_needed) == page_slot_log2(new_needed);",
    to: "return ceil_log2(old_needed) == ceil_log2(new_needed);",
  },
  {
    name: "remap never answers",
    file: classic,
    from: "return resize(block, new_length) ? block.address : 0;",
    to: "return resize(block, new_length) ? 0 : 0;",
  },
  {
    name: "lengths wrap",
    file: integers,
    from: "? ~ByteCount{0} : sum;",
    to: "? sum : sum;",
  },
  {
    name: "the logarithm rounds down",
    file: bits,
    from: "__builtin_clzg(value - 1,",
    to: "__builtin_clzg(value,",
  },
  {
    name: "growth asks for a page more",
    file: pages,
    from: "__builtin_wasm_memory_grow(0, count.value)",
    to: "__builtin_wasm_memory_grow(0, count.value + 1)",
  },
  {
    name: "a refused growth is taken for an address",
    file: pages,
    from: "first == ~ByteCount{0} ? 0 : first << wasm_page_log2",
    to: "first << wasm_page_log2",
  },
  {
    name: "vtable names resize and remap in the wrong order",
    file: vtable,
    from: "vtable = {alloc, resize, remap, free}",
    to: "vtable = {alloc, remap, resize, free}",
  },
  {
    name: "a length is not rounded up to its alignment",
    file: classes,
    from: "return (length - 1) | ~(~ByteCount{0} << (alignment.log2() % address_bits));",
    to: "return (length - 1) | (0 * alignment.log2());",
  },
  {
    name: "a length may be longer than its slot",
    file: classes,
    from: "of_step_[last_byte >> class_step_log2]}",
    to: "of_step_[(last_byte - 1) >> class_step_log2]}",
  },
  {
    name: "a slot keeps being handed out",
    file: small,
    from: "list = link_of(slot);",
    to: "list = slot;",
  },
  {
    name: "a free forgets the slots freed before it",
    file: small,
    from: "    link_of(slot) = state.first_free();\n    record.state = state.pushed(slot);",
    to: "    link_of(slot) = 0;\n    record.state = state.pushed(slot);",
  },
  {
    name: "a free is not counted",
    file: span,
    from: "((bits_ & ~link_mask) | slot) - (uint64_t{1} << count_shift)",
    to: "((bits_ & ~link_mask) | slot)",
  },
  {
    name: "an emptied span is not given back",
    file: small,
    from: "    return SpanTable::span_at(span);\n  }\n\n  // The current",
    to: "    return 0;\n  }\n\n  // The current",
  },
  {
    name: "every class gets a span at once",
    file: small,
    from: "return bytes > span_size &&",
    to: "return bytes > 0 &&",
  },
  {
    name: "a small block may grow past its slot",
    file: engine,
    from: "return new_length <= slot &&",
    to: "return new_length <= 2 * slot &&",
  },
  {
    name: "a small block may shrink to nothing in its slot",
    file: engine,
    from: "(new_length >= slot / 2 || slot <= 16)",
    to: "true",
  },
  {
    name: "an idle span outlives all others",
    file: engine,
    from: "      if (state_.small.has_few_spans()) give_back_idle_spans();\n",
    to: "",
  },
  {
    name: "a refused larger growth is the end",
    file: engine,
    from: "      pages = exact;\n",
    to: "",
  },
  {
    name: "what growing leaves dirty counts as zero",
    file: engine,
    from: "if (used < state_.large.used()) used = state_.large.used();",
    to: "",
  },
  {
    name: "a zeroed block is always cleared",
    file: engine,
    from: "ByteCount dirty = used < address ? 0 : used - address;",
    to: "ByteCount dirty = length;",
  },
  {
    name: "the heap always grows by a share",
    file: growth,
    from: "grown.value < share_from.value ? 0 : grown.value >> share_log2",
    to: "(grown.value + 8) >> 1",
  },
  {
    name: "the heap never grows by a share",
    file: growth,
    from: "return {share > need.value ? share : need.value};",
    to: "return {share > ~ByteCount{0} - 1 ? share : need.value};",
  },
  {
    name: "a freed block is not joined with the one before it",
    file: large,
    from: "      block = block.previous();\n      size += block.size();\n      bins_.remove(block);\n",
    to: "      static_cast<void>(block.previous());\n",
  },
  {
    name: "a freed block is not joined with the one behind it",
    file: large,
    from: "    if (next.is_free()) {\n      bins_.remove(next);\n      size += next.size();\n    }",
    to: "",
  },
  {
    name: "the tail of a shrunk block is lost",
    file: large,
    from: "    block.resize_used(size);\n    release_rest(address + size, end);",
    to: "    block.resize_used(size);",
  },
  {
    name: "a block slides down without its bytes",
    file: large,
    from: "    __builtin_memmove(reinterpret_cast<void*>(lower), reinterpret_cast<const void*>(address), held);\n",
    to: "    static_cast<void>(held);\n",
  },
  {
    name: "a block that left its bin is still the first in it",
    file: bins,
    from: "    TaggedBlock(link).next_in_bin() = next.address();\n",
    to: "",
  },
  {
    name: "the block behind one that left its bin leads back to it",
    file: bins,
    from: "    next.link_in_bin() = link;\n",
    to: "",
  },
  {
    name: "a bin that a search found empty stays marked",
    file: bins,
    from: "    bitmap_[bin / word_bits] ^= uint32_t{heads_[bin] == end()} << (bin % word_bits);\n",
    to: "",
  },
  {
    name: "a bin without a fitting block is unmarked",
    file: bins,
    from: "uint32_t{heads_[bin] == end()}",
    to: "uint32_t{heads_[bin] != 0}",
  },
];
