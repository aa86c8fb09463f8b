// The small heap: small blocks in slots of spans. Allocation pops a slot off the waiting list,
// which the class took over whole from its current span. A free pushes the slot onto the free list
// of its own span and counts that span down. There is more to do only when a list has run dry or a
// count has run out.
//
//   lists_[class] -> slot -> slot -> 0     the waiting list: slots that are handed out next
//   classes_[class].current                the span that they came from; slots of it that are freed
//                                          meanwhile gather in its free list, as in any span's
//   classes_[class].queue                  the ring of listed spans, of which the first waited
//                                          longest and has gathered most
//
// A span's roles follow one another: current, full, listed, current. When it is listed and its last
// block is freed, it goes back to the large heap. A full span is listed at its first free, at the
// end of the ring. When it becomes the first it has gathered more, so a take-over gets several
// slots even where blocks are freed at random. And no free slot is ever out of reach.
#pragma once

#include "alloc/granary/block.h"
#include "alloc/granary/size_classes.h"
#include "alloc/granary/span.h"
#include "runtime/expect.h"

namespace granary {

class SmallHeap {
 public:
  // Must be called before the first span comes. `class_of` and `pop` may be called earlier: no
  // class has a slot then. A block that was asked for before this call was counted in a wrong
  // class.
  [[clang::minsize]] void start() {
    class_table_.fill();
    classes_expected_ = 0;
  }

  // What is kept for a size class.
  struct Class {
    SpanOffset current;
    SpanOffset queue;
    // How many slots a span of the class has.
    unsigned capacity;
    // How many spans the class has.
    unsigned spans;
    // The bytes of all single blocks that the class ever had. This is a hint: it may wrap.
    ByteCount single_bytes;
  };

  [[gnu::always_inline]] SizeClass class_of(ByteCount last_byte) const {
    return class_table_.class_of(last_byte);
  }

  // Forgets every span and block, as if nothing had been allocated yet. The owner of the span table
  // forgets that.
  void forget() {
    __builtin_memset(lists_, 0, sizeof lists_);
    __builtin_memset(classes_, 0, sizeof classes_);
    classes_with_spans_ = 0;
    classes_expected_ = 0;
    spans_ = 0;
  }

  // Returns the next slot on the waiting list of the class, or 0 when it has none.
  [[gnu::always_inline]] Address pop(SizeClass size_class) {
    Address& list = lists_[index_of(size_class)];
    const Address slot = list;
    if (slot != 0) [[likely]]
      list = link_of(slot);
    return slot;
  }

  // Frees the slot. Returns false, with nothing changed, when this would take the count of its span
  // to 0, or when the block is no slot.
  [[gnu::always_inline]] static bool push(SpanTable& table, Address slot) {
    SpanRecord& record = table.at(SpanTable::offset_of(slot));
    const SpanState state = record.state;
    if (!state.can_push()) [[unlikely]]
      return false;
    link_of(slot) = state.first_free();
    record.state = state.pushed(slot);
    return true;
  }

  // Returns a free slot of the class, or 0 when neither its current span nor a listed one has any.
  // When the waiting list is empty, it is refilled from the current span or from the first listed
  // one.
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

