// Ways to break the sources, each one line. `from` must be in the file exactly once.

const classic = "alloc/classic.h";
const bits = "runtime/bits.h";
const integers = "runtime/integers.h";
const pages = "runtime/page_source.h";
const vtable = "alloc/abi/vtable.cc";

/** @type {{name: string, file: string, from: string, to: string}[]} */
export const mutants = [
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
];
