// One memory as the programs of a run share it. Each program is a page source with a slack of its
// own; pages that one of them grew are the other's stranger. The harness decides which growths are
// refused, and grows pages for nobody, which are filled and must stay as they are.
//
//   | program 0: data, slack | program 1: data, slack | grown by 0 | by 1 | by nobody | by 0 ...
//   ^ start                                           ^ initial_end
#pragma once

#include "runtime/page_source.h"
#include "tests-native/support/pattern.h"
#include "tests-native/support/poison.h"

namespace granary::test {

inline constexpr unsigned program_count = 2;

// Whose a page is. Of an initial page the owner's part is its slack.
enum class Owner : uint8_t { nobody = program_count };

constexpr Owner owner_of_program(unsigned program) { return Owner{static_cast<uint8_t>(program)}; }

template <class Memory>
class SharedMemory {
 public:
  // A new run. The memory, which has just been emptied, never has more than `maximum` pages.
  static void start(const Region (&slacks)[program_count], PageCount maximum) {
    maximum_ = maximum.value;
    grow_calls_ = 0;
    refuse_from_ = refuse_to_ = 0;
    refuse_one_in_ = 0;
    random_ = 1;
    refused_ = arbitrary_refusals_ = 0;
    stranger_count_ = 0;
    __builtin_memset(owners_, static_cast<int>(Owner::nobody), sizeof(owners_));
    for (unsigned program = 0; program < program_count; ++program) {
      slacks_[program] = slacks[program];
      const Region slack = slacks[program];
      if (slack.begin == slack.end) continue;
      give(page_of(slack.begin), page_of(slack.end - 1) + 1, owner_of_program(program));
    }
  }

  // The page source of one program.
  template <unsigned program>
  struct Program {
    static Address grow(PageCount count) {
      const Address address = grow_as(count, owner_of_program(program));
      if (address == 0) ++refused_;
      return address;
    }
    static PageCount size() { return Memory::size(); }
    static Region slack() { return slacks_[program]; }
    static ByteCount grow_count() { return static_cast<ByteCount>(grow_calls_); }
  };

  // From now on, `skipped` growths are granted and the `refused` after them are not.
  static void refuse_growth(uint64_t skipped, uint64_t refused) {
    refuse_from_ = grow_calls_ + skipped;
    refuse_to_ = refuse_from_ + refused;
  }
  // From now on one growth in `count` is refused, at random; none when it is 0.
  static void refuse_one_in(uint32_t count) { refuse_one_in_ = count; }

  static Address end() { return Memory::size().value << wasm_page_log2; }
  static uint64_t grow_calls() { return grow_calls_; }
  static uint64_t refused_growths() { return refused_; }
  // Those of them for which there would have been pages.
  static uint64_t arbitrary_refusals() { return arbitrary_refusals_; }

  // What the memory can still grow by.
  static ByteCount bytes_left() { return room() << wasm_page_log2; }
  static ByteCount bytes_of_memory() { return end() - Memory::begin; }

  static void grow_as_stranger(PageCount count) {
    if (stranger_count_ == most_strangers || count.value > room()) return;
    const Address begin = Memory::grow(count);
    if (begin == 0) return;
    const Region pages = {begin, begin + (count.value << wasm_page_log2)};
    strangers_[stranger_count_] = pages;
    pattern_of(stranger_count_).fill(pages.begin, pages.end - pages.begin);
    poison(pages.begin, pages.end - pages.begin);
    ++stranger_count_;
  }

  // What strangers grew may be touched until it is checked.
  static void open_strangers() {
    for (unsigned index = 0; index < stranger_count_; ++index) {
      unpoison(strangers_[index].begin, strangers_[index].end - strangers_[index].begin);
    }
  }

  // The end of a run: what strangers grew may be touched again.
  static void forget_strangers() {
    open_strangers();
    stranger_count_ = 0;
  }

  static bool strangers_are_untouched() {
    open_strangers();
    for (unsigned index = 0; index < stranger_count_; ++index) {
      const Region pages = strangers_[index];
      const ByteCount length = pages.end - pages.begin;
      if (!pattern_of(index).holds(pages.begin, length, length)) return false;
      poison(pages.begin, length);
    }
    return true;
  }

  // Whether every byte is in the program's slack or in pages that it grew.
  static bool owns(unsigned program, Address address, ByteCount length) {
    const Address last = saturating_add(address, length == 0 ? 0 : length - 1);
    if (address < slacks_[program].begin || last >= end()) return false;
    for (ByteCount page = page_of(address); page <= page_of(last); ++page) {
      if (owners_[page] != owner_of_program(program)) return false;
    }
    return true;
  }

 private:
  static constexpr unsigned most_strangers = 64;

  static ByteCount page_of(Address address) { return (address - Memory::begin) >> wasm_page_log2; }
  static ByteCount room() { return maximum_ - page_of(end()); }

  static Address grow_as(PageCount count, Owner owner) {
    const uint64_t call = grow_calls_++;
    if (count.value > room()) return 0;
    if ((call >= refuse_from_ && call < refuse_to_) || refused_by_chance()) {
      ++arbitrary_refusals_;
      return 0;
    }
    const Address address = Memory::grow(count);
    if (address != 0) give(page_of(address), page_of(address) + count.value, owner);
    return address;
  }

  static bool refused_by_chance() {
    if (refuse_one_in_ == 0) return false;
    random_ = random_ * 0x5851f42d4c957f2d + 1;
    return (random_ >> 33) % refuse_one_in_ == 0;
  }

  static void give(ByteCount first, ByteCount end, Owner owner) {
    for (ByteCount page = first; page < end; ++page) owners_[page] = owner;
  }

  // Keys that blocks, whose keys count up from 0, do not come to.
  static Pattern pattern_of(unsigned stranger) { return Pattern(~uint32_t{0} - stranger); }

  static inline ByteCount maximum_ = 0;
  static inline uint64_t grow_calls_ = 0;
  static inline uint64_t refuse_from_ = 0;
  static inline uint64_t refuse_to_ = 0;
  static inline uint64_t refused_ = 0;
  static inline uint64_t arbitrary_refusals_ = 0;
  static inline uint64_t random_ = 0;
  static inline uint32_t refuse_one_in_ = 0;
  static inline unsigned stranger_count_ = 0;
  static inline Region slacks_[program_count] = {};
  static inline Region strangers_[most_strangers] = {};
  static inline Owner owners_[Memory::capacity.value] = {};
};

}  // namespace granary::test
