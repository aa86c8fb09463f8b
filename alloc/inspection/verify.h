// Whether a heap is whole. Every word that the engine keeps is compared with what the others say of
// it; the first rule that does not hold is named. Reads only, ends on any contents of the memory,
// and follows no link before it has found it to lead into the heap.
//
// Not checked, because any value is a right one: a class's count of bytes in single blocks (a hint
// of when a span is worth it), and what the record of a span that is not listed says of a previous
// one. Not seen is a word that says what could as well be true (docs/inspect.md lists these).
#pragma once

#include "alloc/granary/bins.h"
#include "alloc/granary/heap_walk.h"
#include "alloc/granary/small_heap.h"

namespace granary {

enum class Rule : uint32_t {
  none = 0,
  // Of the heap as a whole.
  extents = 1,  // the first block, the top, the table and the end follow one another in the memory
  table = 2,    // the table ends where the heap ends, and has a record for each 16 KiB
  ladder = 3,   // the class of every length, and the slots of every class, are those of the ladder
  grown = 4,    // as many pages are counted as lie in the regions beyond the slack
  fresh = 5,    // what was never used is zero
  // Of blocks.
  block_size = 6,  // tags are a multiple of the unit and flags, and lead block by block to the top
  previous_free = 7,   // a tag tells whether the block before it is free
  free_neighbour = 8,  // no free block lies beside another or before the top
  free_size = 9,       // a free block ends with its size
  gap = 10,  // a gap begins at the end of a wasm page, ends at the beginning of one, is not free
  // Of bins.
  bin_link = 11,    // blocks of a bin are free, of its sizes, and linked both ways
  bin_bitmap = 12,  // a bin has its bit set when it holds a block
  bin_count = 13,   // every free block is in a bin
  // Of spans.
  record = 14,        // the record of 16 KiB that are no span is empty
  span_class = 15,    // a span's class is one of the ladder
  free_list = 16,     // the free slots of a span are slots of it, each once
  span_count = 17,    // a span's count agrees with its free slots
  current = 18,       // a class's current span is one of its spans
  waiting_list = 19,  // the slots that a class hands out next are free ones of its current span
  queue = 20,         // the queue of a class is a ring of its listed spans, linked both ways
  class_spans = 21,   // the spans of a class are as many as it counts
  // Of searches.
  unavailable = 22,  // no free block holds what a search of all of them is noted not to have found
};

template <class Heap>
class Verifier {
 public:
  explicit Verifier(const Heap& heap) : heap_(heap), walk_(heap) {}

  // The first rule that is broken, in the order in which they are looked at.
  Rule verify() {
    if (heap_.large.is_empty()) return is_unused() ? Rule::none : Rule::extents;
    if (!walk_.extents_are_sound() || !first_is_sound()) return Rule::extents;
    if (!table_is_whole()) return Rule::table;
    if (!ladder_is_whole()) return Rule::ladder;
    if (!fresh_is_zero()) return Rule::fresh;
    broken_ = Rule::none;
    walk_blocks();
    if (broken_ == Rule::none) check_bins();
    if (broken_ == Rule::none) check_records();
    if (broken_ == Rule::none) check_classes();
    return broken_;
  }

 private:
  void expect(bool holds, Rule rule) {
    if (!holds && broken_ == Rule::none) broken_ = rule;
  }

  static Address word_at(Address address) { return *reinterpret_cast<const Address*>(address); }

  // --- the heap as a whole ---

  // Of a heap that has no memory yet, only the table of classes, their counts of bytes, how many
  // are expected to want spans, and what was searched for in vain may be set.
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
    // In whole pages of the memory.
    return table.begin() % wasm_page_size == 0 &&
           WideAddress{table.begin()} + table.size() <= heap_.memory_end();
  }

  ByteCount size_of_table(const SpanTable& table) const {
    if (table.is_fixed()) return heap_.size_of_fixed_table();
    // An end of 0 is that of the whole address space; the byte before it is in the heap.
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
    // It may lie inside the table, which can be longer than what the heap grew by last.
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
    ItemKind previous = ItemKind::end;
    for (;;) {
      const HeapItem item = walk_.next();
      if (item.kind == ItemKind::broken) return expect(false, Rule::block_size);
      const bool is_last = item.kind == ItemKind::end || item.kind == ItemKind::records;
      if (is_last || item.kind == ItemKind::gap) {
        // Regions end with a page; the first begins in the slack, the others with a page.
        const WideAddress end = item.kind == ItemKind::gap ? item.address : item_end(item);
        const WideAddress begin = region & ~WideAddress{wasm_page_size - 1};
        const WideAddress from = begin > slack_end ? begin : slack_end;
        if (end > from) grown += end - from;
      }
      if (is_last) break;
      if (item.kind == ItemKind::gap) {
        region = WideAddress{item.address} + item.size - TaggedBlock::overhead;
        expect(item.address % wasm_page_size == 0, Rule::gap);
        expect(!TaggedBlock(item.address).is_free(), Rule::gap);
        expect((region + TaggedBlock::overhead) % wasm_page_size == TaggedBlock::unit, Rule::gap);
      }
      check_block(item, previous);
      previous = item.kind;
      if (broken_ != Rule::none) return;
    }
    // The end of the whole address space is no address: there the last unit is left out.
    grown = (grown + wasm_page_size - 1) >> wasm_page_log2;
    expect(grown == heap_.grown.value, Rule::grown);
  }

