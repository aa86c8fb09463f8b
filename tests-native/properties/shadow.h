// A heap with a shadow: every call goes to an engine and to a model that knows every live byte
// (live_blocks.h). Whatever the contract (docs/abi.md) promises is checked at each call: where a
// block may lie, that it shares no byte with another, its alignment, its contents, that a call
// which answers 0 has changed nothing. The first rule that does not hold ends the run.
//
// Two engines share the memory, each a program of its own.
#pragma once

#include "tests-native/properties/inspection.h"
#include "tests-native/properties/live_blocks.h"
#include "tests-native/support/shared_memory.h"

namespace granary::test {

template <class Memory, class First, class Second, unsigned most_blocks>
class Shadow {
 public:
  using Shared = SharedMemory<Memory>;
  using FirstEngine = First;

  // The largest alignment that may be asked for; there is no address with that many zeros, and a
  // checked heap says so instead of answering.
  static constexpr unsigned largest_alignment_log2 =
      is_checked<First> || is_checked<Second> ? address_bits - 1 : address_bits + 7;

  // What was live is forgotten; `Memory` has been emptied.
  void start(const Region (&slacks)[program_count], PageCount maximum) {
    Shared::start(slacks, maximum);
    first_ = {};
    second_ = {};
    live_.forget();
    calls_ = 0;
    refusals_ = 0;
  }

  First& first() { return first_; }
  const auto& live() const { return live_; }
  unsigned count() const { return live_.count(); }
  bool is_full() const { return live_.count() == most_blocks; }

  // How often engines have been called in this run.
  uint64_t calls() const { return calls_; }

  // Whether there was memory. The new block is the last one.
  bool alloc(unsigned program, ByteCount length, Alignment alignment) {
    const Call call = begin_call();
    Address address = 0;
    with(program, [&](auto& engine) { address = engine.alloc(length, alignment); });
    return add_or_refuse(call, {address, length, alignment}, program);
  }

  // The same as `alloc` in an engine that has no zeroed blocks.
  bool alloc_zeroed(unsigned program, ByteCount length, Alignment alignment) {
    const Call call = begin_call();
    Address address = 0;
    with(program, [&](auto& engine) {
      if constexpr (requires { engine.alloc_zeroed(length, alignment); }) {
        address = engine.alloc_zeroed(length, alignment);
        if (address == 0) return;
        check_place({address, length, alignment}, program);
        if (!is_zero(address, length)) broken("a zeroed block is zero", address, length);
      } else {
        address = engine.alloc(length, alignment);
      }
    });
    return add_or_refuse(call, {address, length, alignment}, program);
  }

  bool resize(unsigned index, ByteCount new_length) {
    const LiveBlock block = live_[index];
    live_.open(index);
    if (new_length >= block.length) live_.close(index);
    const Call call = begin_call();
    bool resized = false;
    with(block.program, [&](auto& engine) { resized = engine.resize(block.named(), new_length); });
    return change_or_refuse(call, index, resized ? block.address : 0, new_length);
  }

  bool remap(unsigned index, ByteCount new_length) {
    const LiveBlock block = live_[index];
    live_.open(index);
    const Call call = begin_call();
    Address moved = 0;
    with(block.program, [&](auto& engine) { moved = engine.remap(block.named(), new_length); });
    return change_or_refuse(call, index, moved, new_length);
  }

  // As a program reallocates: by remap, or else by alloc, copy and free.
  bool reallocate(unsigned index, ByteCount new_length) {
    if (remap(index, new_length)) return true;
    const LiveBlock block = live_[index];
    if (!alloc(block.program, new_length, block.named().alignment)) return false;
    free(index);
    return true;
  }

  // The last block takes the index of the one that ends.
  void free(unsigned index) {
    ++calls_;
    const LiveBlock block = live_.remove(index);
    with(block.program, [&](auto& engine) { engine.free(block.named()); });
  }

  // The same as `free` in an engine that has to be told the length.
  void free_unsized(unsigned index) {
    ++calls_;
    const LiveBlock block = live_.remove(index);
    with(block.program, [&](auto& engine) {
      if constexpr (requires { engine.free_unsized(block.address); }) {
        engine.free_unsized(block.address);
      } else {
        engine.free(block.named());
      }
    });
  }

  // Everything may be touched until it is checked.
  void open_all() const {
    Shared::open_strangers();
    for (unsigned index = 0; index < count(); ++index) live_.open(index);
  }

  void check_all() const {
    for (unsigned index = 0; index < count(); ++index) {
      live_.open(index);
      live_.close(index);
    }
    if (!Shared::strangers_are_untouched()) broken("a stranger's pages stay as they are", 0, 0);
  }

  // What an engine that can be inspected says about itself, compared with the model.
  void verify() {
    for (unsigned program = 0; program < program_count; ++program) {
      with(program, [&](auto& engine) {
        const char* const rule = broken_rule_of(engine, live_.of_program(program));
        if (rule != nullptr) broken(rule, 0, 0);
      });
    }
  }

  // To be called when no block is live.
  void verify_empty() {
    for (unsigned program = 0; program < program_count; ++program) {
      with(program, [&](auto& engine) {
        const char* const rule = broken_rule_of_empty(engine);
        if (rule != nullptr) broken(rule, 0, 0);
      });
    }
  }

