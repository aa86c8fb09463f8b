// The checked engine lies around any engine and catches misuses: at the call that is wrong, or, for
// a wrong write, when the block that it hit ends. It tells a FaultReporter before the call has
// changed anything; a reporter does not return.
//
//   alloc    takes a block of the engine inside, with room for the zones of red_zone.h
//   free     puts the block into the quarantine, filled with a pattern that nobody may change. It
//            goes back to the engine inside when enough bytes have been freed after it, but a block
//            that was changed never does
//
// Each call checks only the block that it is about; `check` looks at all blocks.
#pragma once

#include "alloc/checks/block_records.h"
#include "alloc/checks/fault.h"
#include "alloc/checks/red_zone.h"
#include "runtime/page_source.h"

namespace granary {

// The limits of the checks, in bytes.
struct CheckLimits {
  // How many bytes of freed blocks, zones included, the quarantine holds.
  ByteCount quarantine;
  // How many bytes of each block, from its beginning, are filled and looked at.
  ByteCount fill;
};

inline constexpr CheckLimits default_check_limits = {.quarantine = 65536, .fill = 64};

// The engine inside has to find the size of a block by its address: when a block was made smaller
// where it is, the length that this engine passes is less than the one that it asked for.
template <EngineOverMemory Inner, FaultReporter Reporter>
class Checked {
 public:
  using Engine = Inner;
  using Records = BlockRecords<Inner>;

  // `caller` is kept for reports. It is the ret_addr of the call; 0 where there is none. `heap` is
  // the live arena that the block belongs to (checked_arenas.h), or 0.
  Address alloc(ByteCount length, Alignment alignment, Address caller = 0, Address heap = 0) {
    const Use use = {GRANARY_CALL_ALLOC, {0, length, alignment}, 0, caller, heap};
    if (alignment.log2() >= address_bits) [[unlikely]]
      report(GRANARY_ALIGNMENT_OUT_OF_RANGE, use, nullptr);
    return begin_block(length, alignment, caller, use);
  }

  Address alloc_zeroed(ByteCount length, Alignment alignment, Address caller = 0) {
    const Address address = alloc(length, alignment, caller);
    if (address != 0) __builtin_memset(reinterpret_cast<void*>(address), 0, length);
    return address;
  }

  bool resize(Block block, ByteCount new_length, Address caller = 0) {
    const Use use = {GRANARY_CALL_RESIZE, block, new_length, caller, 0};
    BlockRecord& record = checked_record(use);
    if (!resize_inner(record, new_length)) return false;
    change_length(record, new_length);
    return true;
  }

  Address remap(Block block, ByteCount new_length, Address caller = 0) {
    const Use use = {GRANARY_CALL_REMAP, block, new_length, caller, 0};
    return remap_record(checked_record(use), new_length, use);
  }

  void free(Block block, Address caller = 0, Address heap = 0) {
    const Use use = {GRANARY_CALL_FREE, block, 0, caller, heap};
    end_block(checked_record(use), use);
  }

  // The next three calls are for faces that know a block by its address alone.

  void free_unsized(Address address, Address caller = 0) {
    const Use use = use_of_address(GRANARY_CALL_FREE, address, caller);
    end_block(known_record(use), use);
  }

  ByteCount usable_size(Address address) {
    return known_record(use_of_address(GRANARY_CALL_RESIZE, address, 0)).length;
  }

  Address remap_unsized(Address address, Alignment /*kept*/, ByteCount new_length,
                        Address caller = 0) {
    const Use use = use_of_address(GRANARY_CALL_REMAP, address, caller);
    return remap_record(known_record(use), new_length, use);
  }

  // Looks at every block, live and in quarantine.
  void check() {
    for (uint32_t number = 1; number < records_.end(); ++number) {
      const BlockRecord& record = records_[number];
      const Use use = {
          GRANARY_CALL_CHECK, {record.address, record.length, record.alignment()}, 0, 0, 0};
      if (record.state == BlockState::live) check_zones(use, record, number);
      if (record.state == BlockState::freed && !is_untouched(record, number))
        report(GRANARY_WRITTEN_AFTER_FREE, use, &record);
    }
  }

  // Empties the quarantine, because the blocks there were filled as the old limits said.
  void set_limits(CheckLimits limits) {
    empty_quarantine(use_of_address(GRANARY_CALL_CHECK, 0, 0));
    limits_ = limits;
  }

