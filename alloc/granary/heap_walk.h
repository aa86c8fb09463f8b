// The walk goes through the heap of a walkable engine, item by item in the order of addresses.
// Statistics, verify and reset use it. It reads only what it has found to be inside the heap, and
// it ends whatever the memory holds.
//
//   first                                                        top          limit        end
//   | block | span | free | block | gap over a stranger's | .... | top        | records    |
//
// Once the span table has pages of its own, the heap ends with the top, and those pages are a gap.
//
// Items lie end to end: the address of one plus its size is the address of the next. The tag of a
// block, which lies below its address, belongs to the item below.
#pragma once

#include "alloc/granary/block.h"
#include "alloc/granary/heap_state.h"
#include "alloc/granary/span.h"
#include "include/granary_inspect.h"

namespace granary {

using ItemKind = granary_item_kind;
using HeapItem = granary_item;

template <class Heap>
class HeapWalk {
 public:
  explicit HeapWalk(const Heap& heap)
      : heap_(heap),
        first_(heap.large.first()),
        top_(heap.large.top()),
        limit_(heap.large.limit()),
        end_(heap.wide_end()),
        address_(first_) {}

  // Begins at the item at `address`; one must begin there.
  HeapWalk(const Heap& heap, Address address) : HeapWalk(heap) { address_ = address; }

  // Returns whether first block, top, table and end follow one another inside the memory.
  bool extents_are_sound() const {
    return first_ >= heap_.first_page() + TaggedBlock::unit && first_ <= top_ && top_ <= limit_ &&
           limit_ <= end_ && end_ <= heap_.memory_end() && first_ % TaggedBlock::unit == 0 &&
           top_ % TaggedBlock::unit == 0 && limit_ % sizeof(Address) == 0;
  }

  // Returns whether the walk gets to the end of the heap from here.
  bool reaches_end() {
    uint32_t kind = GRANARY_GAP;
    while (kind != GRANARY_END && kind != GRANARY_BROKEN) kind = next().kind;
    return kind == GRANARY_END;
  }

  HeapItem next() {
    if (address_ >= end_) return item(GRANARY_END, address_);
    if (!extents_are_sound()) return item(GRANARY_BROKEN, address_);
    if (address_ == limit_) return item(GRANARY_RECORDS, end_);
    if (address_ == top_) return item(GRANARY_TOP, limit_);
    if (address_ < first_ || address_ > top_ || address_ % TaggedBlock::unit != 0) {
      return item(GRANARY_BROKEN, address_);
    }
    const TaggedBlock block(static_cast<Address>(address_));
    if (block.size() == 0 || block.size() > top_ - address_) {
      return item(GRANARY_BROKEN, address_);
    }
    return item(kind_of(block), address_ + block.size());
  }

  // Returns the record of the 16 KiB in which an address of the heap lies; null when the table has
  // none, which means that the heap is damaged.
  const SpanRecord* record_of(WideAddress address) const {
    return record_at(SpanTable::offset_of(static_cast<Address>(address)));
  }

  const SpanRecord* record_at(SpanOffset offset) const {
    const Address record = heap_.table.address_at(offset);
    const Address begin = heap_.table.begin();
    const bool inside =
        record >= begin && record - begin <= heap_.table.size() - sizeof(SpanRecord);
    if (!inside || offset % sizeof(SpanRecord) != 0) return nullptr;
    return reinterpret_cast<const SpanRecord*>(record);
  }

 private:
  HeapItem item(ItemKind kind, WideAddress after) {
    const HeapItem result = {kind, static_cast<Address>(address_),
                             static_cast<ByteCount>(after - address_)};
    address_ = after;
    return result;
  }

  ItemKind kind_of(TaggedBlock block) const {
    if (block.is_gap()) return GRANARY_GAP;
    if (block.is_free()) return GRANARY_FREE;
    if (block.size() != span_size || block.address() % span_size != 0) return GRANARY_BLOCK;
    const SpanRecord* const record = record_of(block.address());
    return record != nullptr && !record->state.is_absent() ? GRANARY_SPAN : GRANARY_BLOCK;
  }

  const Heap& heap_;
  WideAddress first_;
  WideAddress top_;
  WideAddress limit_;
  WideAddress end_;
  WideAddress address_;
};

// Returns the item that begins at `address`, or the first one for 0.
template <class Heap>
HeapItem item_at(const Heap& heap, Address address) {
  return (address == 0 ? HeapWalk(heap) : HeapWalk(heap, address)).next();
}

}  // namespace granary