  // Where slots never change their size, the same blocks fit again into what was freed.
  void free_and_repeat_all() {
    if constexpr (has_fixed_slots<First>) {
      const uint64_t grow_calls = Shared::grow_calls();
      unsigned repeated = 0;
      while (count() != 0) {
        const LiveBlock block = live_[count() - 1];
        free(count() - 1);
        if (block.program == 0) repeated_[repeated++] = block;
      }
      while (repeated != 0) {
        const Block block = repeated_[--repeated].named();
        alloc(0, block.length, block.alignment);
      }
      if (Shared::grow_calls() != grow_calls) broken("what was freed serves the same again", 0, 0);
    }
  }

  void trim(unsigned program) {
    with(program, [](auto& engine) {
      if constexpr (requires { engine.trim(); }) engine.trim();
    });
  }

  // Ends all blocks of the program at once, if its engine can.
  void reset(unsigned program) {
    with(program, [&](auto& engine) {
      if constexpr (requires { engine.reset(); }) {
        for (unsigned index = count(); index-- != 0;) {
          if (live_[index].program == program) live_.remove(index);
        }
        engine.reset();
      }
    });
  }

 private:
  // What a call that answers 0 must leave as it was.
  struct Call {
    ByteCount pages;
    uint64_t refused_growths;
    uint64_t arbitrary_refusals;
  };

  Call begin_call() {
    ++calls_;
    return {Memory::size().value, Shared::refused_growths(), Shared::arbitrary_refusals()};
  }

  template <class Action>
  [[gnu::always_inline]] void with(unsigned program, Action action) {
    if (program == 0) {
      action(first_);
    } else {
      action(second_);
    }
  }

  static void check_place(Block block, unsigned program) {
    if (!Shared::owns(program, block.address, block.length)) {
      broken("a block lies in the slack or in pages that its heap grew", block.address,
             block.length);
    }
    if ((block.address & (block.alignment.bytes() - 1)) != 0) {
      broken("a block is aligned", block.address, block.length);
    }
  }

  bool add_or_refuse(const Call& call, Block block, unsigned program) {
    if (block.address == 0) {
      check_refusal(call, program);
      check_shortage(call, block);
      return false;
    }
    check_place(block, program);
    live_.add(block, program);
    check_room(live_[count() - 1]);
    return true;
  }

  bool change_or_refuse(const Call& call, unsigned index, Address address, ByteCount new_length) {
    const LiveBlock& block = live_[index];
    if (address == 0) {
      check_refusal(call, block.program);
      live_.open(index);
      live_.close(index);
      return false;
    }
    check_place({address, new_length, block.named().alignment}, block.program);
    live_.change(index, address, new_length);
    check_room(block);
    return true;
  }

  void check_room(const LiveBlock& block) {
    with(block.program, [&](auto& engine) {
      if constexpr (requires { engine.usable_size(block.address); }) {
        if (engine.usable_size(block.address) < block.length) {
          broken("a block has room for its length", block.address, block.length);
        }
      }
    });
  }

  void check_refusal(const Call& call, unsigned program) {
    // A checked heap may have grown for its own records before it was refused the block.
    constexpr bool may_grow[program_count] = {is_checked<First>, is_checked<Second>};
    if (Memory::size().value != call.pages && !may_grow[program]) {
      broken("a refused call grows nothing", 0, 0);
    }
    // Whatever growth is refused in the middle of must be whole again.
    if (Shared::refused_growths() != call.refused_growths && refusals_++ % 64 == 0) verify();
  }

  // An alloc answers 0 only when there are no pages for it. An engine may need twice the length (a
  // power of two), or the length and the records of a large heap.
  static void check_shortage(const Call& call, Block block) {
    if (Shared::arbitrary_refusals() != call.arbitrary_refusals) return;
    if (block.alignment.log2() > wasm_page_log2 || block.length > Shared::bytes_left()) return;
    constexpr ByteCount checked_factor = is_checked<First> || is_checked<Second> ? 2 : 1;
    const ByteCount enough = 2 * block.length + block.alignment.bytes() + 4 * wasm_page_size +
                             checked_factor * Shared::bytes_of_memory() / 128;
    if (Shared::bytes_left() > enough) {
      broken("an alloc is refused only for want of pages", 0, block.length);
    }
  }

  static bool is_zero(Address address, ByteCount length) {
    // Of a longer block, its beginning and its end.
    constexpr ByteCount looked_at = ByteCount{1} << 15;
    if (length <= 2 * looked_at) return bits_of(address, address + length) == 0;
    const Address end = address + length;
    return (bits_of(address, address + looked_at) | bits_of(end - looked_at, end)) == 0;
  }

  static uint64_t bits_of(Address from, Address to) {
    uint64_t bits = 0;
    for (; from + 8 <= to; from += 8) {
      uint64_t word = 0;
      __builtin_memcpy(&word, reinterpret_cast<const void*>(from), 8);
      bits |= word;
    }
    for (; from < to; ++from) bits |= *reinterpret_cast<const uint8_t*>(from);
    return bits;
  }

  First first_;
  Second second_;
  uint64_t calls_ = 0;
  uint32_t refusals_ = 0;
  LiveBlocks<Memory, most_blocks> live_;
  LiveBlock repeated_[has_fixed_slots<First> ? most_blocks : 1] = {};
};

}  // namespace granary::test