  static WideAddress item_end(const HeapItem& item) {
    return WideAddress{item.address} + item.size;
  }

  void check_block(const HeapItem& item, ItemKind previous) {
    const TaggedBlock block(item.address);
    const bool after_free = previous == ItemKind::free;
    if (item.kind == ItemKind::top) return expect(!after_free, Rule::free_neighbour);
    // A tag has three flags, in its lowest bits; those between them and the size are never set.
    const Address flags = word_at(item.address - TaggedBlock::overhead) % TaggedBlock::unit;
    expect(flags < 1U << 3, Rule::block_size);
    expect(block.previous_is_free() == after_free, Rule::previous_free);
    if (item.kind == ItemKind::span) ++spans_;
    if (item.kind != ItemKind::free) return;
    expect(!after_free, Rule::free_neighbour);
    expect(word_at(item.address + item.size - 2 * sizeof(Address)) == item.size, Rule::free_size);
    expect(!heap_.large.denies(item.address, item.size), Rule::unavailable);
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
      expect(bins.is_marked(bin) == bins.first(bin).exists(), Rule::bin_bitmap);
      Address previous = 0;
      for (Address address = bins.first(bin).address(); address != 0;) {
        if (!is_free_block(address)) return expect(false, Rule::bin_link);
        const TaggedBlock block(address);
        expect(Bins::index_of(block.size()) == bin, Rule::bin_link);
        expect(block.previous_in_bin() == previous, Rule::bin_link);
        bytes += block.size();
        addresses += address;
        expect(++blocks <= free_blocks_, Rule::bin_count);
        if (broken_ != Rule::none) return;
        previous = address;
        address = block.next_in_bin();
      }
    }
    expect(blocks == free_blocks_ && bytes == free_bytes_, Rule::bin_count);
    expect(addresses == free_addresses_, Rule::bin_count);
  }

  bool is_free_block(Address address) const {
    if (address < heap_.large.first() || address >= heap_.large.top()) return false;
    if (address % TaggedBlock::unit != 0) return false;
    const TaggedBlock block(address);
    return block.is_free() && block.size() <= heap_.large.top() - address;
  }

  // --- spans ---

  // Every record; the spans among them have been counted in the walk.
  void check_records() {
    const SpanTable& table = heap_.table;
    ByteCount spans = 0;
    for (ByteCount i = 0; i < table.size(); i += sizeof(SpanRecord)) {
      const SpanOffset offset = table.first() + i;
      const SpanRecord& record = table.at(offset);
      if (record.state.count() == 0) {
        expect(record.state.is_absent() && record.next == 0, Rule::record);
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
    expect(spans == spans_, Rule::record);
  }

  void check_span(SpanOffset offset, const SpanRecord& record) {
    const SizeClass size_class = record.state.size_class();
    if (index_of(size_class) >= size_class_count) return expect(false, Rule::span_class);
    const unsigned capacity = heap_.small.of(size_class).capacity;
    expect(capacity != 0, Rule::span_class);
    slots_.forget();
    const unsigned free = count_slots(record.state.first_free(), offset, size_class);
    if (free > capacity) return expect(false, Rule::free_list);
    const unsigned count = record.state.count();
    switch (heap_.role_of(offset)) {
      case SpanRole::current:
        expect(count + free == capacity + 1 && record.next == 0, Rule::span_count);
        expect(count_slots(heap_.small.waiting(size_class), offset, size_class) < count,
               Rule::waiting_list);
        break;
      case SpanRole::listed:
        expect(count + free == capacity && free != 0, Rule::span_count);
        break;
      default:
        expect(count == 1 && free == 0, Rule::span_count);
    }
  }

  // The length of a list of slots of the span, none of which was met before; more than any span has
  // when it is no such list.
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
        expect(is_span_of(state.current, size_class), Rule::current);
      } else {
        expect(heap_.small.waiting(size_class) == 0, Rule::waiting_list);
      }
      SpanOffset span = state.queue;
      while (span != 0 && broken_ == Rule::none) {
        if (!is_span_of(span, size_class)) return expect(false, Rule::queue);
        const SpanOffset next = heap_.table.at(span).next;
        expect(is_span_of(next, size_class) && ++listed <= listed_, Rule::queue);
        if (broken_ != Rule::none) return;
        expect(heap_.table.at(next).previous == span, Rule::queue);
        span = next == state.queue ? 0 : next;
      }
    }
    expect(listed == listed_, Rule::queue);
    unsigned with_spans = 0;
    for (unsigned index = 0; index < size_class_count; ++index) {
      expect(heap_.small.of(SizeClass{index}).spans == spans_of_[index], Rule::class_spans);
      if (spans_of_[index] != 0) ++with_spans;
    }
    expect(with_spans == heap_.small.classes_with_spans(), Rule::class_spans);
    expect(spans_ == heap_.small.spans(), Rule::class_spans);
    expect(heap_.small.classes_expected() <= SmallHeap::most_classes_expected, Rule::class_spans);
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
  Rule broken_ = Rule::none;
  ByteCount spans_ = 0;
  unsigned spans_of_[size_class_count] = {};
  ByteCount listed_ = 0;
  ByteCount free_blocks_ = 0;
  ByteCount free_bytes_ = 0;
  Address free_addresses_ = 0;  // their sum
  SlotSet slots_;
};

// The first rule that is broken, or none.
template <class Heap>
Rule verify(const Heap& heap) {
  return Verifier<Heap>(heap).verify();
}

}  // namespace granary
