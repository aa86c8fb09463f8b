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
// it goes back to the large heap. A full span is listed at its first free, at the end of the ring:
// by the time it comes to the front it has gathered more, so that a take-over gets several slots
// even when blocks are freed at random, and no free slot is ever out of reach.
#pragma once

#include "alloc/granary/block.h"
#include "alloc/granary/size_classes.h"
#include "alloc/granary/span.h"

namespace granary {

class SmallHeap {
 public:
  // Has to come before the first span. `class_of` and `pop` may come earlier: no class has a slot.
  // A block that was asked for before has been counted in a class that is not its own.
  [[clang::minsize]] void start() {
    class_table_.fill();
    classes_expected_ = 0;
  }

  // What is kept for a size class.
  struct Class {
    SpanOffset current;
    SpanOffset queue;
    // Slots of a span.
    unsigned capacity;
    // How many it has.
    unsigned spans;
    // Of the single blocks that were ever allocated. A hint: it may wrap.
    ByteCount single_bytes;
  };

  // `last_byte` must be small.
  [[gnu::always_inline]] SizeClass class_of(ByteCount last_byte) const {
    return class_table_.class_of(last_byte);
  }

  // Forgets every span and block, as if nothing had been allocated yet. The table is forgotten by
  // its owner.
  void forget() {
    __builtin_memset(lists_, 0, sizeof lists_);
    __builtin_memset(classes_, 0, sizeof classes_);
    classes_with_spans_ = 0;
    classes_expected_ = 0;
    spans_ = 0;
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
  [[gnu::always_inline]] static bool push(SpanTable& table, Address slot) {
    SpanRecord& record = table.at(SpanTable::offset_of(slot));
    const SpanState state = record.state;
    if (!state.can_push()) [[unlikely]]
      return false;
    link_of(slot) = state.first_free();
    record.state = state.pushed(slot);
    return true;
  }

  // A free slot of the class, or 0 when no span that is current or listed has one: of the list, or
  // else the list is refilled from the current span or from the first one listed.
  Address take_over(SpanTable& table, SizeClass size_class) {
    const Address waiting = pop(size_class);
    if (waiting != 0) return waiting;
    Class& state = classes_[index_of(size_class)];
    SpanOffset span = state.current;
    if (span != 0) {
      SpanRecord& record = table.at(span);
      if (record.state.first_free() == 0) {
        record.state = SpanState(size_class, 1, 0);
        span = 0;
      }
    }
    if (span == 0) {
      span = state.queue;
      state.current = span;
      if (span == 0) return 0;
      unlink(table, state, span);
    }
    SpanRecord& record = table.at(span);
    return adopt(size_class, record, record.state.first_free());
  }

  // Cuts memory of the size and alignment of a span into slots of the class, and pops one.
  [[clang::minsize]] Address cut(SpanTable& table, SizeClass size_class, Address span) {
    const ByteCount size = slot_size(size_class);
    Class& state = classes_[index_of(size_class)];
    state.capacity = static_cast<unsigned>(span_slot_bytes / size);
    state.current = SpanTable::offset_of(span);
    if (state.spans++ == 0) ++classes_with_spans_;
    ++spans_;
    Address next = 0;
    for (Address slot = span + state.capacity * size; slot != span;) {
      slot -= size;
      link_of(slot) = next;
      next = slot;
    }
    return adopt(size_class, table.at(state.current), span);
  }

  // The slow half of `push`. Returns the span when it holds no block any more, now forgotten here,
  // else 0.
  [[gnu::always_inline]] Address push_last(SpanTable& table, Address slot) {
    const SpanOffset span = SpanTable::offset_of(slot);
    SpanRecord& record = table.at(span);
    const SizeClass size_class = record.state.size_class();
    Class& state = classes_[index_of(size_class)];
    if (record.next == 0) {
      link_of(slot) = 0;
      record.state = SpanState(size_class, state.capacity - 1, slot);
      append(table, state, span);
      return 0;
    }
    unlink(table, state, span);
    forget(state, record);
    return SpanTable::span_at(span);
  }

  // The current span of the class if it holds no block, now forgotten here, else 0.
  [[gnu::always_inline]] Address forget_unused(SpanTable& table, SizeClass size_class) {
    Class& state = classes_[index_of(size_class)];
    const SpanOffset span = state.current;
    if (span == 0) return 0;
    SpanRecord& record = table.at(span);
    unsigned used = record.state.count() - 1;
    // Without a slot that was freed it holds the block that it was taken over for.
    if (used == state.capacity) return 0;
    Address& list = lists_[index_of(size_class)];
    for (Address slot = list; slot != 0; slot = link_of(slot)) --used;
    if (used != 0) return 0;
    list = 0;
    state.current = 0;
    forget(state, record);
    return SpanTable::span_at(span);
  }

  // Whether no class may have another than its current span.
  bool has_few_spans() const { return spans_ <= classes_with_spans_; }

  bool has_spans(SizeClass size_class) const { return classes_[index_of(size_class)].spans != 0; }

  // Whether the class, which has no span, is worth its first. If not, its block is to be a single
  // one of the large heap: a span that is hardly used for each class would be most of a small heap.
  // So a span's worth of such blocks must have been allocated, and the heap must be large for the
  // number of classes that have spans and, for some of them, may want one next.
  [[gnu::always_inline]] bool is_worth_span(const SpanTable& table, SizeClass size_class,
                                            ByteCount last_byte) {
    ByteCount& bytes = classes_[index_of(size_class)].single_bytes;
    if (bytes == 0 && classes_expected_ < most_classes_expected) ++classes_expected_;
    bytes += last_byte + 1;
    const ByteCount spans = (classes_with_spans_ + classes_expected_) * spans_per_class;
    return bytes > span_size && spans * sizeof(SpanRecord) <= table.size();
  }

  // Of the classes of single blocks that are expected to want a span, at most; a program has some
  // that it hardly uses.
  static constexpr unsigned most_classes_expected = 8;

  // --- read from outside ---

  const Class& of(SizeClass size_class) const { return classes_[index_of(size_class)]; }
  // The first of the slots that the class hands out next.
  Address waiting(SizeClass size_class) const { return lists_[index_of(size_class)]; }
  unsigned spans() const { return spans_; }
  unsigned classes_with_spans() const { return classes_with_spans_; }
  unsigned classes_expected() const { return classes_expected_; }

  // Of 16 KiB of the heap, which are no span unless their record says so.
  SpanRole role_of(const SpanTable& table, SpanOffset span) const {
    const SpanRecord& record = table.at(span);
    if (record.state.is_absent()) return SpanRole::absent;
    if (of(record.state.size_class()).current == span) return SpanRole::current;
    return record.next != 0 ? SpanRole::listed : SpanRole::full;
  }

  // How many slots of a span hold a block.
  unsigned live_slots(const SpanTable& table, SpanOffset span) const {
    const SpanState state = table.at(span).state;
    const SpanRole role = role_of(table, span);
    if (role == SpanRole::listed) return state.count();
    if (role == SpanRole::full) return of(state.size_class()).capacity;
    unsigned live = state.count() - 1;
    for (Address slot = waiting(state.size_class()); slot != 0; slot = link_of(slot)) --live;
    return live;
  }

 private:
  // How many spans the heap has room for, at the least, for each class that has any and each that
  // is expected to: what the first spans of all classes waste stays a small part of the heap.
  static constexpr ByteCount spans_per_class = 3;

  static Address& link_of(Address slot) { return *reinterpret_cast<Address*>(slot); }

  // All free slots of the span become the list of the class; the first of them is handed out.
  [[gnu::noinline]] Address adopt(SizeClass size_class, SpanRecord& record, Address slot) {
    const unsigned index = index_of(size_class);
    record.state = SpanState(size_class, classes_[index].capacity + 1, 0);
    lists_[index] = link_of(slot);
    return slot;
  }

  [[gnu::noinline]] void forget(Class& state, SpanRecord& record) {
    if (--state.spans == 0) --classes_with_spans_;
    --spans_;
    record.state = SpanState();
  }

  [[gnu::noinline]] static void append(SpanTable& table, Class& state, SpanOffset span) {
    if (state.queue == 0) state.queue = table.at(span).previous = span;
    SpanRecord& record = table.at(span);
    SpanRecord& first = table.at(state.queue);
    const SpanOffset last = first.previous;
    record.next = state.queue;
    record.previous = last;
    table.at(last).next = span;
    first.previous = span;
  }

  [[gnu::noinline]] static void unlink(SpanTable& table, Class& state, SpanOffset span) {
    SpanRecord& record = table.at(span);
    const SpanOffset next = record.next;
    table.at(record.previous).next = next;
    table.at(next).previous = record.previous;
    if (state.queue == span) state.queue = next == span ? 0 : next;
    record.next = 0;
  }

  ClassTable class_table_;
  Address lists_[size_class_count] = {};
  Class classes_[size_class_count] = {};
  unsigned classes_with_spans_ = 0;
  // Those that ever had a single block, up to a number.
  unsigned classes_expected_ = 0;
  unsigned spans_ = 0;
};

}  // namespace granary
