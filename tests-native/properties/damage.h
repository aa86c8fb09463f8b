// Words of a heap overwritten, one or two at a time, as a program with a stray pointer would: in
// the memory or in the engine's own state. Whatever lies there, verify and the walk must end, and
// must read nothing outside the memory; and where verify finds nothing wrong, the statistics must
// add up. (The size of a live block can be made that of several: nothing but its owner knows
// better.) Then the word is put back.
#pragma once

#include "tests-native/properties/shadow.h"
#include "tests-native/support/byte_source.h"

namespace granary::test {

template <class Shadow>
class Damage {
 public:
  Damage(Shadow& shadow, ByteSource& bytes, Region memory)
      : shadow_(shadow), bytes_(bytes), memory_(memory) {}

  void trial() {
    constexpr unsigned most_words = 2;
    Address* places[most_words];
    Address before[most_words];
    const uint32_t word = bytes_.word();
    const unsigned count = (word & 3) == 0 ? 2 : 1;
    for (unsigned index = 0; index < count; ++index) {
      const uint32_t what = bytes_.word();
      places[index] = place_of(what);
      before[index] = read(places[index]);
      write(places[index], value_of(what, before[index]));
    }
    look(word >> 2);
    for (unsigned index = count; index-- != 0;) write(places[index], before[index]);
  }

  // Bit n: granary_rule n was found broken since the program began.
  static uint32_t rules_met() { return rules_met_; }

 private:
  using Heap = Shadow::FirstEngine;
  static constexpr ByteCount words_of_state = sizeof(Heap) / sizeof(Address);

  Address* place_of(uint32_t word) {
    const uint32_t selector = bytes_.word();
    const Address end = Shadow::Shared::end();
    switch (word & 7) {
      case 0:
        return reinterpret_cast<Address*>(&shadow_.first()) + selector % words_of_state;
      case 1:  // The last words of the state are each the only one of its kind.
        return reinterpret_cast<Address*>(&shadow_.first()) + (words_of_state - 1 - selector % 10);
      case 2:
      case 3:
      case 4:  // The tag of a block, or what is at the end of the slot before.
        if (shadow_.count() == 0) break;
        return word_at(shadow_.live()[selector % shadow_.count()].address - sizeof(Address));
      case 5:  // In the table of records, at the end of the memory.
        return word_at(end - (1 + selector % ((end - memory_.begin) / 512)) * sizeof(Address));
      case 6:  // Where a span or a region may end.
        return word_at(end - selector % ((end - memory_.begin) >> 14) * 16384 -
                       (1 + (selector >> 16) % 64) * sizeof(Address));
      default:
        break;
    }
    const ByteCount words = (end - memory_.begin) / sizeof(Address);
    return word_at(memory_.begin) + selector % words;
  }

  Address value_of(uint32_t word, Address before) {
    const uint32_t selector = word >> 8;
    switch (word >> 3 & 7) {
      case 0:
        return 0;
      case 1:
        return before ^ (Address{1} << selector % address_bits);
      case 2:
        return before + selector % 512 - 256;
      case 3:
        return memory_.begin + selector % (Shadow::Shared::end() - memory_.begin);
      case 4:
        return ~Address{0} - selector % 256;
      case 5:
        return shadow_.count() == 0 ? 1 : shadow_.live()[selector % shadow_.count()].address;
      case 6:
        return before ^ bytes_.word();
      default:  // What another word holds.
        return read(place_of(selector));
    }
  }

  void look(uint32_t selector) {
    Heap& heap = shadow_.first();
    const Rule rule = verify(heap.anatomy());
    rules_met_ |= 1U << rule;
    HeapWalk walk(heap.anatomy());
    ByteCount items = (Shadow::Shared::end() - memory_.begin) / TaggedBlock::unit + 8;
    uint32_t kind = GRANARY_BLOCK;
    while (kind != GRANARY_END && kind != GRANARY_BROKEN) {
      kind = walk.next().kind;
      if (items-- == 0) broken("a walk ends", 0, 0);
    }
    const Address address = memory_.begin + selector % (Shadow::Shared::end() - memory_.begin);
    item_at(heap.anatomy(), selector % 8 == 0 ? 0 : address);
    // Nothing is reset that cannot be walked to its end: put back, it is whole again.
    if (kind == GRANARY_BROKEN) heap.reset();
    if (rule != GRANARY_NO_RULE) return;
    const char* const equation = broken_equation_of(statistics_of(heap), {Live::unknown, 0});
    if (equation != nullptr) broken(equation, 0, 0);
  }

  static Address* word_at(Address address) {
    return reinterpret_cast<Address*>(address & ~(sizeof(Address) - 1));
  }

  // A stray pointer asks nobody.
  [[clang::no_sanitize("address")]] static Address read(const Address* place) { return *place; }
  [[clang::no_sanitize("address")]] static void write(Address* place, Address value) {
    *place = value;
  }

  Shadow& shadow_;
  ByteSource& bytes_;
  Region memory_;
  static inline uint32_t rules_met_ = 0;
};

}  // namespace granary::test
