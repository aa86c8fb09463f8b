// A wrapper around any engine that catches what its users do wrong: at the call where it happens,
// or when the block that it happened to ends. What is found is told to a FaultReporter before the
// call has changed anything; a reporter does not return.
//
//   alloc    a block of the engine with room for the zones of red_zone.h around the owner's bytes
//   free     the block waits in a quarantine, filled with a pattern that nobody may change, until
//            so many bytes have been freed after it; a changed one never leaves it for the engine
//
// Every check is of the block in hand; `check` looks at all of them.
#pragma once

#include "alloc/checks/block_records.h"
#include "alloc/checks/fault.h"
#include "alloc/checks/red_zone.h"
#include "runtime/page_source.h"

namespace granary {

// How much is kept back and looked at, in bytes.
struct CheckLimits {
  // Freed blocks, with their zones, that are not used again yet.
  ByteCount quarantine;
  // Of each block, from its beginning, what is filled and looked at.
  ByteCount fill;
};

inline constexpr CheckLimits default_check_limits = {.quarantine = 65536, .fill = 64};

// The engine has to find sizes by address: of a block that could be made smaller only in its own
// place it is told less than it gave.
template <EngineOverMemory Inner, FaultReporter Reporter>
class Checked {
 public:
  using Engine = Inner;
  using Records = BlockRecords<Inner>;

  // `caller` is kept for reports: Zig's ret_addr, 0 where there is none.
  Address alloc(ByteCount length, Alignment alignment, Address caller = 0) {
    const Use use = {GRANARY_CALL_ALLOC, {0, length, alignment}, 0, caller};
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
    const Use use = {GRANARY_CALL_RESIZE, block, new_length, caller};
    BlockRecord& record = checked_record(use);
    if (!inner_.resize(inner_block(record), inner_length(record, new_length))) return false;
    change_length(record, new_length);
    return true;
  }

  Address remap(Block block, ByteCount new_length, Address caller = 0) {
    const Use use = {GRANARY_CALL_REMAP, block, new_length, caller};
    return remap_record(checked_record(use), new_length, use);
  }

  void free(Block block, Address caller = 0) {
    const Use use = {GRANARY_CALL_FREE, block, 0, caller};
    end_block(checked_record(use), use);
  }

