// What lies free in a heap that can be walked, as a request sees it: pieces that would hold a
// block, and free slots. A span in which no block lives is free memory like any other, and joins
// what is free beside it.
#pragma once

#include "tests-native/laws/law_heap.h"

namespace granary::test {

template <class Heap>
class HeapView {
 public:
  explicit HeapView(Heap& heap) : heap_(heap) {}

  unsigned used_items() const { return count(GRANARY_BLOCK) + count(GRANARY_SPAN); }
  unsigned free_items() const { return count(GRANARY_FREE) + count(GRANARY_TOP); }

  // What is free that would hold a block: a place in a bin, or only one that ends with the top.
  enum class Room : uint8_t { none, top, block };

  // `is_idle` tells of the address of a span whether no block lives in it.
  template <class IsIdle>
  Room room_for(ByteCount length, Alignment alignment, IsIdle is_idle) const {
    const ByteCount size = block_size(length);
    HeapWalk walk(heap_.anatomy());
    Address begin = 0;
    ByteCount available = 0;
    for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
      const bool is_top = item.kind == GRANARY_TOP;
      const bool is_free = is_top || item.kind == GRANARY_FREE ||
                           (item.kind == GRANARY_SPAN && is_idle(item.address));
      if (!is_free) {
        available = 0;
        continue;
      }
      if (available == 0) begin = item.address;
      available += item.size;
      const ByteCount padding = (0 - begin) & (alignment.bytes() - 1);
      if (available >= size && available - size >= padding) return is_top ? Room::top : Room::block;
    }
    return Room::none;
  }

  // Whether a slot is free, of a class from `first` to `last` of which every slot is so aligned.
  bool has_free_slot(SizeClass first, SizeClass last, Alignment alignment) const {
    HeapStatistics statistics;
    collect(heap_.anatomy(), statistics);
    for (unsigned index = index_of(first); index <= index_of(last); ++index) {
      const auto& of_class = statistics.classes[index];
      if (of_class.free_slots != 0 && of_class.slot_size % alignment.bytes() == 0) return true;
    }
    return false;
  }

  bool is_whole() const { return verify(heap_.anatomy()) == GRANARY_NO_RULE; }

 private:
  unsigned count(ItemKind kind) const {
    HeapWalk walk(heap_.anatomy());
    unsigned result = 0;
    for (HeapItem item = walk.next(); item.kind != GRANARY_END; item = walk.next()) {
      if (item.kind == kind && item.size != 0) ++result;
    }
    return result;
  }

  Heap& heap_;
};

}  // namespace granary::test
