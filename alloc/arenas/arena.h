// An arena is an engine over another one, its parent, from which it takes memory in chunks. It
// hands out the bytes of a chunk one after the other, and gives chunks back whole.
//
//   chunk in use   | below, size | block | block | block |                    |
//                                                        ^ next               ^ end
//   chunk below    | below, size | block | block                    |
//
// The last block of the chunk in use is the one that ends at `next`; no other block ends there,
// because a chunk's own words lie below its blocks. So the arena keeps nothing about its blocks: it
// finds the last one by the length that it is told, and only that one can grow or is had again when
// it is freed.
//
// The arena's own words lie in a block of the parent, or at the beginning of a buffer, whose rest
// is the one chunk that this arena ever has.
#pragma once

#include "alloc/common/alignment.h"
#include "alloc/common/engine.h"
#include "include/granary_arena.h"

namespace granary {

// `Parent` is a pointer to an engine, or a value without fields that acts as one.
template <class Parent>
class Arena {
  using Chunk = granary_arena_chunk;

 public:
  // Returns null when the parent has no memory. The first block takes the first chunk, which has
  // room for `first_bytes`; 0 is the usual room.
  static Arena* create(Parent parent, ByteCount first_bytes) {
    const Address words = parent->alloc(sizeof(Arena), words_alignment);
    if (words == 0) return nullptr;
    return begin(words, parent, (first_bytes + sizeof(Chunk)) | least_chunk);
  }

  // Returns null when the buffer has no room for a block.
  static Arena* over(Parent parent, Address buffer, ByteCount bytes) {
    const ByteCount padding = padding_to(words_alignment.bytes() - 1, buffer);
    if (bytes <= padding + sizeof(Arena)) return nullptr;
    Arena* const arena = begin(buffer + padding, parent, has_buffer);
    arena->words_.end = buffer + bytes;
    arena->reset();
    return arena;
  }

  [[gnu::always_inline]] Address alloc(ByteCount length, Alignment alignment) {
    if (alignment.log2() >= address_bits) [[unlikely]]
      return 0;
    const ByteCount mask = alignment.bytes() - 1;
    // A block of no bytes has an address that no other block has.
    const ByteCount size = length + (length == 0);
    const ByteCount room = words_.end - words_.next;
    const ByteCount padding = padding_to(mask, words_.next);
    if (size > room || padding > room - size) [[unlikely]]
      return alloc_slow(size, mask);
    return place(words_.next + padding, size);
  }

  [[gnu::always_inline]] bool resize(Block block, ByteCount new_length) {
    return resize_at(block.address, block.length, new_length);
  }

  [[gnu::always_inline]] Address remap(Block block, ByteCount new_length) {
    return resize(block, new_length) ? block.address : 0;
  }

  [[gnu::always_inline]] void free(Block block) {
    if (is_last(block.address, block.length)) words_.next = block.address;
  }

  // Ends every block. The largest chunk stays, unless it is larger than `kept_size`.
  void reset() {
    Chunk* kept = words_.chunks;
    if (kept == nullptr) {
      // Only a buffer has an end without a chunk.
      if (words_.end != 0) words_.next = reinterpret_cast<Address>(this + 1);
      return;
    }
    ByteCount given_back = 0;
    for (Chunk* chunk = kept->below; chunk != nullptr;) {
      Chunk* const below = chunk->below;
      Chunk* smaller = chunk;
      if (chunk->size > kept->size) {
        smaller = kept;
        kept = chunk;
      }
      given_back += smaller->size;
      parent_->free(block_of(smaller));
      chunk = below;
    }
    // If the next blocks need what these needed, they find it in one chunk where the old ones were.
    if (given_back != 0) words_.chunk_size = given_back < largest_step ? given_back : largest_step;
    if (kept->size > words_.kept_size) {
      parent_->free(block_of(kept));
      words_.chunks = nullptr;
      words_.next = words_.end = 0;
      words_.chunk_size = least_chunk;
    } else {
      use(kept, nullptr);
    }
  }

  void destroy() {
    if (words_.chunk_size == has_buffer) return;
    words_.kept_size = 0;
    reset();
    parent_->free({reinterpret_cast<Address>(this), sizeof(Arena), words_alignment});
  }