  // For faces that know a block by its address alone.

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
          GRANARY_CALL_CHECK, {record.address, record.length, record.alignment()}, 0, 0};
      if (record.state == BlockState::live) check_zones(use, record, number);
      if (record.state == BlockState::freed && !is_untouched(record, number))
        report(GRANARY_WRITTEN_AFTER_FREE, use, &record);
    }
  }

  // Empties the quarantine: what waits there was filled as far as the old limits said.
  void set_limits(CheckLimits limits) {
    empty_quarantine(use_of_address(GRANARY_CALL_CHECK, 0, 0));
    limits_ = limits;
  }

  const Records& records() const { return records_; }
  Inner& inner() { return inner_; }

  // What lies in the engine: zones, records, and blocks in quarantine too.
  const auto& anatomy() const { return inner_.anatomy(); }

  ByteCount trim() { return inner_.trim(); }

  void reset() {
    inner_.reset();
    records_.forget();
    oldest_ = newest_ = Records::none;
    quarantined_ = 0;
  }

 private:
  // A call as its user made it; 0 for what it is not given.
  struct Use {
    Call call;
    Block block;
    ByteCount new_length;
    Address caller;
  };

  static Use use_of_address(Call call, Address address, Address caller) {
    return {call, {address, 0, Alignment::from_log2(0)}, 0, caller};
  }

  // --- layout ---

  // What the engine is asked for: zones included.

  static ByteCount inner_length(const BlockRecord& record, ByteCount length) {
    return RedZone::length_with_zones(length, record.alignment());
  }

  static Block inner_block(const BlockRecord& record) {
    return {record.address - RedZone::front_of(record.alignment()),
            inner_length(record, record.length), RedZone::alignment_with_zones(record.alignment())};
  }

  ByteCount filled(ByteCount length) const { return length < limits_.fill ? length : limits_.fill; }

  // --- what the calls do ---

  // For a call that needs the block, which is not always its allocator's.
  [[gnu::always_inline]] Address begin_block(ByteCount length, Alignment alignment,
                                             Address allocator, Use use) {
    records_.start(inner_);
    const ByteCount whole = RedZone::length_with_zones(length, alignment);
    const Alignment whole_alignment = RedZone::alignment_with_zones(alignment);
    Address begin = inner_.alloc(whole, whole_alignment);
    // What waits in the quarantine is memory that the program has given back.
    if (begin == 0 && empty_quarantine(use)) begin = inner_.alloc(whole, whole_alignment);
    if (begin == 0) [[unlikely]]
      return 0;
    // After the block: more records may take memory, which a call that fails must not do.
    uint32_t number = records_.take(inner_);
    if (number == Records::none && empty_quarantine(use)) number = records_.take(inner_);
    if (number == Records::none) [[unlikely]] {
      inner_.free({begin, whole, whole_alignment});
      return 0;
    }
    const Address address = begin + RedZone::front_of(alignment);
    const auto log2 = static_cast<uint8_t>(alignment.log2());
    records_[number] = {address, length, allocator, 0, Records::none, log2, BlockState::live};
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

  // Never fails. The engine is not asked to move the block: its old place would be used again at
  // once, and goes through the quarantine here as that of any block that ends.
  Address shrink(BlockRecord& record, ByteCount new_length, Use use) {
    const Address address = record.address;
    if (inner_.resize(inner_block(record), inner_length(record, new_length))) {
      change_length(record, new_length);
      return address;
    }
    return shrink_elsewhere(RedZone::number_before(address), use.block.length,
                            use.block.alignment.log2(), new_length, use.caller);
  }

  // As scalars, like a report. Where there is no other place, the block keeps its own.
  [[gnu::noinline, clang::minsize]] Address shrink_elsewhere(uint32_t number, ByteCount told_length,
                                                             unsigned told_alignment,
                                                             ByteCount new_length, Address caller) {
    const BlockRecord& record = records_[number];
    const Address address = record.address;
    const Block told = {address, told_length, Alignment::from_log2(told_alignment)};
    const Use use = {GRANARY_CALL_REMAP, told, new_length, caller};
    // What is wrong in the quarantine has to be told before anything has changed.
    make_room(inner_block(record).length, use);
    const Address moved = begin_block(new_length, record.alignment(), record.allocated_by, use);
    // The records may have moved.
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

  // In the quarantine, for a block that it can hold at all.
  [[gnu::always_inline]] void make_room(ByteCount length, Use use) {
    if (length > limits_.quarantine) return;
    while (quarantined_ + length > limits_.quarantine) release_oldest(use);
  }

  void release(uint32_t number, Block block) {
    records_.give_back(number);
    inner_.free_unsized(block.address);
  }

  // The block leaves the quarantine before it is looked at: a changed one would be in the way of
  // every later call. Its record, or null when it is unchanged and the engine has it back.
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

  // `use` needs the room.
  [[gnu::always_inline]] void release_oldest(Use use) {
    const BlockRecord* const changed = take_out_oldest();
    if (changed != nullptr) [[unlikely]]
      report(GRANARY_WRITTEN_AFTER_FREE, use, changed);
  }

  // Whether there was anything in it.
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

  // The record of the live block that is meant, its zones whole.
  [[gnu::always_inline]] BlockRecord& known_record(Use use) {
    const Address address = use.block.address;
    if (address < RedZone::front_size || address >= memory_end()) [[unlikely]]
      report_unknown(use);
    const uint32_t number = RedZone::number_before(address);
    BlockRecord* const record = records_.find(address, number);
    if (record == nullptr || record->state != BlockState::live) [[unlikely]]
      report_unknown(use);
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

  // As a wide integer: the end of a memory of 4 GiB is no Address.
  uint64_t memory_end() const { return uint64_t{inner_.memory().size().value} << wasm_page_log2; }

  // --- reports ---

  // As scalars: a struct would be written to memory on every call, for the sake of the one that
  // fails.
  [[gnu::always_inline]] void report_unknown(Use use) const {
    report_unknown(use.call, use.block.address, use.block.length, use.block.alignment,
                   use.new_length, use.caller);
  }

  [[gnu::always_inline]] static void report(FaultKind kind, Use use, const BlockRecord* record) {
    report(kind, use.call, use.block.address, use.block.length, use.block.alignment, use.new_length,
           use.caller, record);
  }

  // The word before the address names no live block: finds out what the address is instead.
  [[gnu::noinline, gnu::cold]] void report_unknown(Call call, Address address, ByteCount length,
                                                   Alignment alignment, ByteCount new_length,
                                                   Address caller) const {
    const Use use = {call, {address, length, alignment}, new_length, caller};
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

  [[gnu::noinline, gnu::cold]] static void report(FaultKind kind, Call call, Address address,
                                                  ByteCount length, Alignment alignment,
                                                  ByteCount new_length, Address caller,
                                                  const BlockRecord* record) {
    Fault fault = {};
    fault.kind = kind;
    fault.call = call;
    fault.address = address;
    fault.length = length;
    fault.alignment = alignment.log2();
    fault.new_length = new_length;
    fault.caller = caller;
    if (record != nullptr) {
      fault.block = record->address;
      fault.block_length = record->length;
      fault.block_alignment = record->alignment_log2;
      fault.allocated_by = record->allocated_by;
      fault.freed_by = record->freed_by;
    }
    Reporter::report(fault);
  }

  Inner inner_;
  Records records_;
  // Freed blocks, linked by their records.
  uint32_t oldest_ = Records::none;
  uint32_t newest_ = Records::none;
  ByteCount quarantined_ = 0;
  CheckLimits limits_ = default_check_limits;
};

}  // namespace granary
