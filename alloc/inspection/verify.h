// Verify says whether a heap is whole. It compares every word that the engine keeps with what the
// other words say of it, and names the first rule that does not hold. It only reads, it ends
// whatever the memory holds, and it follows no link before it knows that the link leads into the
// heap.
//
// Two kinds of words are not checked, because every value is a right one: a class's count of bytes
// in single blocks (a hint of when a span is worth it), and the link to a previous span in the
// record of a span that is not listed. A word is not seen as broken when it says what could as well
// be true (docs/inspect.md lists these).
#pragma once

#include "alloc/granary/bins.h"
#include "alloc/granary/heap_walk.h"
#include "alloc/granary/small_heap.h"
#include "include/granary_inspect.h"

namespace granary {

using Rule = granary_rule;

template <class Heap>
class Verifier {
 public:
  explicit Verifier(const Heap& heap) : heap_(heap), walk_(heap) {}

  // Returns the first rule that is broken, in the order in which they are looked at.
  Rule verify() {
    if (heap_.large.is_empty()) return is_unused() ? GRANARY_NO_RULE : GRANARY_RULE_EXTENTS;
    if (!walk_.extents_are_sound() || !first_is_sound()) return GRANARY_RULE_EXTENTS;
    if (!table_is_whole()) return GRANARY_RULE_TABLE;
    if (!ladder_is_whole()) return GRANARY_RULE_LADDER;
    if (!fresh_is_zero()) return GRANARY_RULE_FRESH;
    broken_ = GRANARY_NO_RULE;
    walk_blocks();
    if (broken_ == GRANARY_NO_RULE) check_bins();
    if (broken_ == GRANARY_NO_RULE) check_records();
    if (broken_ == GRANARY_NO_RULE) check_classes();
    return broken_;
  }

 private:
  void expect(bool holds, Rule rule) {
    if (!holds && broken_ == GRANARY_NO_RULE) broken_ = rule;
  }

  static Address word_at(Address address) { return *reinterpret_cast<const Address*>(address); }

  // --- the heap as a whole ---

  // Returns whether the heap has no memory yet. Such a heap may have set only the table of classes,
  // their counts of bytes, how many are expected to want spans, and the noted search.
  bool is_unused() const {
    for (unsigned index = 0; index < size_class_count; ++index) {
      if (class_is_used(SizeClass{index})) return false;
    }
    const auto& large = heap_.large;
    const SmallHeap& small = heap_.small;
    return is_zero(&large.bins(), sizeof(Bins)) && large.top() == 0 && large.used() == 0 &&
           large.first() == 0 && heap_.grown.value == 0 && small.classes_with_spans() == 0 &&
           small.spans() == 0 && is_zero(&heap_.table, sizeof(SpanTable));
  }

  bool class_is_used(SizeClass size_class) const {
    const SmallHeap::Class& state = heap_.small.of(size_class);
    return state.capacity != 0 || state.current != 0 || state.queue != 0 || state.spans != 0 ||
           heap_.small.waiting(size_class) != 0;
  }

  static bool is_zero(const void* object, ByteCount size) {
    const auto begin = reinterpret_cast<Address>(object);
    for (Address at = begin; at != begin + size; at += sizeof(Address)) {
      if (word_at(at) != 0) return false;
    }
    return true;
  }

  // A heap that begins in the slack has its first block at the slack's beginning; any other has it
  // at the beginning of a page that was grown.
  bool first_is_sound() const {
    const Address first = heap_.large.first();
    return first < heap_.memory.slack().end
               ? first == Heap::Large::first_in(heap_.memory.slack().begin)
               : first % wasm_page_size == TaggedBlock::unit;
  }

  bool table_is_whole() const {
    const SpanTable& table = heap_.table;
    const bool is_at_its_place = table.first() == SpanTable::offset_of(heap_.first_page());
    if (!is_at_its_place || table.size() != size_of_table(table)) return false;
    if (!table.is_fixed()) return table.begin() == heap_.large.limit();
    // A fixed table lies in whole pages of the memory.
    return table.begin() % wasm_page_size == 0 &&
           WideAddress{table.begin()} + table.size() <= heap_.memory_end();
  }