  // Cuts memory with the size and alignment of a span into slots of the class, and returns one.
  [[clang::minsize]] Address cut(SpanTable& table, SizeClass size_class, Address span) {
    expect(is_multiple_of_power_of_two(span, span_log2));
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

  // The slow half of `push`. Returns the span when it holds no block any more and is now forgotten
  // here, else 0.
  [[gnu::always_inline]] Address push_last(SpanTable& table, Address slot) {
    const SpanOffset span = SpanTable::offset_of(slot);
    SpanRecord& record = table.at(span);
    expect(!record.state.is_absent());
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

  // The current span of the class is forgotten here and returned if it is idle; else returns 0.
  [[gnu::always_inline]] Address forget_idle(SpanTable& table, SizeClass size_class) {
    Class& state = classes_[index_of(size_class)];
    const SpanOffset span = state.current;
    if (span == 0) return 0;
    SpanRecord& record = table.at(span);
    // When no slot of it was freed, it holds the block for which its list was taken over.
    if (record.state.count() - 1 == state.capacity) return 0;
    if (live_in_current(size_class, record.state) != 0) return 0;
    lists_[index_of(size_class)] = 0;
    state.current = 0;
    forget(state, record);
    return SpanTable::span_at(span);
  }

  // Returns whether there are no more spans than classes that have any.
  bool has_few_spans() const { return spans_ <= classes_with_spans_; }

  bool has_spans(SizeClass size_class) const { return classes_[index_of(size_class)].spans != 0; }

  // Returns whether the class, which has no span, is worth its first one. If not, the block becomes
  // a single block of the large heap, because hardly used spans of all classes would take most of a
  // small heap. So a span's worth of single blocks must have been allocated, and the heap must be
  // large for the number of classes that have spans or are expected to want one.
  [[gnu::always_inline]] bool is_worth_span(const SpanTable& table, SizeClass size_class,
                                            ByteCount last_byte) {
    ByteCount& bytes = classes_[index_of(size_class)].single_bytes;
    if (bytes == 0 && classes_expected_ < most_classes_expected) ++classes_expected_;
    bytes += last_byte + 1;
    const ByteCount spans = (classes_with_spans_ + classes_expected_) * spans_per_class;
    return bytes > span_size && spans * sizeof(SpanRecord) <= table.size();
  }

  // At most so many classes of single blocks are expected to want a span, because a program hardly
  // uses some of its classes.
  static constexpr unsigned most_classes_expected = 8;

  // --- read from outside ---

  const Class& of(SizeClass size_class) const { return classes_[index_of(size_class)]; }
  // The first slot on the waiting list of the class.
  Address waiting(SizeClass size_class) const { return lists_[index_of(size_class)]; }
  unsigned spans() const { return spans_; }
  unsigned classes_with_spans() const { return classes_with_spans_; }
  unsigned classes_expected() const { return classes_expected_; }

  // Returns the role of 16 KiB of the heap, which are no span unless their record says so.
  SpanRole role_of(const SpanTable& table, SpanOffset span) const {
    const SpanRecord& record = table.at(span);
    if (record.state.is_absent()) return SpanRole::absent;
    if (of(record.state.size_class()).current == span) return SpanRole::current;
    return record.next != 0 ? SpanRole::listed : SpanRole::full;
  }

  // Returns how many slots of a span hold a block.
  unsigned live_slots(const SpanTable& table, SpanOffset span) const {
    const SpanState state = table.at(span).state;
    const SpanRole role = role_of(table, span);
    if (role == SpanRole::listed) return state.count();
    if (role == SpanRole::full) return of(state.size_class()).capacity;
    return live_in_current(state.size_class(), state);
  }

 private:
  // Returns how many slots of the current span hold a block: the slots that wait to be handed out
  // count as used in its state.
  [[gnu::always_inline]] unsigned live_in_current(SizeClass size_class, SpanState state) const {
    unsigned live = state.count() - 1;
    for (Address slot = waiting(size_class); slot != 0; slot = link_of(slot)) --live;
    return live;
  }

  // The heap must have room for this many spans for each class that has any or is expected to want
  // one, so that the first spans of all classes waste only a small part of the heap.
  static constexpr ByteCount spans_per_class = 3;

  static Address& link_of(Address slot) { return *reinterpret_cast<Address*>(slot); }

  // Makes all free slots of the span the waiting list of the class, but for the first, which it
  // returns.
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
  // The number of classes that ever had a single block, but at most `most_classes_expected`.
  unsigned classes_expected_ = 0;
  unsigned spans_ = 0;
};

}  // namespace granary
