// A span is 16 KiB of memory at a multiple of 16 KiB, cut into slots of one size class. What is
// known about it is kept apart from it, in the span table, which has one record for each 16 KiB of
// addresses. So slots have no tag and lie at multiples of their size, and a shift of a slot's
// address finds its record.
//
//   record   | count | size class | first free slot |   state, one word of 64 bits
//            | next span in the queue of its class  |
//            | previous span in that queue          |
//
// `state` is one word because every free changes its count and its first free slot: one load and
// one store. A span has one of these roles, which say what the count means:
//
//   absent    not a span: large blocks, or nothing, lie there         state 0
//   current   the waiting list of its class came from it              used slots + 1
//   full      was current, has no free slot; in no queue              1
//   listed    in the queue of its class                               used slots
//
// Slots on the waiting list count as used. So the fast free fails only where a count would go from
// 1 to 0, and the same comparison finds an absent span.
#pragma once

#include "alloc/granary/size_classes.h"
#include "runtime/bits.h"
#include "runtime/expect.h"
#include "runtime/integers.h"

namespace granary {

inline constexpr unsigned span_log2 = 14;
inline constexpr ByteCount span_size = power_of_two(span_log2);

// The large heap keeps a tag of one word below each of its blocks; the tag of the block above a
// span lies in the span's last word.
inline constexpr ByteCount span_slot_bytes = span_size - sizeof(Address);

static_assert(span_slot_bytes / largest_small >= 3,
              "a span of few slots costs many slow calls and wastes its end: enlarge span_log2");

// The roles of a span, as this file's opening lists them.
enum class SpanRole : uint8_t { absent, current, full, listed };

class SpanState {
 public:
  // The state of an absent span.
  constexpr SpanState() = default;

  constexpr SpanState(SizeClass size_class, unsigned count, Address first_free)
      : bits_(uint64_t{count} << count_shift | uint64_t{index_of(size_class)} << link_bits |
              first_free) {
    expect(index_of(size_class) < size_class_count);
    expect(count <= ~uint64_t{0} >> count_shift);
    expect(first_free <= link_mask);
  }

  constexpr bool is_absent() const { return bits_ == 0; }

  constexpr Address first_free() const { return static_cast<Address>(bits_ & link_mask); }

  constexpr SizeClass size_class() const {
    return SizeClass{static_cast<unsigned>(bits_ >> link_bits & ((1U << class_bits) - 1))};
  }

  constexpr unsigned count() const { return static_cast<unsigned>(bits_ >> count_shift); }

  // Returns whether one more free leaves a count of at least 1.
  constexpr bool can_push() const { return bits_ >> (count_shift + 1) != 0; }

  // Returns the state after `slot` was freed.
  constexpr SpanState pushed(Address slot) const {
    expect(can_push());
    SpanState result;
    result.bits_ = ((bits_ & ~link_mask) | slot) - (uint64_t{1} << count_shift);
    return result;
  }

 private:
  static constexpr unsigned link_bits = memory_bits;
  static constexpr unsigned class_bits = 6;
  static constexpr unsigned count_shift = link_bits + class_bits;
  static constexpr uint64_t link_mask = (uint64_t{1} << link_bits) - 1;

  static_assert(size_class_count <= 1U << class_bits, "every class fits its bits");
  static_assert(span_size / slot_size(SizeClass{0}) < uint64_t{1} << (64 - count_shift),
                "a count reaches the number of slots plus one");

  uint64_t bits_ = 0;
};

// Records and queues name a span by the offset of its record in the table, so that they stay right
// when the table moves. 0 is no span, because nothing is ever allocated at the address 0.
using SpanOffset = Address;

inline constexpr ByteCount span_record_size = 16;

// A span's offset in 32 bits, which lead through every memory: a record has the same size for both
// widths of addresses.
class NarrowOffset {
 public:
  constexpr NarrowOffset& operator=(SpanOffset offset) {
    number_ = static_cast<uint32_t>(offset / span_record_size);
    return *this;
  }
  constexpr operator SpanOffset() const { return number_ * span_record_size; }

 private:
  static_assert(memory_bits - span_log2 <= 32, "the number of every span of a memory fits");

  uint32_t number_;
};

// Where offsets have 32 bits themselves, a link is the offset as it is.
using SpanLink = decltype([] {
  if constexpr (address_bits == 32) {
    return SpanOffset();
  } else {
    return NarrowOffset();
  }
}());

struct alignas(span_record_size) SpanRecord {
  SpanState state;
  SpanLink next;
  SpanLink previous;
};

static_assert(sizeof(SpanRecord) == span_record_size);

static_assert((sizeof(SpanRecord) & (sizeof(SpanRecord) - 1)) == 0,
              "a record is found by shifts: its size must be a power of two");

// The span table: the records of the heap, from the 16 KiB in which it begins on. While the table
// is small, it lies in the last bytes of the heap, has a record for everything below its own end,
// and moves up when the heap grows. Once the heap is so large that moving the table would take
// long, the table gets pages of its own, with records for all that the heap can ever reach.
//
//   not the heap's ...               | record of the heap's first 16 KiB | .. | of its last |
//   ^ origin_: the record of           |<------------------ size_ -------------------->|
//     the address 0 would be here      ^ begin_
class SpanTable {
 public:
  static constexpr ByteCount bytes_for(ByteCount memory) {
    return memory / span_size * sizeof(SpanRecord);
  }

  static SpanOffset offset_of(Address address) {
    return (address >> span_log2) * sizeof(SpanRecord);
  }

  static Address span_at(SpanOffset offset) { return offset / sizeof(SpanRecord) << span_log2; }

  // The address at which the record of a span lies, if the table has one for it.
  Address address_at(SpanOffset offset) const { return origin_ + offset; }

  SpanRecord& at(SpanOffset offset) const {
    return *reinterpret_cast<SpanRecord*>(address_at(offset));
  }

  bool owns(Address block) const { return !at(offset_of(block)).state.is_absent(); }
  SizeClass class_of_slot(Address slot) const { return at(offset_of(slot)).state.size_class(); }

  ByteCount size() const { return size_; }
  bool is_fixed() const { return is_fixed_ != 0; }
  Address begin() const { return begin_; }
  // The end may be that of the whole address space, which wraps to 0.
  Address end() const { return begin_ + size_; }
  // The offset of the first record.
  SpanOffset first() const { return begin_ - origin_; }

  // Makes every record empty.
  void forget() const { __builtin_memset(reinterpret_cast<void*>(begin_), 0, size_); }

  // Moves the table up to `begin`, where `size` bytes are free or its own. The bytes that it did
  // not have before are zero, as new records have to be. The first record is that of
  // `first_address`.
  [[clang::minsize]] void move_to(Address begin, ByteCount size, Address first_address) {
    expect(begin >= begin_);
    expect(size >= size_);
    // memory.copy looks at its operands even when there is nothing to copy, and a runtime may not
    // have noted yet that another thread grew the page.
    if (size_ != 0) {
      __builtin_memmove(reinterpret_cast<void*>(begin), reinterpret_cast<const void*>(begin_),
                        size_);
    }
    origin_ = begin - offset_of(first_address);
    begin_ = begin;
    size_ = size;
  }

  void fix() { is_fixed_ = 1; }

 private:
  Address origin_ = 0;
  Address begin_ = 0;
  ByteCount size_ = 0;
  // This is no bool, because a damaged heap may have any value here and is still looked at.
  unsigned is_fixed_ = 0;
};

}  // namespace granary
