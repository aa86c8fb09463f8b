// Ways to break arenas: where their blocks lie, what they take of the heap and give back, and whose blocks
// the checks take for whose. Each is one place; `from` must be in the file exactly once.

const arena = "alloc/arenas/arena.h";
const checks = "alloc/checks/checked_arenas.h";
const module = "alloc/abi/arenas.cc";
const library = "alloc/abi/library_arenas.cc";

/** @type {{name: string, file: string, from: string, to: string}[]} */
export const arenaMutants = [
  {
    name: "an arena has blocks at alignments that no address has",
    file: arena,
    from: "if (alignment.log2() >= address_bits) [[unlikely]]\n      return 0;\n",
    to: "",
  },
  {
    name: "a block of no bytes in an arena has the address of the next one",
    file: arena,
    from: "length + (length == 0)",
    to: "length",
  },
  {
    name: "a block of an arena reaches past its chunk by its padding",
    file: arena,
    from: "size > room || padding > room - size",
    to: "size > room",
  },
  {
    name: "a block of an arena that is larger than the room wraps",
    file: arena,
    from: "size > room || padding > room - size",
    to: "padding > room - size",
  },
  {
    name: "any block of an arena grows",
    file: arena,
    from: "if (!is_last(address, length)) return new_length <= length;",
    to: "if (!is_last(address, length)) return true;",
  },
  {
    name: "a block of an arena that is not the last one does not shrink",
    file: arena,
    from: "if (!is_last(address, length)) return new_length <= length;",
    to: "if (!is_last(address, length)) return false;",
  },
  {
    name: "the last block of an arena grows past its chunk",
    file: arena,
    from: "new_length > room && ",
    to: "false && ",
  },
  {
    name: "the chunk of an arena grows by a byte too little for its last block",
    file: arena,
    from: "!extend(new_length - room)",
    to: "!extend(new_length - room - 1)",
  },
  {
    name: "free in an arena forgets blocks above another one",
    file: arena,
    from: "if (is_last(block.address, block.length)) words_.next = block.address;",
    to: "words_.next = block.address;",
  },
  {
    name: "free in an arena has no block again",
    file: arena,
    from: "if (is_last(block.address, block.length)) words_.next = block.address;",
    to: "",
  },
  {
    name: "reset of an arena over a buffer begins at the arena's own words",
    file: arena,
    from: "words_.next = reinterpret_cast<Address>(this + 1);",
    to: "words_.next = reinterpret_cast<Address>(this);",
  },
  {
    name: "reset of an arena over a buffer gives nothing back",
    file: arena,
    from: "words_.next = reinterpret_cast<Address>(this + 1);",
    to: "",
  },
  {
    name: "reset of an arena keeps the smallest chunk",
    file: arena,
    from: "if (chunk->size > kept->size) {",
    to: "if (chunk->size < kept->size) {",
  },
  {
    name: "reset of an arena loses chunks",
    file: arena,
    from: "      parent_->free(block_of(smaller));\n",
    to: "",
  },
  {
    name: "after reset an arena takes chunks as large as before",
    file: arena,
    from: "    if (given_back != 0) words_.chunk_size = ",
    to: "    if (false) words_.chunk_size = ",
  },
  {
    name: "reset of an arena keeps a chunk that is larger than it may",
    file: arena,
    from: "if (kept->size > words_.kept_size) {",
    to: "if (false) {",
  },
  {
    name: "reset of an arena goes on in a chunk that it gave back",
    file: arena,
    from: "      words_.next = words_.end = 0;\n",
    to: "",
  },
  {
    name: "after a chunk that was too large to be kept an arena takes another such one",
    file: arena,
    from: "      words_.chunk_size = least_chunk;\n",
    to: "",
  },
  {
    name: "destroy of an arena keeps a chunk",
    file: arena,
    from: "    words_.kept_size = 0;\n    reset();",
    to: "    reset();",
  },
  {
    name: "destroy of an arena loses its own words",
    file: arena,
    from: "    parent_->free({reinterpret_cast<Address>(this), sizeof(Arena), words_alignment});\n",
    to: "",
  },
  {
    name: "destroy of an arena over a buffer asks the heap",
    file: arena,
    from: "    if (words_.chunk_size == has_buffer) return;\n    words_.kept_size",
    to: "    words_.kept_size",
  },
  {
    name: "an arena over a buffer takes chunks of the heap",
    file: arena,
    from: "    if (words_.chunk_size == has_buffer) return 0;\n",
    to: "",
  },
  {
    name: "an arena over a buffer reaches a byte past it",
    file: arena,
    from: "arena->words_.end = buffer + bytes;",
    to: "arena->words_.end = buffer + bytes + 1;",
  },
  {
    name: "a chunk of an arena has no room for what is aligned in it",
    file: arena,
    from: "saturating_add(size, sizeof(Chunk) + mask)",
    to: "saturating_add(size, sizeof(Chunk))",
  },
  {
    name: "the need of an arena for a block that cannot be wraps",
    file: arena,
    from: "saturating_add(size, sizeof(Chunk) + mask)",
    to: "size + sizeof(Chunk) + mask",
  },
  {
    name: "an arena does not take less than the usual chunk where there is no memory for that",
    file: arena,
    from: " && take_chunk(need) == nullptr) return 0;",
    to: ") return 0;",
  },
  {
    name: "chunks of an arena do not double",
    file: arena,
    from: "if (words_.chunk_size <= largest_step / 2) words_.chunk_size *= 2;",
    to: "",
  },
  {
    name: "a large block of an arena takes the place of the chunk in use",
    file: arena,
    from: "if (words_.end - words_.next < room) {",
    to: "if (false) {",
  },
  {
    name: "a chunk of an arena does not grow where it is",
    file: arena,
    from: "    if (chunk == nullptr) return false;\n",
    to: "    return false;\n",
  },
  {
    name: "the size of an arena's chunk wraps",
    file: arena,
    from: "saturating_add(chunk->size, bytes)",
    to: "chunk->size + bytes",
  },
  {
    name: "the checks do not know a destroyed arena",
    file: checks,
    from: "if (record->state != BlockState::live) [[unlikely]]",
    to: "if (false) [[unlikely]]",
  },
  {
    name: "the checks take any block for an arena",
    file: checks,
    from: "record == nullptr || record->heap != heap",
    to: "record == nullptr",
  },
  {
    name: "the checks read an arena past the end of the memory",
    file: checks,
    from: "heap >= RedZone::front_size && heap < memory_end()",
    to: "heap >= RedZone::front_size",
  },
  {
    name: "reset of a checked arena ends blocks before it has looked at all",
    file: checks,
    from: "if (is_block_of(use.heap, records_[number])) Base::check_zones(use, records_[number], number);",
    to: ";",
  },
  {
    name: "reset of a checked arena ends the arena",
    file: checks,
    from: "record.heap == heap && record.address != heap",
    to: "record.heap == heap",
  },
  {
    name: "reset of a checked arena ends blocks of others",
    file: checks,
    from: "record.state == BlockState::live && record.heap == heap",
    to: "record.state == BlockState::live && record.heap != 0",
  },
  {
    name: "a checked arena has more bytes than its buffer",
    file: checks,
    from: "if (length > room_of(heap)) return 0;",
    to: "",
  },
  {
    name: "a block of a checked arena grows past the buffer",
    file: checks,
    from: "use.new_length - length > room_of(use.heap) ||",
    to: "false ||",
  },
  {
    name: "the bytes of a checked arena are not counted back by free",
    file: checks,
    from: "    words_at(heap).used -= block.length;\n",
    to: "",
  },
  {
    name: "the bytes of a checked arena are not counted back by reset",
    file: checks,
    from: "    words_at(use.heap).used = 0;\n",
    to: "",
  },
  {
    name: "a block of an arena is freed through the heap without a fault",
    file: "alloc/checks/checked_engine.h",
    from: "if (record->heap != use.heap) [[unlikely]]",
    to: "if (false) [[unlikely]]",
  },
  {
    name: "a ctx that is an arena means the heap",
    file: module,
    from: "if (ctx == 0) return granary::raw::alloc(ctx, length, alignment, ret_addr);",
    to: "if (true) return granary::raw::alloc(ctx, length, alignment, ret_addr);",
  },
  {
    name: "destroy of no arena is one of the arena at 0",
    file: module,
    from: "if (arena != 0) Arenas::destroy(arena);",
    to: "Arenas::destroy(arena);",
  },
  {
    name: "C's arenas take alignments that are no powers of two",
    file: library,
    from: "if (!is_power_of_two(align) || size > largest_object) [[unlikely]]",
    to: "if (size > largest_object) [[unlikely]]",
  },
  {
    name: "C's arenas have objects that no program can have",
    file: library,
    from: "if (new_size > largest_object) return 0;",
    to: "",
  },
];