  ByteCount size_of_table(const SpanTable& table) const {
    if (table.is_fixed()) return heap_.size_of_fixed_table(heap_.end());
    // An end of 0 is the end of the whole address space; the byte below it is in the heap.
    return SpanTable::offset_of(table.end() - 1) - SpanTable::offset_of(heap_.first_page()) +
           ByteCount{sizeof(SpanRecord)};
  }

  bool ladder_is_whole() const {
    ClassTable expected;
    expected.fill();
    for (ByteCount last_byte = 0; last_byte < largest_small; last_byte += 1U << class_step_log2) {
      if (heap_.small.class_of(last_byte) != expected.class_of(last_byte)) return false;
    }
    for (unsigned index = 0; index < size_class_count; ++index) {
      const SizeClass size_class{index};
      const unsigned capacity = heap_.small.of(size_class).capacity;
      if (class_is_used(size_class) && capacity != capacity_of(size_class)) return false;
    }
    return true;
  }

  static unsigned capacity_of(SizeClass size_class) {
    return static_cast<unsigned>(span_slot_bytes / slot_size(size_class));
  }

  bool fresh_is_zero() const {
    // The end of the used memory may lie inside the table, which can be longer than the last
    // growth.
    const auto& large = heap_.large;
    if (large.fresh() == 0 || large.used() % TaggedBlock::unit != 0) return false;
    if (large.used() > heap_.wide_end()) return false;
    for (Address at = large.fresh(); at < large.limit(); at += sizeof(Address)) {
      if (word_at(at) != 0) return false;
    }
    return true;
  }

  // --- blocks ---

  void walk_blocks() {
    const WideAddress slack_end = heap_.memory.slack().end;
    WideAddress region = heap_.large.first() - TaggedBlock::overhead;
    WideAddress grown = 0;
    uint32_t previous = GRANARY_END;
    for (;;) {
      const HeapItem item = walk_.next();
      if (item.kind == GRANARY_BROKEN) return expect(false, GRANARY_RULE_BLOCK_SIZE);
      const bool is_last = item.kind == GRANARY_END || item.kind == GRANARY_RECORDS;
      if (is_last || item.kind == GRANARY_GAP) {
        // Every region ends where a page ends. The first begins in the slack, the others with a
        // page.
        const WideAddress end = item.kind == GRANARY_GAP ? item.address : item_end(item);
        const WideAddress begin = region & ~WideAddress{wasm_page_size - 1};
        const WideAddress from = begin > slack_end ? begin : slack_end;
        if (end > from) grown += end - from;
      }
      if (is_last) break;
      if (item.kind == GRANARY_GAP) {
        region = WideAddress{item.address} + item.size - TaggedBlock::overhead;
        expect(item.address % wasm_page_size == 0, GRANARY_RULE_GAP);
        expect(!TaggedBlock(item.address).is_free(), GRANARY_RULE_GAP);
        expect((region + TaggedBlock::overhead) % wasm_page_size == TaggedBlock::unit,
               GRANARY_RULE_GAP);
      }
      check_block(item, previous);
      previous = item.kind;
      if (broken_ != GRANARY_NO_RULE) return;
    }
    // The end of the whole address space is no address, so the last unit is left out there.
    grown = (grown + wasm_page_size - 1) >> wasm_page_log2;
    expect(grown == heap_.grown.value, GRANARY_RULE_GROWN);
  }

  static WideAddress item_end(const HeapItem& item) {
    return WideAddress{item.address} + item.size;
  }

