// What a checked heap is there for: calls that break the contract, each of which has to be reported
// by its kind, and to leave the heap as it was. Native builds only: the report comes back by
// longjmp.
#pragma once

#include <setjmp.h>

#include "alloc/checks/leaks.h"
#include "tests-native/properties/shadow.h"
#include "tests-native/support/byte_source.h"

namespace granary::test {

// The reporter of a heap that is misused on purpose.
class CaughtFault {
 public:
  [[noreturn]] static void report(const Fault& fault) {
    if (!expected_) broken("a checked heap finds no fault in what is allowed", fault.address, 0);
    fault_ = fault;
    longjmp(back_, 1);
  }

  // What is reported while `action` runs; kind `none` when nothing is.
  template <class Action>
  [[gnu::noinline]] static Fault of(Action action) {
    fault_ = {};
    expected_ = true;
    if (setjmp(back_) == 0) action();
    expected_ = false;
    return fault_;
  }

 private:
  static inline jmp_buf back_;
  static inline bool expected_ = false;
  static inline Fault fault_ = {};
};

template <class Shadow>
class Misuse {
 public:
  Misuse(Shadow& shadow, ByteSource& bytes) : shadow_(shadow), bytes_(bytes) {}

  void trial() {
    const uint32_t word = bytes_.word();
    const uint32_t selector = word >> 8;
    if ((word & 31) == 31) return count_leaks(selector);
    const unsigned index = block_of_program(word >> 5);
    if (index == shadow_.count()) return;
    shadow_.open_all();
    misuse(word & 15, index, selector);
    shadow_.check_all();
  }

  // The leaks are the live blocks, grouped by who allocated them.
  void count_leaks(uint32_t selector) {
    Heap& heap = shadow_.first();
    constexpr unsigned callers = 7;
    constexpr unsigned most_extra = 32;
    static LiveBlock extra[most_extra];
    ByteCount bytes_of[callers + 1] = {};
    const Live live = shadow_.live().of_program(0);
    bytes_of[0] = live.bytes;
    unsigned count = 0;
    for (; count < selector % most_extra; ++count) {
      const unsigned caller = 1 + (selector >> (count % 16)) % callers;
      extra[count] = {0, 1 + (selector >> (count % 8)) % 500, 0, 3, 0};
      extra[count].address = heap.alloc(extra[count].length, Alignment::from_log2(3), caller);
      if (extra[count].address == 0) break;
      bytes_of[caller] += extra[count].length;
    }
    const LeakReport& report = finder_.find(heap.records(), heap.inner());
    if (report.block_count != live.blocks + count) broken("every live block is a leak", 0, 0);
    const LeakGroup* const groups = report.groups;
    for (ByteCount index = 0; index < report.group_count; ++index) {
      if (index != 0 && groups[index].bytes > groups[index - 1].bytes) {
        broken("the largest leaks come first", 0, 0);
      }
      if (bytes_of[groups[index].allocated_by] != groups[index].bytes) {
        broken("a leak is counted for its caller", 0, 0);
      }
    }
    while (count != 0) heap.free(extra[--count].named());
  }

 private:
  using Heap = Shadow::FirstEngine;

  // One that fits into the quarantine; the number of blocks when none was found.
  unsigned block_of_program(uint32_t selector) const {
    const unsigned count = shadow_.count();
    for (unsigned tries = 0; tries < 8 && count != 0; ++tries) {
      const unsigned index = (selector + tries) % count;
      const LiveBlock& block = shadow_.live()[index];
      const bool is_short = block.length >= 2 && block.length < 30000 && block.alignment_log2 < 14;
      if (block.program == 0 && is_short) return index;
    }
    return count;
  }

  void misuse(uint32_t what, unsigned index, uint32_t selector) {
    Block block = shadow_.live()[index].named();
    const auto offset = 1 + static_cast<ByteCount>(selector) % (block.length - 1);
    switch (what) {
      case 0:
        shadow_.free(index);
        return expect_of_call(GRANARY_FREED_BLOCK, block, selector);
      case 1:
        shadow_.free(index);
        block.address += offset;
        return expect_of_call(GRANARY_INSIDE_FREED_BLOCK, block, selector);
      case 2:
        block.length += 1 + selector % 7;
        return expect_of_sized_call(GRANARY_WRONG_LENGTH, block, selector);
      case 3:
        block.alignment = Alignment::from_log2(block.alignment.log2() ^ 1);
        return expect_of_sized_call(GRANARY_WRONG_ALIGNMENT, block, selector);
      case 4:
        block.address += offset;
        return expect_of_call(GRANARY_INSIDE_BLOCK, block, selector);
      case 5:
        block.address = 0;
        return expect_of_call(GRANARY_NULL_POINTER, block, selector);
      case 6:
        block.address = Shadow::Shared::end() + selector;
        return expect_of_call(GRANARY_OUTSIDE_MEMORY, block, selector);
      case 7:
        return expect_of_record(selector);
      case 8:
        return expect_with_flipped(block.address + block.length + selector % 16,
                                   GRANARY_WRITTEN_PAST_END, block, selector);
      case 9:
        return expect_with_flipped(block.address - 1 - selector % 16, GRANARY_WRITTEN_BEFORE_START,
                                   block, selector);
      case 10:
        return expect_zero_length(block);
      case 11:
        return expect_far_alignment(selector);
      default:
        shadow_.free(index);
        return expect_written_after_free(block, selector);
    }
  }

