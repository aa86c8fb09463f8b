// Ways to break the faces, the checked wrapper and what inspects a heap; see mutant-list.js.

const malloc = "alloc/abi/malloc.cc";
const objects = "alloc/abi/objects.h";
const operators = "alloc/abi/new.cc";
const component = "alloc/abi/component.cc";
const importing = "alloc/abi/import.cc";
const keptState = "alloc/abi/kept.h";
const checked = "alloc/checks/checked_engine.h";
const redZone = "alloc/checks/red_zone.h";
const leaks = "alloc/checks/leaks.h";
const verify = "alloc/inspection/verify.h";
const inspect = "alloc/inspection/statistics.h";

/** @type {{name: string, file: string, from: string, to: string}[]} */
export const faceMutants = [
  {
    name: "calloc lets a product overflow",
    file: malloc,
    from: "    return nullptr;\n  }\n  return alloc_zeroed_object(bytes, fundamental);",
    to: "  }\n  return alloc_zeroed_object(bytes, fundamental);",
  },
  {
    name: "malloc keeps to 8 bytes",
    file: malloc,
    from: "fundamental = Alignment::from_log2(4);\n\nstatic_assert",
    to: "fundamental = Alignment::from_log2(3);\n\nstatic_assert",
  },
  {
    name: "realloc to nothing frees nothing and answers nothing",
    file: malloc,
    from: "if (size == 0) size = 1;",
    to: "if (size == 0) return nullptr;",
  },
  {
    name: "realloc copies as much as the new block holds",
    file: malloc,
    from: "held < size ? held : size",
    to: "size",
  },
  {
    name: "realloc keeps a block that is aligned too little",
    file: malloc,
    from: "if (granary::is_multiple_of_power_of_two(address, fundamental.log2())) {",
    to: "{",
  },
  {
    name: "realloc fails to shrink in a full memory",
    file: malloc,
    from: "return size <= held ? shrink_in_place",
    to: "return size == 0 ? shrink_in_place",
  },
  {
    name: "realloc grows a block to any size",
    file: malloc,
    from: "  if (size > granary::largest_object) return nullptr;\n",
    to: "",
  },
  {
    name: "malloc gives an object of any size",
    file: objects,
    from: "if (unseen > largest_object) return nullptr;",
    to: "static_cast<void>(unseen);",
  },
  {
    name: "calloc gives an object of any size",
    file: objects,
    from: "size > largest_object ? nullptr : ",
    to: "",
  },
  {
    name: "posix_memalign takes alignments below a pointer",
    file: malloc,
    from: " || align < sizeof(void*)",
    to: "",
  },
  {
    name: "posix_memalign stores before it knows",
    file: malloc,
    from: "  if (ptr == nullptr) return GRANARY_ENOMEM;\n  *result = ptr;",
    to: "  *result = ptr;\n  if (ptr == nullptr) return GRANARY_ENOMEM;",
  },
  {
    name: "free(NULL) reaches the heap",
    file: malloc,
    from: "if (ptr != nullptr) granary::heap().free_unsized(address_of(ptr));",
    to: "granary::heap().free_unsized(address_of(ptr));",
  },
  {
    name: "delete of null reaches the heap",
    file: operators,
    from: "if (ptr != nullptr) granary::heap().free_unsized(address_of(ptr));",
    to: "granary::heap().free_unsized(address_of(ptr));",
  },
  {
    name: "operator new answers null",
    file: operators,
    from: "    granary_operator_new_found_no_memory();",
    to: "    return ptr;",
  },
  {
    name: "operator new knows of no handler",
    file: operators,
    from: "std::get_new_handler != nullptr ? std::get_new_handler() : nullptr;",
    to: "nullptr;",
  },
  {
    name: "operator new calls its handler once",
    file: operators,
    from: "    ptr = granary::alloc_object(size, alignment);\n",
    to: "    ptr = granary::alloc_object(size, alignment);\n    break;\n",
  },
  {
    name: "aligned new forgets the alignment",
    file: operators,
    from: "? try_allocate(size, Alignment::from_bytes(bytes))",
    to: "? try_allocate(size, default_alignment)",
  },
  {
    name: "new[] passes a replaced new by",
    file: operators,
    from: "operator new[](size_t size) { return ::operator new(size); }",
    to: "operator new[](size_t size) {\n  return or_trap(try_allocate(size, default_alignment));\n}",
  },
  {
    name: "cabi_realloc does not end a block of new size 0",
    file: component,
    from: "    if (old_size != 0) granary::heap().free(block);\n",
    to: "",
  },
  {
    name: "cabi_realloc answers 0 when there is no memory",
    file: component,
    from: "if (result == nullptr) __builtin_trap();",
    to: "",
  },
  {
    name: "the heap of a library may be shared by threads",
    file: "alloc/abi/granary_is_single_threaded_link_libgranary-threads.cc",
    from: "constinit thread_local char",
    to: "constinit char",
  },
  {
    name: "a library that grows the memory by itself may be linked by emscripten",
    file: "alloc/abi/granary_is_not_for_emscripten_link_libgranary-emscripten.cc",
    from: "{ granary_is_not_for_emscripten_link_libgranary_emscripten(); }",
    to: "{}",
  },
  {
    name: "cabi_realloc copies nothing",
    file: component,
    from: "  __builtin_memcpy(moved, pointer_to(block.address), block.length);\n",
    to: "",
  },
  {
    name: "the state lies in a page of the program",
    file: importing,
    from: "(before.value << granary::wasm_page_log2)",
    to: "((before.value - 1) << granary::wasm_page_log2)",
  },
  {
    name: "a module over an imported memory begins without a page",
    file: importing,
    from: "if (WasmMemory::size().value == before.value) __builtin_trap();",
    to: "",
  },
  {
    name: "blocks begin in the state of an imported memory",
    file: keptState,
    from: "{imported_state + sizeof(Product::State), ",
    to: "{imported_state, ",
  },
  {
    name: "a checked module over an imported memory has no stack of its own",
    file: importing,
    from: "      granary::__stack_pointer = granary::imported_state;\n",
    to: "",
  },
  {
    name: "a fault takes a part of the stack in an imported memory",
    file: keptState,
    from: "  __stack_pointer = imported_state;\n",
    to: "",
  },
  {
    name: "a checked module over an imported memory begins without limits",
    file: importing,
    from: "      engine.set_default_limits();\n",
    to: "",
  },
  {
    name: "a length is not compared",
    file: checked,
    from: "if (record.length != use.block.length)",
    to: "if (false)",
  },
  {
    name: "an alignment is not compared",
    file: checked,
    from: "if (record.alignment_log2 != use.block.alignment.log2())",
    to: "if (false)",
  },
  {
    name: "a freed block passes for a live one",
    file: checked,
    from: "if (record == nullptr || record->state != BlockState::live)",
    to: "if (record == nullptr)",
  },
  {
    name: "a freed block does not wait",
    file: checked,
    from: "while (quarantined_ + length > limits_.quarantine)",
    to: "while (quarantined_ != 0)",
  },
  {
    name: "a checked block fails to shrink in a full memory",
    file: checked,
    from: "      change_length(records_[number], new_length);\n      return address;\n",
    to: "      return 0;\n",
  },
  {
    name: "the old place of a shrunk block does not wait",
    file: checked,
    from: "    end_block(records_[number], use);\n    return moved;",
    to: "    release(number, inner_block(records_[number]));\n    return moved;",
  },
  {
    name: "a shrunk block is lost at a fault in the quarantine",
    file: checked,
    from: "    make_room(inner_block(record).length, use);\n",
    to: "",
  },
  {
    name: "a shrunk block belongs to who shrank it",
    file: checked,
    from: "record.alignment(), record.allocated_by, use);",
    to: "record.alignment(), caller, use);",
  },
  {
    name: "what was written after free goes unseen",
    file: checked,
    from: "        RedZone::is_filled(record.address, filled(record.length), RedZone::freed_pattern);",
    to: "        true;",
  },
  {
    name: "only half of the rear zone is looked at",
    file: redZone,
    from: "return load<uint64_t>(end) == zone_pattern && load<uint64_t>(end + 8) == zone_pattern;",
    to: "return load<uint64_t>(end + 8) == zone_pattern;",
  },
  {
    name: "the front zone is not looked at",
    file: redZone,
    from: "return load<uint32_t>(address - 12) == static_cast<uint32_t>(zone_pattern) &&\n           load<uint64_t>(address - 8) == zone_pattern;",
    to: "return address != 0;",
  },
  {
    name: "leaks are not grouped",
    file: leaks,
    from: "if (groups[i].allocated_by == groups[last].allocated_by) {",
    to: "if (false) {",
  },
  {
    name: "verify does not look into the bins",
    file: verify,
    from: "    if (broken_ == GRANARY_NO_RULE) check_bins();\n",
    to: "",
  },
  {
    name: "verify takes any count of a span",
    file: verify,
    from: "      expect(count == 1 && free == 0, GRANARY_RULE_SPAN_COUNT);\n",
    to: "",
  },
  {
    name: "the slots that wait count as live",
    file: "alloc/granary/small_heap.h",
    from: "slot = link_of(slot)) --live;",
    to: "slot = link_of(slot)) continue;",
  },
  {
    name: "reset forgets the first region",
    file: "alloc/granary/span_engine.h",
    from: "      state_.large.add(region - TaggedBlock::overhead, item.address);\n",
    to: "",
  },
];
