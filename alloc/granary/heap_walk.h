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

namespace granary {

enum class ItemKind : uint32_t {
  end,      // there is no further item
  block,    // in use: a block of the large heap
  span,     // in use: slots of one size class
  free,     // in a bin
  gap,      // no blocks lie here: pages that others grew, or that the span table has
  top,      // free, at the end
  records,  // the span table
  broken,   // what lies here is no item: the heap's own words were overwritten
};

struct HeapItem {
  ItemKind kind;
  Address address;
  ByteCount size;
};

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
    ItemKind kind = ItemKind::gap;
    while (kind != ItemKind::end && kind != ItemKind::broken) kind = next().kind;
    return kind == ItemKind::end;
  }

  HeapItem next() {
    if (address_ >= end_) return item(ItemKind::end, address_);
    if (!extents_are_sound()) return item(ItemKind::broken, address_);
    if (address_ == limit_) return item(ItemKind::records, end_);
    if (address_ == top_) return item(ItemKind::top, limit_);
    if (address_ < first_ || address_ > top_ || address_ % TaggedBlock::unit != 0) {
      return item(ItemKind::broken, address_);
    }
    const TaggedBlock block(static_cast<Address>(address_));
    if (block.size() == 0 || block.size() > top_ - address_) {
      return item(ItemKind::broken, address_);
    }
    return item(kind_of(block), address_ + block.size());
  }

  // Returns the record of the 16 KiB in which an address of the heap lies; null when the table has
  // none, which means that the heap is damaged.
  const SpanRecord* record_of(WideAddress address) const {
    return record_at(SpanTable::offset_of(static_cast<Address>(address)));
  }

  const SpanRecord* record_at(SpanOffset offset) const {
    const auto record = reinterpret_cast<Address>(&heap_.table.at(offset));
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
    if (block.is_gap()) return ItemKind::gap;
    if (block.is_free()) return ItemKind::free;
    if (block.size() != span_size || block.address() % span_size != 0) return ItemKind::block;
    const SpanRecord* const record = record_of(block.address());
    return record != nullptr && !record->state.is_absent() ? ItemKind::span : ItemKind::block;
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