  void check_block(const HeapItem& item, uint32_t previous) {
    const TaggedBlock block(item.address);
    const bool after_free = previous == GRANARY_FREE;
    if (item.kind == GRANARY_TOP) return expect(!after_free, GRANARY_RULE_FREE_NEIGHBOUR);
    // A tag has three flags in its lowest bits; the bits between them and the size are never set.
    const Address flags = word_at(item.address - TaggedBlock::overhead) % TaggedBlock::unit;
    expect(flags < 1U << 3, GRANARY_RULE_BLOCK_SIZE);
    expect(block.previous_is_free() == after_free, GRANARY_RULE_PREVIOUS_FREE);
    if (item.kind == GRANARY_SPAN) ++spans_;
    if (item.kind != GRANARY_FREE) return;
    expect(!after_free, GRANARY_RULE_FREE_NEIGHBOUR);
    expect(word_at(item.address + item.size - 2 * sizeof(Address)) == item.size,
           GRANARY_RULE_FREE_SIZE);
    expect(!heap_.large.denies(item.address, item.size), GRANARY_RULE_UNAVAILABLE);
    ++free_blocks_;
    free_bytes_ += item.size;
    free_addresses_ += item.address;
  }

  // --- bins ---

  void check_bins() {
    const Bins& bins = heap_.large.bins();
    ByteCount blocks = 0;
    ByteCount bytes = 0;
    Address addresses = 0;
    for (unsigned bin = 0; bin < Bins::count; ++bin) {
      TaggedBlock block = bins.first(bin);
      expect(bins.is_marked(bin) || bins.is_end(block), GRANARY_RULE_BIN_BITMAP);
      Address link = bins.head_of(bin);
      while (!bins.is_end(block)) {
        if (!is_free_block(block.address())) return expect(false, GRANARY_RULE_BIN_LINK);
        expect(Bins::index_of(block.size()) == bin, GRANARY_RULE_BIN_LINK);
        expect(block.link_in_bin() == link, GRANARY_RULE_BIN_LINK);
        bytes += block.size();
        addresses += block.address();
        expect(++blocks <= free_blocks_, GRANARY_RULE_BIN_COUNT);
        if (broken_ != GRANARY_NO_RULE) return;
        link = block.address();
        block = TaggedBlock(block.next_in_bin());
      }
    }
    expect(blocks == free_blocks_ && bytes == free_bytes_, GRANARY_RULE_BIN_COUNT);
    expect(addresses == free_addresses_, GRANARY_RULE_BIN_COUNT);
  }

  bool is_free_block(Address address) const {
    if (address < heap_.large.first() || address >= heap_.large.top()) return false;
    if (address % TaggedBlock::unit != 0) return false;
    const TaggedBlock block(address);
    return block.is_free() && block.size() <= heap_.large.top() - address;
  }

  // --- spans ---

  // Checks every record. The walk has counted the spans among them.
  void check_records() {
    const SpanTable& table = heap_.table;
    ByteCount spans = 0;
    for (ByteCount i = 0; i < table.size(); i += sizeof(SpanRecord)) {
      const SpanOffset offset = table.first() + i;
      const SpanRecord& record = table.at(offset);
      if (record.state.count() == 0) {
        expect(record.state.is_absent() && record.next == 0, GRANARY_RULE_RECORD);
        continue;
      }
      ++spans;
      if (index_of(record.state.size_class()) < size_class_count) {
        ++spans_of_[index_of(record.state.size_class())];
      }
      if (record.next != 0) ++listed_;
      // There are no more spans than the walk has met, unless a record is wrong.
      if (spans <= spans_) check_span(offset, record);
    }
    expect(spans == spans_, GRANARY_RULE_RECORD);
  }

  void check_span(SpanOffset offset, const SpanRecord& record) {
    const SizeClass size_class = record.state.size_class();
    if (index_of(size_class) >= size_class_count) return expect(false, GRANARY_RULE_SPAN_CLASS);
    const unsigned capacity = heap_.small.of(size_class).capacity;
    expect(capacity != 0, GRANARY_RULE_SPAN_CLASS);
    slots_.forget();
    const unsigned free = count_slots(record.state.first_free(), offset, size_class);
    if (free > capacity) return expect(false, GRANARY_RULE_FREE_LIST);
    const unsigned count = record.state.count();
    switch (heap_.role_of(offset)) {
      case SpanRole::current:
        expect(count + free == capacity + 1 && record.next == 0, GRANARY_RULE_SPAN_COUNT);
        expect(count_slots(heap_.small.waiting(size_class), offset, size_class) < count,
               GRANARY_RULE_WAITING_LIST);
        break;
      case SpanRole::listed:
        expect(count + free == capacity && free != 0, GRANARY_RULE_SPAN_COUNT);
        break;
      default:
        expect(count == 1 && free == 0, GRANARY_RULE_SPAN_COUNT);
    }
  }

