// Small blocks: slots of spans. Allocation pops a list of free slots that was taken over whole from
// the class's current span; freeing pushes onto the list of the slot's own span and counts it down.
// Only when a list has run dry, or a count has run out, is there more to do.
//
//   lists_[class] -> slot -> slot -> 0     slots to be handed out next
//   classes_[class].current                the span they came from; slots of it that are freed
//                                          meanwhile gather in its record, as in any other's
//   classes_[class].queue                  the ring of listed spans, the one listed first in front:
//                                          those that wait longest have gathered most
//
// A span goes round: current, full, listed, current; when it is listed and its last block is freed,
// it goes back to the large heap.
#pragma once

#include "alloc/size_classes.h"
#include "alloc/span.h"

namespace granary {

class SmallHeap {
  template <class>
  friend class HeapWalk;
  template <class>
  friend class Verifier;
  template <class>
  friend class Inspector;

 public:
  SpanTable& table() { return table_; }

  // Has to come before the first span. `class_of` and `pop` may come earlier: no class has a slot.
  void start() { class_table_.fill(); }

  // `last_byte` must be small.
  [[gnu::always_inline]] SizeClass class_of(ByteCount last_byte) const {
    return class_table_.class_of(last_byte);
  }

  // Forgets every span and block, as if nothing had been allocated yet. The table stays.
  void forget() {
    table_.forget();
    for (Address& list : lists_) list = 0;
    for (Class& state : classes_) state = {};
  }

  // A free slot of the class, or 0 when there is none at hand.
  [[gnu::always_inline]] Address pop(SizeClass size_class) {
    Address& list = lists_[index_of(size_class)];
    const Address slot = list;
    if (slot != 0) [[likely]]
      list = link_of(slot);
    return slot;
  }

  // False, with nothing changed, when the slot is the one that its span was waiting for, or when
  // the block is no slot.
  [[gnu::always_inline]] bool push(Address slot) {
    SpanRecord& record = table_.at(SpanTable::offset_of(slot));
    const SpanState state = record.state;
    if (!state.can_push()) [[unlikely]]
      return false;
    link_of(slot) = state.first_free();
    record.state = state.pushed(slot);
    return true;
  }

  bool owns(Address block) const {
    return table_.at(SpanTable::offset_of(block)).state.count() != 0;
  }

  SizeClass class_of_slot(Address slot) const {
    return table_.at(SpanTable::offset_of(slot)).state.size_class();
  }

  // Refills the list of the class from its current span or else from the first one listed, and
  // pops; 0 when no span of the class has a free slot.
  Address take_over(SizeClass size_class) {
    Class& state = classes_[index_of(size_class)];
    if (state.current != 0) {
      SpanRecord& record = table_.at(state.current);
      const Address slot = record.state.first_free();
      if (slot != 0) return adopt(size_class, record, slot);
      record.state = SpanState(size_class, state.frees_to_list, 0);
    }
    const SpanOffset span = state.queue;
    state.current = span;
    if (span == 0) return 0;
    unlink(state, span);
    SpanRecord& record = table_.at(span);
    return adopt(size_class, record, record.state.first_free());
  }

  // Whether the class, whose list is empty, has a current span of which every slot is free.
  [[gnu::always_inline]] bool has_unused_span(SizeClass size_class) const {
    const SpanOffset span = classes_[index_of(size_class)].current;
    return span != 0 && table_.at(span).state.count() == 1;
  }

  // Forgets the unused current span if `other` lies lower. Returns the one that is not needed.
  [[gnu::always_inline]] Address exchange_if_lower(SizeClass size_class, Address other) {
    SpanOffset& current = classes_[index_of(size_class)].current;
    const Address span = SpanTable::span_at(current);
    if (other > span) return other;
    table_.at(current).state = SpanState();
    current = 0;
    return span;
  }

  // Cuts memory of the size and alignment of a span into slots of the class, and pops one.
  Address cut(SizeClass size_class, Address span) {
    const ByteCount size = slot_size(size_class);
    Class& state = classes_[index_of(size_class)];
    state.capacity = static_cast<unsigned>(span_slot_bytes / size);
    state.frees_to_list = frees_to_list_of(state.capacity);
    state.current = SpanTable::offset_of(span);
    Address next = 0;
    for (Address slot = span + state.capacity * size; slot != span;) {
      slot -= size;
      link_of(slot) = next;
      next = slot;
    }
    return adopt(size_class, table_.at(state.current), span);
  }

