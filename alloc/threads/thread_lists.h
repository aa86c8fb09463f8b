// What a thread holds: a list of free blocks for each size class. The engine counts these blocks as
// used. Only their thread touches them, so its usual alloc and free need neither the lock nor an
// atomic operation, whoever allocated the block.
//
//   room                 by how many bytes more the lists may grow before some are given back
//   lists[class].first -> block -> block -> 0, `count` of them
//
// Most blocks on a list are slots of its class. The others are blocks of the large heap that have
// room for as much: so the small blocks of a class that has no span yet need no lock each time.
// Their addresses are multiples of `unit`: for a higher alignment the address is looked at.
//
// A thread that has not allocated yet has the empty lists of the heap, where all is zero: nothing
// can be popped, and there is no room to push.
#pragma once

#include "alloc/granary/block.h"
#include "alloc/granary/size_classes.h"
#include "runtime/expect.h"

namespace granary {

struct ThreadLists {
  // The lists hold at most so many bytes, and one block.
  static constexpr ByteCount capacity = 60 << 10;
  // So much is fetched at once for a class: little at first, twice as much each time, half as much
  // again when some of it had to be given back.
  static constexpr uint32_t first_batch = 512;
  static constexpr uint32_t largest_batch = 8192;

  // How many lists of larger blocks are asked when the own one is empty: blocks of the third class
  // above are larger by less than half. Below 64 bytes that would be too much; there a block of the
  // large heap lies on a list above its class, because it is larger than was asked for by less than
  // a unit.
  static constexpr unsigned next_lists = 3;
  static constexpr unsigned next_lists_of_least = (TaggedBlock::unit >> class_step_log2) - 1;
  static_assert(next_lists_of_least <= next_lists);

  // A shift finds a list by its class.
  struct alignas(4 * sizeof(uint32_t)) List {
    Address first;
    uint32_t count;
    uint32_t block_bytes;
    uint32_t batch_bytes;
  };

  // This is signed because the last block may take more than there was.
  int32_t room;
  ClassTable classes;
  // Those above the last class stay empty.
  List lists[size_class_count + next_lists];

  // Only blocks that need no higher alignment come from a list.
  static constexpr bool is_listed(ByteCount last_byte, Alignment alignment) {
    return ((last_byte / largest_small) | (alignment.log2() > unit_log2)) == 0;
  }

  // Makes these the lists of a thread, which are empty.
  [[clang::minsize]] void start() {
    room = capacity;
    classes.fill();
    for (unsigned index = 0; index < size_class_count + next_lists; ++index) {
      const unsigned at_most_last = index < size_class_count ? index : size_class_count - 1;
      const auto bytes = static_cast<uint32_t>(slot_size(SizeClass{at_most_last}));
      lists[index] = {0, 0, bytes, first_batch};
    }
  }

  // Returns the latest block of the list, or 0 when it is empty.
  [[gnu::always_inline]] Address pop(SizeClass size_class) {
    List& list = lists[index_of(size_class)];
    const Address block = list.first;
    if (block != 0) [[likely]] {
      list.first = link_of(block);
      --list.count;
      room += static_cast<int32_t>(list.block_bytes);
    }
    return block;
  }

  // Returns a block of the list for this request or of one of the next lists, which have blocks
  // that are little larger; 0 when the first block of none has the alignment. Where sizes are
  // random, this saves most visits to the engine.
  [[clang::minsize]] Address pop_near(ByteCount last_byte, Alignment alignment) {
    unsigned index = index_of(classes.class_of(last_byte));
    const unsigned more = index < classes_per_doubling ? next_lists_of_least : next_lists;
    for (const unsigned end = index + more; index <= end; ++index) {
      const Address block = lists[index].first;
      if (block != 0 && is_multiple_of_power_of_two(block, alignment.log2()))
        return pop(SizeClass{index});
    }
    return 0;
  }

  [[gnu::always_inline]] bool has_room() const { return room > 0; }

  [[gnu::always_inline]] void push(SizeClass size_class, Address block) {
    expect(has_room());
    List& list = lists[index_of(size_class)];
    link_of(block) = list.first;
    list.first = block;
    ++list.count;
    room -= static_cast<int32_t>(list.block_bytes);
  }

  // Returns the largest class of which a block of so many bytes can be a block.
  SizeClass class_within(ByteCount bytes) const {
    expect(bytes >= slot_size(SizeClass{0}));
    // The class of one byte more is the next one.
    const unsigned next =
        bytes < largest_small ? index_of(classes.class_of(bytes)) : size_class_count;
    return SizeClass{next - 1};
  }

  static Address& link_of(Address block) { return *reinterpret_cast<Address*>(block); }

 private:
  static constexpr unsigned unit_log2 = ceil_log2(TaggedBlock::unit);
};

}  // namespace granary