  // Any of the calls that take a block.
  void expect_of_call(FaultKind kind, Block block, uint32_t selector) {
    Heap& heap = shadow_.first();
    switch (selector >> 20) {
      case 0:
        return expect(kind, GRANARY_CALL_FREE, block, [&] { heap.free_unsized(block.address); });
      case 1:
        return expect(kind, GRANARY_CALL_RESIZE, block, [&] { heap.usable_size(block.address); });
      case 2:
        return expect(kind, GRANARY_CALL_REMAP, block,
                      [&] { heap.remap_unsized(block.address, block.alignment, 1); });
      default:
        return expect_of_sized_call(kind, block, selector);
    }
  }

  void expect_of_sized_call(FaultKind kind, Block block, uint32_t selector) {
    Heap& heap = shadow_.first();
    switch ((selector >> 18) % 3) {
      case 0:
        return expect(kind, GRANARY_CALL_FREE, block, [&] { heap.free(block); });
      case 1:
        return expect(kind, GRANARY_CALL_RESIZE, block, [&] { heap.resize(block, 1); });
      default:
        return expect(kind, GRANARY_CALL_REMAP, block, [&] { heap.remap(block, 1); });
    }
  }

  // An address in the heap that is none of a block: of a record.
  void expect_of_record(uint32_t selector) {
    const unsigned log2 = selector % (address_bits + 2);
    const auto address =
        reinterpret_cast<Address>(&shadow_.first().records()[1]) + (selector >> 8) % 16;
    const bool is_aligned =
        log2 >= address_bits || (address & (Alignment::from_log2(log2).bytes() - 1)) == 0;
    expect_of_sized_call(is_aligned ? GRANARY_NOT_A_BLOCK : GRANARY_MISALIGNED,
                         {address, 8, Alignment::from_log2(log2)}, selector);
  }

  void expect_with_flipped(Address place, FaultKind kind, Block block, uint32_t selector) {
    auto& byte = *reinterpret_cast<uint8_t*>(place);
    byte ^= 0x40;
    if ((selector >> 16) % 8 == 0) {
      expect(kind, GRANARY_CALL_CHECK, block, [&] { shadow_.first().check(); });
    } else {
      expect_of_call(kind, block, selector);
    }
    byte ^= 0x40;
  }

  void expect_written_after_free(Block block, uint32_t selector) {
    const ByteCount filled = block.length < 64 ? block.length : 64;
    // The zones too: 16 bytes before and behind.
    const bool in_zone = (selector & 64) != 0;
    const Address place = in_zone && (selector & 128) != 0 ? block.address - 1 - selector % 16
                          : in_zone ? block.address + block.length + selector % 16
                                    : block.address + selector % filled;
    auto& byte = *reinterpret_cast<uint8_t*>(place);
    byte ^= 0x40;
    Heap& heap = shadow_.first();
    expect(GRANARY_WRITTEN_AFTER_FREE, GRANARY_CALL_CHECK, block, [&] { heap.check(); });
    if ((selector >> 16) % 8 == 0) expect_at_end_of_quarantine(block);
    byte ^= 0x40;
  }

  // The block is looked at when it has waited long enough, whoever frees then.
  void expect_at_end_of_quarantine(Block freed) {
    Heap& heap = shadow_.first();
    constexpr ByteCount length = 1000;
    uint32_t kind = GRANARY_NO_FAULT;
    for (unsigned frees = 0; frees < 200 && kind == GRANARY_NO_FAULT; ++frees) {
      Block block = {0, length, Alignment::from_log2(3)};
      // For want of memory, the quarantine is emptied by an alloc.
      kind = CaughtFault::of([&] { block.address = heap.alloc(length, block.alignment); }).kind;
      if (block.address == 0 && kind == GRANARY_NO_FAULT) return;
      if (kind != GRANARY_NO_FAULT) break;
      kind = CaughtFault::of([&] { heap.free(block); }).kind;
      // It was told before anything had changed.
      if (kind != GRANARY_NO_FAULT) heap.free(block);
    }
    if (kind != GRANARY_WRITTEN_AFTER_FREE) {
      broken("a block in quarantine is looked at before it is used again", freed.address,
             freed.length);
    }
  }

  void expect_zero_length(Block block) {
    Heap& heap = shadow_.first();
    expect(GRANARY_NEW_LENGTH_ZERO, GRANARY_CALL_RESIZE, block, [&] { heap.resize(block, 0); });
    expect(GRANARY_NEW_LENGTH_ZERO, GRANARY_CALL_REMAP, block, [&] { heap.remap(block, 0); });
  }

  void expect_far_alignment(uint32_t selector) {
    const Block block = {0, selector, Alignment::from_log2(address_bits + selector % 8)};
    Heap& heap = shadow_.first();
    expect(GRANARY_ALIGNMENT_OUT_OF_RANGE, GRANARY_CALL_ALLOC, block,
           [&] { heap.alloc(block.length, block.alignment); });
  }

  template <class Action>
  static void expect(FaultKind kind, Call call, Block block, Action action) {
    const Fault fault = CaughtFault::of(action);
    if (fault.kind != kind) {
      broken("a misuse is reported for what it is", block.address, block.length);
    }
    if (fault.call != call || fault.address != block.address) {
      broken("a fault names the call and the address", block.address, block.length);
    }
  }

  Shadow& shadow_;
  ByteSource& bytes_;
  LeakFinder<typename Heap::Engine> finder_;
};

}  // namespace granary::test