  // Sets the limits where the state began as zeros. They are copied field by field: as a whole they
  // would be data, which the linker would place in the memory of a module that imports it.
  [[gnu::always_inline]] void set_default_limits() {
    constexpr CheckLimits limits = default_check_limits;
    set_limits({.quarantine = limits.quarantine, .fill = limits.fill});
  }

  const Records& records() const { return records_; }
  Inner& inner() { return inner_; }

  // The state of the engine inside. Its blocks include zones, records, and blocks in quarantine.
  const auto& anatomy() const { return inner_.anatomy(); }

  ByteCount trim() { return inner_.trim(); }

  void reset() {
    inner_.reset();
    records_.forget();
    oldest_ = newest_ = Records::none;
    quarantined_ = 0;
  }

 protected:
  // A call as its user made it, with 0 for each operand that it does not have.
  struct Use {
    Call call;
    Block block;
    ByteCount new_length;
    Address caller;
    Address heap;
  };

  static Use use_of_address(Call call, Address address, Address caller) {
    return {call, {address, 0, Alignment::from_log2(0)}, 0, caller, 0};
  }

  // --- layout ---

  // The engine inside is asked for blocks with room for the zones.

  static ByteCount inner_length(const BlockRecord& record, ByteCount length) {
    return RedZone::length_with_zones(length, record.alignment());
  }

  static Block inner_block(const BlockRecord& record) {
    return {record.address - RedZone::front_of(record.alignment()),
            inner_length(record, record.length), RedZone::alignment_with_zones(record.alignment())};
  }

  bool resize_inner(const BlockRecord& record, ByteCount new_length) {
    return inner_.resize(inner_block(record), inner_length(record, new_length));
  }

  ByteCount filled(ByteCount length) const { return length < limits_.fill ? length : limits_.fill; }

  // --- what the calls do ---

  // Makes a block for the call `use`. `allocator` may be another caller: a block that shrinks keeps
  // it.
  [[gnu::always_inline]] Address begin_block(ByteCount length, Alignment alignment,
                                             Address allocator, Use use) {
    records_.start(inner_);
    const ByteCount whole = RedZone::length_with_zones(length, alignment);
    const Alignment whole_alignment = RedZone::alignment_with_zones(alignment);
    Address begin = inner_.alloc(whole, whole_alignment);
    // The program has given the memory in the quarantine back, so it may be used before alloc
    // fails.
    if (begin == 0 && empty_quarantine(use)) begin = inner_.alloc(whole, whole_alignment);
    if (begin == 0) [[unlikely]]
      return 0;
    // The record comes after the block, because more records may take memory, which a call that
    // fails must not do.
    uint32_t number = records_.take(inner_);
    if (number == Records::none && empty_quarantine(use)) number = records_.take(inner_);
    if (number == Records::none) [[unlikely]] {
      inner_.free({begin, whole, whole_alignment});
      return 0;
    }
    const Address address = begin + RedZone::front_of(alignment);
    const auto log2 = static_cast<uint8_t>(alignment.log2());
    records_[number] = {address,  length,        allocator, 0,
                        use.heap, Records::none, log2,      BlockState::live};
    RedZone::write_front(address, number);
    RedZone::fill(address, filled(length), RedZone::fresh_pattern);
    RedZone::write_rear(address + length);
    return address;
  }

  Address remap_record(BlockRecord& record, ByteCount new_length, Use use) {
    if (new_length <= record.length) return shrink(record, new_length, use);
    const Address moved = inner_.remap(inner_block(record), inner_length(record, new_length));
    if (moved == 0) return 0;
    record.address = moved + RedZone::front_of(record.alignment());
    change_length(record, new_length);
    return record.address;
  }

  // Makes a block smaller, and never fails. The engine inside is not asked to move the block: it
  // would use the old place again at once, which must wait in the quarantine like any block that
  // ends.
  Address shrink(BlockRecord& record, ByteCount new_length, Use use) {
    const Address address = record.address;
    if (resize_inner(record, new_length)) {
      change_length(record, new_length);
      return address;
    }
    return shrink_elsewhere(RedZone::number_before(address), use.block.length,
                            use.block.alignment.log2(), new_length, use.caller);
  }

