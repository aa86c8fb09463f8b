// The heap of a walkable engine, item by item in the order of addresses. Statistics, verify and
// reset all go this way; so it reads nothing that it has not found to be inside the heap, and ends
// on any contents of the memory.
//
//   first                                                        top          limit        end
//   | block | span | free | block | gap over a stranger's | .... | top        | records    |
//
// Once the span table has pages of its own, the heap ends with the top, and those pages are a gap.
//
// Items lie end to end: the address of one plus its size is the address of the next. The tag of a
// block, which is before its address, belongs to the item before it.
#pragma once

#include "alloc/granary/block.h"
#include "alloc/granary/span.h"
#include "include/granary_inspect.h"
#include "runtime/page_source.h"

namespace granary {

// Addresses and ends of the whole address space; the end of a memory of 4 GiB is no Address.
using WideAddress = uint64_t;

using ItemKind = granary_item_kind;
using HeapItem = granary_item;

template <class Heap>
class HeapWalk {
 public:
  explicit HeapWalk(const Heap& heap)
      : heap_(heap),
        first_(heap.large_.first_),
        top_(heap.large_.top_),
        limit_(heap.large_.limit_),
        end_(end_of(heap)),
        address_(first_),
        empty_(heap.large_.is_empty()) {}

  // Begins at the item at `address`, which must be where one begins.
  HeapWalk(const Heap& heap, Address address) : HeapWalk(heap) { address_ = address; }

  static WideAddress memory_end() {
    return WideAddress{Heap::Memory::size().value} << wasm_page_log2;
  }

  // Whether first block, top, table and end follow one another inside the memory.
  bool extents_are_sound() const {
    return first_ >= Heap::first_page() + TaggedBlock::unit && first_ <= top_ && top_ <= limit_ &&
           limit_ <= end_ && end_ <= memory_end() && first_ % TaggedBlock::unit == 0 &&
           top_ % TaggedBlock::unit == 0 && limit_ % sizeof(Address) == 0;
  }

  bool is_empty() const { return empty_; }

  HeapItem next() {
    if (is_empty() || address_ >= end_) return item(GRANARY_END, address_);
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

  // The record of the 16 KiB that an address inside the heap lies in; null when the table has none,
  // which says that it is damaged.
  const SpanRecord* record_of(WideAddress address) const {
    return record_at(SpanTable::offset_of(static_cast<Address>(address)));
  }

  const SpanRecord* record_at(SpanOffset offset) const {
    const SpanTable& table = heap_.small_.table_;
    const auto record = reinterpret_cast<Address>(&table.at(offset));
    const Address begin = table.begin();
    const bool inside = record >= begin && record - begin <= table.size_ - sizeof(SpanRecord);
    if (!inside || offset % sizeof(SpanRecord) != 0) return nullptr;
    return reinterpret_cast<const SpanRecord*>(record);
  }

 private:
  // An end of 0 is that of the whole address space.
  static WideAddress end_of(const Heap& heap) {
    const WideAddress last = heap.end() - 1;
    return heap.large_.is_empty() ? 0 : static_cast<Address>(last) + WideAddress{1};
  }

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
    return record != nullptr && record->state.count() != 0 ? GRANARY_SPAN : GRANARY_BLOCK;
  }

  const Heap& heap_;
  WideAddress first_;
  WideAddress top_;
  WideAddress limit_;
  WideAddress end_;
  WideAddress address_;
  bool empty_;
};

}  // namespace granary
