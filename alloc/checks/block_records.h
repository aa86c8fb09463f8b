// The block records say what the checked engine knows about each block. They are kept apart from
// the blocks, so an overrun cannot reach them, and a pointer is a block only if a record says so.
// The first word of the zone below a block names its record by number, which makes the look-up one
// comparison; the number itself is not trusted.
//
//   block    | number | zone ... |  the owner's bytes
//                                   ^ record[number].address
//
// The array lies in a block of the engine inside and doubles when it is full.
#pragma once

#include "alloc/common/alignment.h"
#include "alloc/common/engine.h"
#include "runtime/expect.h"

namespace granary {

enum class BlockState : uint8_t { none, live, freed };

struct BlockRecord {
  Address address;
  ByteCount length;
  Address allocated_by;
  Address freed_by;
  // The arena that the block belongs to, by its handle; 0: the heap itself. An arena belongs to
  // itself.
  Address heap;
  // The number of the next unused record, or of the block that was freed next.
  uint32_t next;
  uint8_t alignment_log2;
  BlockState state;

  Alignment alignment() const { return Alignment::from_log2(alignment_log2); }
};

template <Engine Inner>
class BlockRecords {
 public:
  // The number 0 is no record and is never given out.
  static constexpr uint32_t none = 0;

  uint32_t end() const { return end_; }
  // How often all blocks were forgotten: blocks of an earlier generation are gone.
  uint32_t generation() const { return generation_; }

  BlockRecord& operator[](uint32_t number) const {
    expect(number < end_);
    return reinterpret_cast<BlockRecord*>(array_)[number];
  }

  // Returns the record of the block, live or freed, that begins at `address`, if `number` is its
  // number; else null.
  BlockRecord* find(Address address, uint32_t number) const {
    if (number >= end_) return nullptr;
    BlockRecord& record = (*this)[number];
    return record.address == address ? &record : nullptr;
  }

  // Makes the first array, unless there is one. It must come before the first block: if it lay
  // above that block, it would be in the way when the block grows.
  void start(Inner& inner) {
    if (capacity_ == 0) grow(inner);
  }

  // Returns the number of an unused record, or none when there is no memory for more.
  uint32_t take(Inner& inner) {
    if (unused_ == none) {
      if (end_ == capacity_ && !grow(inner)) return none;
      return end_++;
    }
    const uint32_t number = unused_;
    unused_ = (*this)[number].next;
    return number;
  }

  void give_back(uint32_t number) {
    expect(number != none);
    BlockRecord& record = (*this)[number];
    record = {};
    record.next = unused_;
    unused_ = number;
  }

  void forget() {
    const uint32_t generation = generation_ + 1;
    *this = {};
    generation_ = generation;
  }

 private:
  static constexpr uint32_t first_capacity = 64;
  static constexpr Alignment array_alignment = Alignment::from_log2(3);

  static ByteCount bytes_of(uint32_t count) { return ByteCount{count} * sizeof(BlockRecord); }

  bool grow(Inner& inner) {
    const uint32_t capacity = capacity_ == 0 ? first_capacity : 2 * capacity_;
    const Address array = inner.alloc(bytes_of(capacity), array_alignment);
    if (array == 0) return false;
    __builtin_memcpy(reinterpret_cast<void*>(array), reinterpret_cast<const void*>(array_),
                     bytes_of(end_));
    if (capacity_ != 0) inner.free({array_, bytes_of(capacity_), array_alignment});
    array_ = array;
    capacity_ = capacity;
    if (end_ == 0) {
      reinterpret_cast<BlockRecord*>(array_)[none] = {};
      end_ = 1;
    }
    return true;
  }

  Address array_ = 0;
  uint32_t capacity_ = 0;
  uint32_t end_ = 0;
  uint32_t unused_ = none;
  uint32_t generation_ = 0;
};

}  // namespace granary
