// Whether a heap is whole. Every word that the engine keeps is compared with what the others say of
// it; the first rule that does not hold is named. Reads only, ends on any contents of the memory,
// and follows no link before it has found it to lead into the heap.
//
// Not checked, because any value is a right one: a class's count of bytes in single blocks (a hint
// of when a span is worth it), and what the record of a span that is not listed says of a previous
// one. Not seen is a word that says what could as well be true (docs/inspect.md lists these).
#pragma once

#include "alloc/granary/bins.h"
#include "alloc/granary/small_heap.h"
#include "alloc/inspection/heap_walk.h"
#include "include/granary_inspect.h"

namespace granary {

// What each says is written where it is declared.
using Rule = granary_rule;

template <class Heap>
class Verifier {
 public:
  explicit Verifier(const Heap& heap) : heap_(heap), walk_(heap) {}

  // The first rule that is broken, in the order in which they are looked at.
  Rule verify() {
    if (walk_.is_empty()) return is_unused() ? GRANARY_NO_RULE : GRANARY_RULE_EXTENTS;
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
  using Table = SpanTable;

  void expect(bool holds, Rule rule) {
    if (!holds && broken_ == GRANARY_NO_RULE) broken_ = rule;
  }

  static Address word_at(Address address) { return *reinterpret_cast<const Address*>(address); }

  // --- the heap as a whole ---

  // Of a heap that has no memory yet, only the table of classes, their counts of bytes, how many
  // are expected to want spans, and what was searched for in vain may be set.
  bool is_unused() const {
    for (unsigned index = 0; index < size_class_count; ++index) {
      if (class_is_used(index)) return false;
    }
    const auto& large = heap_.large_;
    return is_zero(&large.bins_, sizeof large.bins_) && large.top_ == 0 && large.used_ == 0 &&
           large.first_ == 0 && heap_.grown_.value == 0 && heap_.small_.classes_with_spans_ == 0 &&
           heap_.small_.spans_ == 0 && is_zero(&heap_.small_.table_, sizeof heap_.small_.table_);
  }

  bool class_is_used(unsigned index) const {
    const auto& state = heap_.small_.classes_[index];
    return state.capacity != 0 || state.current != 0 || state.queue != 0 || state.spans != 0 ||
           heap_.small_.lists_[index] != 0;
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
    const Region slack = Heap::Memory::slack();
    const Address first = heap_.large_.first_;
    return first < slack.end ? first == Heap::Large::first_in(slack.begin)
                             : first % wasm_page_size == TaggedBlock::unit;
  }

  bool table_is_whole() const {
    const Table& table = heap_.small_.table_;
    const bool is_at_its_place =
        table.origin_ + Table::offset_of(Heap::first_page()) == table.begin_;
    if (!is_at_its_place || table.size_ != size_of_table(table)) return false;
    if (!table.is_fixed()) return table.begin_ == heap_.large_.limit_;
    // In whole pages of the memory.
    return table.begin_ % wasm_page_size == 0 &&
           WideAddress{table.begin_} + table.size_ <= walk_.memory_end();
  }

  static ByteCount size_of_table(const Table& table) {
    if (table.is_fixed()) return Heap::size_of_fixed_table();
    // An end of 0 is that of the whole address space; the byte before it is in the heap.
    return Table::offset_of(table.end() - 1) - Table::offset_of(Heap::first_page()) +
           ByteCount{sizeof(SpanRecord)};
  }

  bool ladder_is_whole() const {
    ClassTable expected;
    expected.fill();
    for (ByteCount last_byte = 0; last_byte < largest_small; last_byte += 1U << class_step_log2) {
      if (heap_.small_.class_of(last_byte) != expected.class_of(last_byte)) return false;
    }
    for (unsigned index = 0; index < size_class_count; ++index) {
      const auto& state = heap_.small_.classes_[index];
      const unsigned capacity = capacity_of(SizeClass{index});
      if (class_is_used(index) && state.capacity != capacity) return false;
    }
    return true;
  }

  static unsigned capacity_of(SizeClass size_class) {
    return static_cast<unsigned>(span_slot_bytes / slot_size(size_class));
  }

  bool fresh_is_zero() const {
    // It may lie inside the table, which can be longer than what the heap grew by last.
    const Address used = heap_.large_.used_;
    if (heap_.large_.fresh() == 0 || used % TaggedBlock::unit != 0) return false;
    if (used != 0 && used - 1 > heap_.end() - 1) return false;
    for (Address at = heap_.large_.fresh(); at < heap_.large_.limit_; at += sizeof(Address)) {
      if (word_at(at) != 0) return false;
    }
    return true;
  }

  // --- blocks ---

  void walk_blocks() {
    const WideAddress slack_end = Heap::Memory::slack().end;
    WideAddress region = heap_.large_.first_ - TaggedBlock::overhead;
    WideAddress grown = 0;
    uint32_t previous = GRANARY_END;
    for (;;) {
      const HeapItem item = walk_.next();
      if (item.kind == GRANARY_BROKEN) return expect(false, GRANARY_RULE_BLOCK_SIZE);
      const bool is_last = item.kind == GRANARY_END || item.kind == GRANARY_RECORDS;
      if (is_last || item.kind == GRANARY_GAP) {
        // Regions end with a page; the first begins in the slack, the others with a page.
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
    // The end of the whole address space is no address: there the last unit is left out.
    grown = (grown + wasm_page_size - 1) >> wasm_page_log2;
    expect(grown == heap_.grown_.value, GRANARY_RULE_GROWN);
  }

  static WideAddress item_end(const HeapItem& item) {
    return WideAddress{item.address} + item.size;
  }

  void check_block(const HeapItem& item, uint32_t previous) {
    const TaggedBlock block(item.address);
    const bool after_free = previous == GRANARY_FREE;
    if (item.kind == GRANARY_TOP) return expect(!after_free, GRANARY_RULE_FREE_NEIGHBOUR);
    // A tag has three flags, in its lowest bits; those between them and the size are never set.
    const Address flags = word_at(item.address - TaggedBlock::overhead) % TaggedBlock::unit;
    expect(flags < 1U << 3, GRANARY_RULE_BLOCK_SIZE);
    expect(block.previous_is_free() == after_free, GRANARY_RULE_PREVIOUS_FREE);
    if (item.kind == GRANARY_SPAN) ++spans_;
    if (item.kind != GRANARY_FREE) return;
    expect(!after_free, GRANARY_RULE_FREE_NEIGHBOUR);
    expect(word_at(item.address + item.size - 2 * sizeof(Address)) == item.size,
           GRANARY_RULE_FREE_SIZE);
    const auto& large = heap_.large_;
    const auto alignment = Alignment::from_log2(large.unavailable_log2_);
    const bool serves =
        large.unavailable_size_ != 0 && alignment.log2() < address_bits &&
        large.place(item.address, item.size, large.unavailable_size_, alignment) != 0;
    expect(!serves, GRANARY_RULE_UNAVAILABLE);
    ++free_blocks_;
    free_bytes_ += item.size;
    free_addresses_ += item.address;
  }

  // --- bins ---

  void check_bins() {
    const Bins& bins = heap_.large_.bins_;
    ByteCount blocks = 0;
    ByteCount bytes = 0;
    Address addresses = 0;
    for (unsigned bin = 0; bin < Bins::count; ++bin) {
      const bool filled = (bins.bitmap_[bin / Bins::word_bits] >> (bin % Bins::word_bits) & 1) != 0;
      expect(filled == (bins.heads_[bin] != 0), GRANARY_RULE_BIN_BITMAP);
      Address previous = 0;
      for (Address address = bins.heads_[bin]; address != 0;) {
        if (!is_free_block(address)) return expect(false, GRANARY_RULE_BIN_LINK);
        const TaggedBlock block(address);
        expect(Bins::index_of(block.size()) == bin, GRANARY_RULE_BIN_LINK);
        expect(block.previous_in_bin() == previous, GRANARY_RULE_BIN_LINK);
        bytes += block.size();
        addresses += address;
        expect(++blocks <= free_blocks_, GRANARY_RULE_BIN_COUNT);
        if (broken_ != GRANARY_NO_RULE) return;
        previous = address;
        address = block.next_in_bin();
      }
    }
    expect(blocks == free_blocks_ && bytes == free_bytes_, GRANARY_RULE_BIN_COUNT);
    expect(addresses == free_addresses_, GRANARY_RULE_BIN_COUNT);
  }

  bool is_free_block(Address address) const {
    if (address < heap_.large_.first_ || address >= heap_.large_.top_) return false;
    if (address % TaggedBlock::unit != 0) return false;
    const TaggedBlock block(address);
    return block.is_free() && block.size() <= heap_.large_.top_ - address;
  }

  // --- spans ---

  // Every record; the spans among them have been counted in the walk.
  void check_records() {
    const Table& table = heap_.small_.table_;
    ByteCount spans = 0;
    for (ByteCount i = 0; i < table.size_; i += sizeof(SpanRecord)) {
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
      // In the walk it was met as a span only if it is one.
      if (spans <= spans_) check_span(offset, record);
    }
    expect(spans == spans_, GRANARY_RULE_RECORD);
  }

  void check_span(SpanOffset offset, const SpanRecord& record) {
    const SizeClass size_class = record.state.size_class();
    if (index_of(size_class) >= size_class_count) return expect(false, GRANARY_RULE_SPAN_CLASS);
    const auto& state = heap_.small_.classes_[index_of(size_class)];
    expect(state.capacity != 0, GRANARY_RULE_SPAN_CLASS);
    slots_.forget();
    const unsigned free = count_slots(record.state.first_free(), offset, size_class);
    if (free > state.capacity) return expect(false, GRANARY_RULE_FREE_LIST);
    const unsigned count = record.state.count();
    if (state.current == offset) {
      expect(count + free == state.capacity + 1 && record.next == 0, GRANARY_RULE_SPAN_COUNT);
      const Address waiting = heap_.small_.lists_[index_of(size_class)];
      expect(count_slots(waiting, offset, size_class) < count, GRANARY_RULE_WAITING_LIST);
    } else if (record.next != 0) {
      expect(count + free == state.capacity && free != 0, GRANARY_RULE_SPAN_COUNT);
    } else {
      expect(count == 1 && free == 0, GRANARY_RULE_SPAN_COUNT);
    }
  }

  // The length of a list of slots of the span, none of which was met before; more than any span has
  // when it is no such list.
  unsigned count_slots(Address slot, SpanOffset offset, SizeClass size_class) {
    const Address span = Table::span_at(offset);
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
      const auto& state = heap_.small_.classes_[index];
      const SizeClass size_class{index};
      if (state.current != 0) {
        expect(is_span_of(state.current, size_class), GRANARY_RULE_CURRENT);
      } else {
        expect(heap_.small_.lists_[index] == 0, GRANARY_RULE_WAITING_LIST);
      }
      SpanOffset span = state.queue;
      while (span != 0 && broken_ == GRANARY_NO_RULE) {
        if (!is_span_of(span, size_class)) return expect(false, GRANARY_RULE_QUEUE);
        const SpanOffset next = heap_.small_.table_.at(span).next;
        expect(is_span_of(next, size_class) && ++listed <= listed_, GRANARY_RULE_QUEUE);
        if (broken_ != GRANARY_NO_RULE) return;
        expect(heap_.small_.table_.at(next).previous == span, GRANARY_RULE_QUEUE);
        span = next == state.queue ? 0 : next;
      }
    }
    expect(listed == listed_, GRANARY_RULE_QUEUE);
    unsigned with_spans = 0;
    for (unsigned index = 0; index < size_class_count; ++index) {
      expect(heap_.small_.classes_[index].spans == spans_of_[index], GRANARY_RULE_CLASS_SPANS);
      if (spans_of_[index] != 0) ++with_spans;
    }
    expect(with_spans == heap_.small_.classes_with_spans_, GRANARY_RULE_CLASS_SPANS);
    expect(spans_ == heap_.small_.spans_, GRANARY_RULE_CLASS_SPANS);
    expect(heap_.small_.classes_expected_ <= SmallHeap::most_classes_expected,
           GRANARY_RULE_CLASS_SPANS);
  }

  bool is_span_of(SpanOffset offset, SizeClass size_class) const {
    const SpanRecord* const record = walk_.record_at(offset);
    return record != nullptr && record->state.count() != 0 &&
           record->state.size_class() == size_class;
  }

  // Which slots of one span were met.
  class SlotSet {
   public:
    void forget() {
      for (uint32_t& word : words_) word = 0;
    }
    // False when it was met before.
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

}  // namespace granary