  // Moves a block to a smaller place; where there is none, the block stays. The operands are
  // scalars, as those of a report.
  [[gnu::noinline, clang::minsize]] Address shrink_elsewhere(uint32_t number, ByteCount told_length,
                                                             unsigned told_alignment,
                                                             ByteCount new_length, Address caller) {
    const BlockRecord& record = records_[number];
    const Address address = record.address;
    const Block told = {address, told_length, Alignment::from_log2(told_alignment)};
    const Use use = {GRANARY_CALL_REMAP, told, new_length, caller, 0};
    // A fault in the quarantine has to be told before anything has changed.
    make_room(inner_block(record).length, use);
    const Address moved = begin_block(new_length, record.alignment(), record.allocated_by, use);
    // The array of records may have moved.
    if (moved == 0) {
      change_length(records_[number], new_length);
      return address;
    }
    __builtin_memcpy(reinterpret_cast<void*>(moved), reinterpret_cast<const void*>(address),
                     new_length);
    end_block(records_[number], use);
    return moved;
  }

  [[gnu::always_inline]] void change_length(BlockRecord& record, ByteCount new_length) {
    const ByteCount old_length = record.length;
    record.length = new_length;
    if (filled(new_length) > old_length) {
      RedZone::fill(record.address + old_length, filled(new_length) - old_length,
                    RedZone::fresh_pattern);
    }
    RedZone::write_rear(record.address + new_length);
  }

  [[gnu::always_inline]] void end_block(BlockRecord& record, Use use) {
    const uint32_t number = RedZone::number_before(record.address);
    const Block block = inner_block(record);
    if (block.length > limits_.quarantine) [[unlikely]]
      return release(number, block);
    make_room(block.length, use);
    record.state = BlockState::freed;
    record.freed_by = use.caller;
    RedZone::fill(record.address, filled(record.length), RedZone::freed_pattern);
    RedZone::write_rear(record.address + record.length);
    if (newest_ == Records::none) {
      oldest_ = number;
    } else {
      records_[newest_].next = number;
    }
    newest_ = number;
    quarantined_ += block.length;
  }

  // Makes room in the quarantine for a block that it can hold at all.
  [[gnu::always_inline]] void make_room(ByteCount length, Use use) {
    if (length > limits_.quarantine) return;
    while (quarantined_ + length > limits_.quarantine) release_oldest(use);
  }

  void release(uint32_t number, Block block) {
    records_.give_back(number);
    inner_.free_unsized(block.address);
  }

  // Takes the oldest block out of the quarantine before looking at it, because a changed one would
  // be in the way of every later call. Returns its record when it was changed; else null, and the
  // engine inside has it back.
  const BlockRecord* take_out_oldest() {
    const uint32_t number = oldest_;
    const BlockRecord& record = records_[number];
    oldest_ = record.next;
    if (oldest_ == Records::none) newest_ = Records::none;
    const Block block = inner_block(record);
    quarantined_ -= block.length;
    if (!is_untouched(record, number)) [[unlikely]]
      return &record;
    release(number, block);
    return nullptr;
  }

  // Makes the room that `use` needs.
  [[gnu::always_inline]] void release_oldest(Use use) {
    const BlockRecord* const changed = take_out_oldest();
    if (changed != nullptr) [[unlikely]]
      report(GRANARY_WRITTEN_AFTER_FREE, use, changed);
  }

  // Empties the quarantine. Returns whether there was a block in it.
  [[gnu::always_inline]] bool empty_quarantine(Use use) {
    const bool filled = oldest_ != Records::none;
    while (oldest_ != Records::none) release_oldest(use);
    return filled;
  }

  // --- checks ---

  [[gnu::always_inline]] BlockRecord& checked_record(Use use) {
    BlockRecord& record = known_record(use);
    if (record.length != use.block.length) [[unlikely]]
      report(GRANARY_WRONG_LENGTH, use, &record);
    if (record.alignment_log2 != use.block.alignment.log2()) [[unlikely]]
      report(GRANARY_WRONG_ALIGNMENT, use, &record);
    if (use.new_length == 0 && use.call != GRANARY_CALL_FREE) [[unlikely]]
      report(GRANARY_NEW_LENGTH_ZERO, use, &record);
    return record;
  }

  // Returns the record of the live block that the call means, after a check of its zones.
  [[gnu::always_inline]] BlockRecord& known_record(Use use) {
    const Address address = use.block.address;
    if (address < RedZone::front_size || address >= memory_end()) [[unlikely]]
      report_unknown(use);
    const uint32_t number = RedZone::number_before(address);
    BlockRecord* const record = records_.find(address, number);
    if (record == nullptr || record->state != BlockState::live) [[unlikely]]
      report_unknown(use);
    if (record->heap != use.heap) [[unlikely]]
      report(GRANARY_OTHER_HEAP, use, record);
    check_zones(use, *record, number);
    return *record;
  }

