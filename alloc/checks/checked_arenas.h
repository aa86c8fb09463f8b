// The checked engine with arenas. Each block of an arena is a block of the checked engine, with
// zones and a record of its own, so every misuse of one is found as that of any block. Its record
// says to which arena it belongs; a block that is given to another heap is a fault.
//
// An arena's handle is the address of its words, a block that belongs to itself. A handle is good
// as long as that block lives, and is known for a destroyed one while it waits in the quarantine.
#pragma once

#include "alloc/checks/checked_engine.h"
#include "include/granary_arena.h"

namespace granary {

template <EngineOverMemory Inner, FaultReporter Reporter>
class CheckedWithArenas : public Checked<Inner, Reporter> {
  using Base = Checked<Inner, Reporter>;
  using Base::memory_end;
  using Base::records_;
  using Base::report;
  using typename Base::Records;
  using typename Base::Use;

 public:
  // Returns the handle of a new arena, or 0 when there is no memory. An arena over a buffer has
  // room for as many bytes as the buffer; its blocks lie in the heap like all others.
  Address new_arena(ByteCount room = ~ByteCount{0}) {
    const Address handle = Base::alloc_zeroed(sizeof(Words), words_alignment);
    if (handle == 0) return 0;
    words_at(handle) = {.fields = {0, 0, nullptr, 0, ~ByteCount{0}}, .room = room, .used = 0};
    record_at(handle).heap = handle;
    return handle;
  }

  // The four calls with an arena.

  Address alloc_in(Address heap, ByteCount length, Alignment alignment, Address caller) {
    check_arena({GRANARY_CALL_ALLOC, {0, length, alignment}, 0, caller, heap});
    if (length > room_of(heap)) return 0;
    const Address address = Base::alloc(length, alignment, caller, heap);
    if (address != 0) words_at(heap).used += length;
    return address;
  }

  bool resize_in(Address heap, Block block, ByteCount new_length, Address caller) {
    return resize_in_place({GRANARY_CALL_RESIZE, block, new_length, caller, heap});
  }

  // No arena moves a block.
  Address remap_in(Address heap, Block block, ByteCount new_length, Address caller) {
    const Use use = {GRANARY_CALL_REMAP, block, new_length, caller, heap};
    return resize_in_place(use) ? block.address : 0;
  }

  void free_in(Address heap, Block block, Address caller) {
    check_arena({GRANARY_CALL_FREE, block, 0, caller, heap});
    Base::free(block, caller, heap);
    words_at(heap).used -= block.length;
  }

  // Ends every block of the arena. A fault in one of them is told before any has ended.
  void reset_arena(Address heap) { end_blocks({GRANARY_CALL_RESET, no_block, 0, 0, heap}); }

  void destroy_arena(Address heap) {
    const Use use = {GRANARY_CALL_DESTROY, no_block, 0, 0, heap};
    end_blocks(use);
    Base::end_block(record_at(heap), use);
  }

 private:
  struct Words {
    granary_arena fields;
    // How many bytes its blocks may have together, and how many they have.
    ByteCount room;
    ByteCount used;
  };

  static constexpr Alignment words_alignment = Alignment::from_bytes(sizeof(Address));
  static constexpr Block no_block = {0, 0, Alignment::from_log2(0)};

  static Words& words_at(Address handle) { return *reinterpret_cast<Words*>(handle); }

  BlockRecord& record_at(Address address) { return records_[RedZone::number_before(address)]; }

  static ByteCount room_of(Address heap) { return words_at(heap).room - words_at(heap).used; }

  // Every block of an arena can be made smaller where it is.
  bool resize_in_place(Use use) {
    check_arena(use);
    BlockRecord& record = Base::checked_record(use);
    const ByteCount length = record.length;
    if (use.new_length > length && (use.new_length - length > room_of(use.heap) ||
                                    !Base::resize_inner(record, use.new_length))) {
      return false;
    }
    Base::change_length(record, use.new_length);
    words_at(use.heap).used += use.new_length - length;
    return true;
  }

  // Reports a handle that is not that of a live arena.
  void check_arena(Use use) {
    const Address heap = use.heap;
    const BlockRecord* record = nullptr;
    if (heap >= RedZone::front_size && heap < memory_end())
      record = records_.find(heap, RedZone::number_before(heap));
    if (record == nullptr || record->heap != heap) [[unlikely]]
      report(GRANARY_NOT_AN_ARENA, use, nullptr);
    if (record->state != BlockState::live) [[unlikely]]
      report(GRANARY_DESTROYED_ARENA, use, record);
    Base::check_zones(use, *record, RedZone::number_before(heap));
  }

  void end_blocks(Use use) {
    check_arena(use);
    for (uint32_t number = 1; number < records_.end(); ++number) {
      if (is_block_of(use.heap, records_[number])) Base::check_zones(use, records_[number], number);
    }
    for (uint32_t number = 1; number < records_.end(); ++number) {
      if (is_block_of(use.heap, records_[number])) Base::end_block(records_[number], use);
    }
    words_at(use.heap).used = 0;
  }

  static bool is_block_of(Address heap, const BlockRecord& record) {
    return record.state == BlockState::live && record.heap == heap && record.address != heap;
  }
};

}  // namespace granary