  // The slow half of `push`. Returns the span when it holds no block any more, now forgotten here,
  // else 0.
  Address push_last(Address slot) {
    const SpanOffset span = SpanTable::offset_of(slot);
    SpanRecord& record = table_.at(span);
    const SizeClass size_class = record.state.size_class();
    Class& state = classes_[index_of(size_class)];
    if (record.next == 0) {
      link_of(slot) = record.state.first_free();
      record.state = SpanState(size_class, state.capacity - state.frees_to_list, slot);
      append(state, span);
      return 0;
    }
    unlink(state, span);
    record.state = SpanState();
    return SpanTable::span_at(span);
  }

  // To be called after a span of the class was emptied. When no listed span is left, the current
  // one has to give up its privilege too: a span that nobody can empty stays wherever it happens to
  // be. The slots that were to be handed out next go back to it and it is listed, or, when it holds
  // no block, returned and forgotten here. Walks one list of slots; emptying the other span took at
  // least as many calls as that has slots.
  Address demote_current(SizeClass size_class) {
    Class& state = classes_[index_of(size_class)];
    const SpanOffset span = state.current;
    if (state.queue != 0 || span == 0) return 0;
    SpanRecord& record = table_.at(span);
    unsigned used = record.state.count() - 1;
    Address& list = lists_[index_of(size_class)];
    Address* end = &list;
    for (; *end != 0; end = &link_of(*end)) --used;
    *end = record.state.first_free();
    const Address first = list;
    list = 0;
    // Without a free slot it stays what it is: the next `take_over` finds it full.
    if (first == 0) return 0;
    state.current = 0;
    if (used == 0) {
      record.state = SpanState();
      return SpanTable::span_at(span);
    }
    record.state = SpanState(size_class, used, first);
    append(state, span);
    return 0;
  }

  // Whether the class is worth a span of its own. If not, its block is to be a single one of the
  // large heap: in a small heap, a span that is hardly used for each class would be most of it.
  [[gnu::always_inline]] bool wants_span(SizeClass size_class) {
    ByteCount& bytes = classes_[index_of(size_class)].single_bytes;
    bytes += slot_size(size_class);
    return bytes > span_size;
  }

  // A part of what was freed still counts, so that a class that is busy gets a span at last. The
  // class is that of the length which the block has now; a block that was over-aligned or larger
  // once was counted in another, which then gets its span early.
  [[gnu::always_inline]] void single_freed(SizeClass size_class) {
    const ByteCount size = slot_size(size_class);
    const ByteCount freed = size - size / busy_share;
    ByteCount& bytes = classes_[index_of(size_class)].single_bytes;
    if (bytes > freed) bytes -= freed;
  }

 private:
  struct Class {
    SpanOffset current;
    SpanOffset queue;
    // Slots of a span.
    unsigned capacity;
    // How many slots of a full span are freed before it is listed. More than one, so that a
    // take-over gets some slots even when blocks are freed at random.
    unsigned frees_to_list;
    ByteCount single_bytes;
  };

  // Shares of a span's slots, and of the bytes of freed single blocks.
  static constexpr unsigned listing_share = 8;
  static constexpr unsigned busy_share = 8;

  static constexpr unsigned frees_to_list_of(unsigned capacity) {
    return 1 + capacity / listing_share;
  }

  static Address& link_of(Address slot) { return *reinterpret_cast<Address*>(slot); }

  // All free slots of the span become the list of the class; the first of them is handed out.
  Address adopt(SizeClass size_class, SpanRecord& record, Address slot) {
    const unsigned index = index_of(size_class);
    record.state = SpanState(size_class, classes_[index].capacity + 1, 0);
    lists_[index] = link_of(slot);
    return slot;
  }

  [[gnu::noinline]] void append(Class& state, SpanOffset span) {
    if (state.queue == 0) state.queue = table_.at(span).previous = span;
    SpanRecord& record = table_.at(span);
    SpanRecord& first = table_.at(state.queue);
    const SpanOffset last = first.previous;
    record.next = state.queue;
    record.previous = last;
    table_.at(last).next = span;
    first.previous = span;
  }

  [[gnu::noinline]] void unlink(Class& state, SpanOffset span) {
    SpanRecord& record = table_.at(span);
    const SpanOffset next = record.next;
    table_.at(record.previous).next = next;
    table_.at(next).previous = record.previous;
    if (state.queue == span) state.queue = next == span ? 0 : next;
    record.next = 0;
  }

  SpanTable table_;
  ClassTable class_table_;
  Address lists_[size_class_count] = {};
  Class classes_[size_class_count] = {};
};

}  // namespace granary