  // Returns the length of a list of slots of the span, none of which was met before; more than any
  // span has when it is no such list.
  unsigned count_slots(Address slot, SpanOffset offset, SizeClass size_class) {
    const Address span = SpanTable::span_at(offset);
    const ByteCount size = slot_size(size_class);
    unsigned count = 0;
    for (; slot != 0; slot = word_at(slot)) {
      const ByteCount index = (slot - span) / size;
      const bool is_slot = slot >= span && index < capacity_of(size_class) &&
                           slot == span + index * size && slots_.meet(index);
      if (!is_slot) return ~0U;
      ++count;
    }
    return count;
  }

  void check_classes() {
    ByteCount listed = 0;
    for (unsigned index = 0; index < size_class_count; ++index) {
      const SizeClass size_class{index};
      const SmallHeap::Class& state = heap_.small.of(size_class);
      if (state.current != 0) {
        expect(is_span_of(state.current, size_class), GRANARY_RULE_CURRENT);
      } else {
        expect(heap_.small.waiting(size_class) == 0, GRANARY_RULE_WAITING_LIST);
      }
      SpanOffset span = state.queue;
      while (span != 0 && broken_ == GRANARY_NO_RULE) {
        if (!is_span_of(span, size_class)) return expect(false, GRANARY_RULE_QUEUE);
        const SpanOffset next = heap_.table.at(span).next;
        expect(is_span_of(next, size_class) && ++listed <= listed_, GRANARY_RULE_QUEUE);
        if (broken_ != GRANARY_NO_RULE) return;
        expect(heap_.table.at(next).previous == span, GRANARY_RULE_QUEUE);
        span = next == state.queue ? 0 : next;
      }
    }
    expect(listed == listed_, GRANARY_RULE_QUEUE);
    unsigned with_spans = 0;
    for (unsigned index = 0; index < size_class_count; ++index) {
      expect(heap_.small.of(SizeClass{index}).spans == spans_of_[index], GRANARY_RULE_CLASS_SPANS);
      if (spans_of_[index] != 0) ++with_spans;
    }
    expect(with_spans == heap_.small.classes_with_spans(), GRANARY_RULE_CLASS_SPANS);
    expect(spans_ == heap_.small.spans(), GRANARY_RULE_CLASS_SPANS);
    expect(heap_.small.classes_expected() <= SmallHeap::most_classes_expected,
           GRANARY_RULE_CLASS_SPANS);
  }

  bool is_span_of(SpanOffset offset, SizeClass size_class) const {
    const SpanRecord* const record = walk_.record_at(offset);
    return record != nullptr && record->state.count() != 0 &&
           record->state.size_class() == size_class;
  }

  // The slots of one span that were met.
  class SlotSet {
   public:
    void forget() {
      for (uint32_t& word : words_) word = 0;
    }
    // Returns false when the slot was met before.
    bool meet(ByteCount index) {
      uint32_t& word = words_[index / 32];
      const uint32_t bit = uint32_t{1} << (index % 32);
      const bool met = (word & bit) != 0;
      word |= bit;
      return !met;
    }

   private:
    uint32_t words_[span_size / slot_size(SizeClass{0}) / 32] = {};
  };

  const Heap& heap_;
  HeapWalk<Heap> walk_;
  Rule broken_ = GRANARY_NO_RULE;
  ByteCount spans_ = 0;
  unsigned spans_of_[size_class_count] = {};
  ByteCount listed_ = 0;
  ByteCount free_blocks_ = 0;
  ByteCount free_bytes_ = 0;
  Address free_addresses_ = 0;  // their sum
  SlotSet slots_;
};

// Returns the first rule that is broken, or none.
template <class Heap>
Rule verify(const Heap& heap) {
  return Verifier<Heap>(heap).verify();
}

}  // namespace granary
