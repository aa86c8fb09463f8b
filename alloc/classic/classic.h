// The engine `classic` is address for address the allocator of Zig 0.16, std.heap.BrkAllocator, of
// which std.heap.WasmAllocator is an alias there (Andrew Kelley and the Zig contributors). It was
// written anew from that allocator's behaviour; docs/abi.md lists where it differs on purpose.
//
// Every block lies in a slot whose size is a power of two. The last word of a free slot links the
// free list of its size class; the last word of a slot in use belongs to no block, so `free` can
// overwrite it while the block's bytes are still there.
//
//   slot, 2^n bytes   |<------ block: at most 2^n - word ------>|  unused  |  word  |
//                     address                                            link, when free
//
// Classes by the logarithm of the slot, here for 32-bit addresses:
//
//   2          4 B               only a link: blocks of length 0
//   3 .. 15    8 B .. 32 KiB     slots cut one by one from a wasm page of that class
//   16 .. 31   64 KiB .. 2 GiB   slots of whole wasm pages, each grown by itself
//   32         more than that    no such slot; its free list is always empty
//
// No slot is ever given back or split, and slots never coalesce. All of the state is zero at the
// start.
#pragma once

#include "alloc/common/alignment.h"
#include "alloc/common/engine.h"
#include "runtime/bits.h"
#include "runtime/expect.h"
#include "runtime/integers.h"
#include "runtime/page_source.h"

namespace granary {

template <PageSource Memory>
class Classic {
 public:
  constexpr Classic() = default;
  constexpr explicit Classic(Memory memory) : memory_(memory) {}

  Address alloc(ByteCount length, Alignment alignment) {
    // A slot of many pages starts at a page, which is all the alignment that it has.
    if (alignment.log2() > wasm_page_log2) return 0;
    return take_slot(slot_log2(needed(length, alignment)));
  }

  bool resize(Block block, ByteCount new_length) {
    const ByteCount old_needed = needed(block.length, block.alignment);
    const ByteCount new_needed = needed(new_length, block.alignment);
    // Zig's rule: a block in whole pages stays there even when it becomes shorter than a page.
    if (is_small(ceil_log2(old_needed))) return ceil_log2(old_needed) == ceil_log2(new_needed);
    return page_slot_log2(old_needed) == page_slot_log2(new_needed);
  }

  Address remap(Block block, ByteCount new_length) {
    return resize(block, new_length) ? block.address : 0;
  }

  void free(Block block) {
    const unsigned log2 = slot_log2(needed(block.length, block.alignment));
    link_of(block.address, log2) = first_free_[log2];
    first_free_[log2] = block.address;
  }

 private:
  static constexpr unsigned slot_log2_count = address_bits + 1;

  static constexpr bool is_small(unsigned log2) { return log2 < wasm_page_log2; }

  // Alignments divide every slot that is at least as large, so an aligned block only needs a slot
  // of its alignment.
  static ByteCount needed(ByteCount length, Alignment alignment) {
    expect(alignment.log2() <= wasm_page_log2);
    const ByteCount with_link = saturating_add(length, sizeof(Address));
    return with_link > alignment.bytes() ? with_link : alignment.bytes();
  }

  static unsigned slot_log2(ByteCount needed) {
    const unsigned log2 = ceil_log2(needed);
    return is_small(log2) ? log2 : page_slot_log2(needed);
  }

  // Zig counts the link a second time when it rounds to pages, and the addresses depend on that.
  static unsigned page_slot_log2(ByteCount needed) {
    const ByteCount rounded = saturating_add(needed, wasm_page_size + sizeof(Address) - 1);
    return wasm_page_log2 + ceil_log2(rounded >> wasm_page_log2);
  }

  static Address& link_of(Address slot, unsigned log2) {
    expect(slot != 0);
    return *reinterpret_cast<Address*>(slot + power_of_two(log2) - sizeof(Address));
  }

  // Takes the latest freed slot of this size off its list, and returns it or 0.
  Address pop_free(unsigned log2) {
    const Address slot = first_free_[log2];
    if (slot != 0) first_free_[log2] = link_of(slot, log2);
    return slot;
  }

  Address take_slot(unsigned log2) {
    const Address slot = pop_free(log2);
    if (slot != 0) return slot;
    return is_small(log2) ? carve_slot(log2) : grow_slot(log2);
  }

  // The last class, which has no slot, asks for 2^address_bits bytes: no memory can grow by so
  // many.
  Address grow_slot(unsigned log2) { return memory_.grow({power_of_two(log2 - wasm_page_log2)}); }

  Address carve_slot(unsigned log2) {
    Address slot = next_slot_[log2];
    // At the end of its page, and before the first slot, the next slot would begin a page: take
    // one.
    if (is_multiple_of_power_of_two(slot, wasm_page_log2)) {
      slot = pop_free(wasm_page_log2);
      if (slot == 0) slot = grow_slot(wasm_page_log2);
      if (slot == 0) return 0;
    }
    next_slot_[log2] = slot + power_of_two(log2);
    return slot;
  }

  // The logarithm of a slot's size is the index of both; entries of sizes below a link stay unused.
  Address next_slot_[wasm_page_log2] = {};
  Address first_free_[slot_log2_count] = {};
  [[no_unique_address]] Memory memory_;
};

}  // namespace granary