  // What users may read, and of which they may change `kept_size`.
  granary_arena& words() { return words_; }
  const granary_arena& words() const { return words_; }

 private:
  // Chunks double from the first one up to this size, so that an arena of any size has few.
  static constexpr ByteCount least_chunk = 1024 - 4;
  static constexpr ByteCount largest_step = 1024 * 1024;
  // The `chunk_size` that says that there is no other chunk to be had.
  static constexpr ByteCount has_buffer = 0;

  static constexpr Alignment words_alignment = Alignment::from_bytes(sizeof(Address));
  // The largest that blocks have often: the first one of a chunk then needs little padding.
  static constexpr Alignment chunk_alignment = Alignment::from_log2(4);

  // How many bytes lie between the address and the next multiple of `mask` + 1.
  static ByteCount padding_to(ByteCount mask, Address address) { return (0 - address) & mask; }

  [[gnu::always_inline]] static Block block_of(Chunk* chunk) {
    return {reinterpret_cast<Address>(chunk), chunk->size, chunk_alignment};
  }

  bool is_last(Address address, ByteCount length) const { return address + length == words_.next; }

  [[gnu::noinline, clang::minsize]] static Arena* begin(Address words, Parent parent,
                                                        ByteCount chunk_size) {
    Arena* const arena = reinterpret_cast<Arena*>(words);
    arena->words_ = {0, 0, nullptr, chunk_size, ~ByteCount{0}};
    arena->parent_ = parent;
    return arena;
  }

  // Blocks lie in this chunk from now on, from its beginning; `below` are all others.
  void use(Chunk* chunk, Chunk* below) {
    chunk->below = below;
    words_.chunks = chunk;
    words_.next = reinterpret_cast<Address>(chunk + 1);
    words_.end = reinterpret_cast<Address>(chunk) + chunk->size;
  }

  Address place(Address address, ByteCount size) {
    words_.next = address + size;
    return address;
  }

  // What stays out of line takes scalars: where nothing optimises the whole program, a struct goes
  // through a stack in memory, which a module over an imported memory does not have.

  [[gnu::noinline, clang::minsize]] bool resize_at(Address address, ByteCount length,
                                                   ByteCount new_length) {
    if (!is_last(address, length)) return new_length <= length;
    const ByteCount room = words_.end - address;
    if (new_length > room && !extend(new_length - room)) return false;
    place(address, new_length);
    return true;
  }

  [[gnu::noinline, clang::minsize]] Address alloc_slow(ByteCount size, ByteCount mask) {
    if (words_.chunk_size == has_buffer) return 0;
    const ByteCount need = saturating_add(size, sizeof(Chunk) + mask);
    const ByteCount step = need < words_.chunk_size ? words_.chunk_size : need;
    const Address next = words_.next;
    const ByteCount room = words_.end - next;
    if (!extend(step) && take_chunk(step) == nullptr && take_chunk(need) == nullptr) return 0;
    if (words_.chunk_size <= largest_step / 2) words_.chunk_size *= 2;
    const Address address = place(words_.next + padding_to(mask, words_.next), size);
    if (words_.end - words_.next < room) {
      // The chunk that was in use has more room than this one, which is thus for this block only.
      Chunk* const chunk = words_.chunks;
      Chunk* const used = chunk->below;
      chunk->below = used->below;
      used->below = chunk;
      words_.chunks = used;
      words_.next = next;
      words_.end = next + room;
    }
    return address;
  }

  // Makes the chunk in use larger where it is.
  [[gnu::noinline, clang::minsize]] bool extend(ByteCount bytes) {
    Chunk* const chunk = words_.chunks;
    if (chunk == nullptr) return false;
    const ByteCount size = saturating_add(chunk->size, bytes);
    if (!parent_->resize(block_of(chunk), size)) return false;
    chunk->size = size;
    words_.end += bytes;
    return true;
  }

  [[gnu::noinline, clang::minsize]] Chunk* take_chunk(ByteCount size) {
    auto* const chunk = reinterpret_cast<Chunk*>(parent_->alloc(size, chunk_alignment));
    if (chunk != nullptr) {
      chunk->size = size;
      use(chunk, words_.chunks);
    }
    return chunk;
  }

  granary_arena words_;
  [[no_unique_address]] Parent parent_;
};

}  // namespace granary