  [[gnu::always_inline]] void check_zones(Use use, const BlockRecord& record, uint32_t number) {
    if (RedZone::number_before(record.address) != number ||
        !RedZone::front_is_whole(record.address)) [[unlikely]] {
      report(GRANARY_WRITTEN_BEFORE_START, use, &record);
    }
    if (!RedZone::rear_is_whole(record.address + record.length)) [[unlikely]]
      report(GRANARY_WRITTEN_PAST_END, use, &record);
  }

  bool is_untouched(const BlockRecord& record, uint32_t number) const {
    return RedZone::number_before(record.address) == number &&
           RedZone::front_is_whole(record.address) &&
           RedZone::rear_is_whole(record.address + record.length) &&
           RedZone::is_filled(record.address, filled(record.length), RedZone::freed_pattern);
  }

  // Returns a wide integer, because the end of a memory of 4 GiB is no Address.
  uint64_t memory_end() const { return uint64_t{inner_.memory().size().value} << wasm_page_log2; }

  // --- reports ---

  // Reports take scalars: a struct would be written to memory on every call, for the sake of the
  // one that fails.
  [[noreturn, gnu::always_inline]] void report_unknown(Use use) const {
    report_unknown(use.call, use.block.address, use.block.length, use.block.alignment,
                   use.new_length, use.caller, use.heap);
  }

  [[noreturn, gnu::always_inline]] static void report(FaultKind kind, Use use,
                                                      const BlockRecord* record) {
    report(kind, use.call, use.block.address, use.block.length, use.block.alignment, use.new_length,
           use.caller, use.heap, record);
  }

  // The number below the address names no live block: this finds out what the address is instead.
  [[noreturn, gnu::noinline, gnu::cold]] void report_unknown(Call call, Address address,
                                                             ByteCount length, Alignment alignment,
                                                             ByteCount new_length, Address caller,
                                                             Address heap) const {
    const Use use = {call, {address, length, alignment}, new_length, caller, heap};
    if (address == 0) report(GRANARY_NULL_POINTER, use, nullptr);
    if (address >= memory_end()) report(GRANARY_OUTSIDE_MEMORY, use, nullptr);
    for (uint32_t number = 1; number < records_.end(); ++number) {
      const BlockRecord& record = records_[number];
      if (record.state == BlockState::none) continue;
      const bool is_live = record.state == BlockState::live;
      if (record.address == address) {
        report(is_live ? GRANARY_WRITTEN_BEFORE_START : GRANARY_FREED_BLOCK, use, &record);
      }
      const Block around = inner_block(record);
      if (address - around.address < around.length) {
        report(is_live ? GRANARY_INSIDE_BLOCK : GRANARY_INSIDE_FREED_BLOCK, use, &record);
      }
    }
    const bool aligned =
        alignment.log2() >= address_bits || is_multiple_of_power_of_two(address, alignment.log2());
    report(aligned ? GRANARY_NOT_A_BLOCK : GRANARY_MISALIGNED, use, nullptr);
  }

  [[noreturn, gnu::noinline, gnu::cold]] static void report(
      FaultKind kind, Call call, Address address, ByteCount length, Alignment alignment,
      ByteCount new_length, Address caller, Address heap, const BlockRecord* record) {
    Fault fault = {};
    fault.kind = kind;
    fault.call = call;
    fault.address = address;
    fault.length = length;
    fault.alignment = alignment.log2();
    fault.new_length = new_length;
    fault.caller = caller;
    fault.heap = heap;
    if (record != nullptr) {
      fault.block = record->address;
      fault.block_length = record->length;
      fault.block_alignment = record->alignment_log2;
      fault.allocated_by = record->allocated_by;
      fault.freed_by = record->freed_by;
      fault.block_heap = record->heap;
    }
    Reporter::report(fault);
    __builtin_trap();
  }

  Records records_;

 private:
  Inner inner_;
  // The quarantine: freed blocks, linked by their records.
  uint32_t oldest_ = Records::none;
  uint32_t newest_ = Records::none;
  ByteCount quarantined_ = 0;
  CheckLimits limits_ = default_check_limits;
};

}  // namespace granary
