// The language of property tests and fuzzing: every string of bytes is a run. Its first two words
// say what the memory is like (run.h) and how the program behaves (phase.h); each further word is
// an operation:
//
//   bits   0 .. 7    8 .. 31
//          what      of which block, how long, how aligned: by the operation
//
//   0 .. 223   alloc or free, by the phase     248, 249   free without the length
//   224 ..     resize                          250        a block of an unusual length or alignment
//   232 ..     remap                           251        many blocks of one length
//   240 ..     realloc                         252, 253   free many
//   244 ..     alloc zeroed                    254 ..     what happens seldom: `Operations::event`
//
// The same string does the same in every build, but for what the width of addresses changes.
#pragma once

#include "tests-native/properties/phase.h"
#include "tests-native/properties/shadow.h"
#include "tests-native/support/byte_source.h"

namespace granary::test {

template <class Shadow>
class Operations {
 public:
  using Shared = Shadow::Shared;

  Operations(Shadow& shadow, ByteSource& bytes, unsigned programs, ByteCount most_bytes)
      : shadow_(shadow),
        bytes_(bytes),
        programs_(programs),
        most_bytes_(most_bytes),
        phase_(bytes.word(), most_bytes) {}

  // Until the engines have been called so often, or no more words are left of the string than
  // these; a last operation of many calls is finished.
  void go_on(uint64_t calls, uint64_t words_to_leave = 0) {
    while (shadow_.calls() < calls && bytes_.words_left() > words_to_leave) step(bytes_.word());
  }

  // Everything is checked, freed and checked again.
  void finish() {
    shadow_.check_all();
    shadow_.verify();
    free_every(1);
    shadow_.check_all();
    shadow_.verify();
    Shared::forget_strangers();
  }

 private:
  void step(uint32_t word) {
    const uint32_t what = word & 0xff;
    const uint32_t argument = word >> 8;
    const uint32_t selector = argument & 0xffff;
    if (what < 224) {
      if (phase_.allocates(what, shadow_.count(), shadow_.live().bytes())) {
        alloc(argument, phase_.length(selector), phase_.alignment_log2(argument >> 16));
      } else {
        shadow_.free(phase_.pick(selector, shadow_.count()));
      }
    } else if (what == 250) {
      alloc_unusual(argument);
    } else if (what == 251) {
      alloc_many(1 + (argument >> 16), phase_.length(selector));
    } else if (what >= 254) {
      event(argument);
    } else if (what >= 244 && what < 248) {
      alloc_zeroed(argument, phase_.length(selector), phase_.alignment_log2(argument >> 16));
    } else if (shadow_.count() == 0) {
      return;
    } else if (what >= 252) {
      free_many(1 + (argument >> 18), phase_.pick(selector, shadow_.count()));
    } else if (what >= 248) {
      shadow_.free_unsized(phase_.pick(selector, shadow_.count()));
    } else {
      change(what, argument);
    }
  }

  // The last bit of the argument of an alloc, which its alignment hardly needs.
  unsigned program_of(uint32_t argument) const { return (argument >> 23) % programs_; }

  bool alloc(uint32_t argument, ByteCount length, unsigned alignment_log2) {
    if (shadow_.is_full()) return false;
    return shadow_.alloc(program_of(argument), length, Alignment::from_log2(alignment_log2));
  }

  void alloc_zeroed(uint32_t argument, ByteCount length, unsigned alignment_log2) {
    if (shadow_.is_full()) return;
    shadow_.alloc_zeroed(program_of(argument), length, Alignment::from_log2(alignment_log2));
  }

  // Length 0, lengths that no memory has, alignments that few or none honour.
  void alloc_unusual(uint32_t argument) {
    const ByteCount small = argument >> 8 & 0xff;
    const unsigned log2 = argument >> 16 & 0x7f;
    switch (argument & 7) {
      case 0:
      case 1:
        alloc(argument, 0, log2 % 18);
        break;
      case 2:
        alloc(argument, ~ByteCount{0} - small, log2 % 18);
        break;
      case 3:
        alloc(argument, power_of_two(log2 % address_bits) - 16 + small % 32, 4);
        break;
      case 4:
        // To the end of the address space from where the memory ends now.
        alloc(argument, (0 - (Shared::end() & ~(wasm_page_size - 1))) - 64 + small, 4);
        break;
      default:
        alloc(argument, 1 + small, log2 % (Shadow::largest_alignment_log2 + 1));
    }
  }

  void alloc_many(uint32_t count, ByteCount length) {
    for (uint32_t done = 0; done < count && !shadow_.is_full(); ++done) {
      if (!alloc(done % 4 == 0 ? 1U << 23 : 0, length, 3)) return;
    }
  }

  void free_many(uint32_t count, unsigned first) {
    for (uint32_t done = 0; done < count && shadow_.count() != 0; ++done) {
      shadow_.free(first < shadow_.count() ? first : shadow_.count() - 1);
      ++first;
    }
  }

  void change(uint32_t what, uint32_t argument) {
    const unsigned index = phase_.pick(argument >> 12 << 4, shadow_.count());
    const ByteCount length = new_length(shadow_.live()[index].length, argument & 0xfff);
    if (what < 232) {
      shadow_.resize(index, length);
    } else if (what < 240) {
      shadow_.remap(index, length);
    } else if (!shadow_.is_full()) {
      shadow_.reallocate(index, length);
    }
  }

  // `selector` has 12 bits.
  ByteCount new_length(ByteCount length, uint32_t selector) const {
    const ByteCount some = selector >> 2;
    switch (selector & 3) {
      case 0:
        return phase_.length(static_cast<uint32_t>(some << 6 | (some & 63)));
      case 1:
        // One in sixteen is longer than any memory.
        if (some >= 960) return ~ByteCount{0} - (some - 960) * 512;
        return length + some % 33 > 16 ? length + some % 33 - 16 : 1;
      case 2:
        return length + length * (1 + some % 4) / 2 + 1;
      default:
        return length / (2 + some % 3) + 1;
    }
  }

  // What happens seldom.
  void event(uint32_t argument) {
    const uint32_t selector = argument >> 8;
    switch (argument & 31) {
      default:
        if (shadow_.count() != 0) free_around(selector);
        break;
      case 24:
        phase_ = Phase(bytes_.word(), most_bytes_ >> selector % 4);
        break;
      case 25:
        Shared::grow_as_stranger({1 + selector % 3});
        break;
      case 26:
        Shared::refuse_growth(selector & 7, 1 + (selector >> 3 & 7));
        break;
      case 27:
        Shared::refuse_one_in((selector & 7) == 0 ? 1 + (selector >> 3 & 15) : 0);
        break;
      case 28:
        if ((selector & 3) == 0) free_every(1 + (selector >> 2 & 7));
        break;
      case 29:
        shadow_.check_all();
        if ((selector & 3) == 0) shadow_.free_and_repeat_all();
        break;
      case 30:
        shadow_.verify();
        break;
      case 31:
        tidy(selector);
    }
  }

  // Whole spans: every block in the 16 KiB around one, or all but one, or every other of them.
  void free_around(uint32_t selector) {
    const unsigned picked = phase_.pick(selector, shadow_.count());
    const Address address = shadow_.live()[picked].address;
    const uint32_t key = shadow_.live()[picked].key;
    for (unsigned index = shadow_.count(); index-- != 0;) {
      const LiveBlock& block = shadow_.live()[index];
      if ((block.address ^ address) >> 14 != 0) continue;
      const bool is_picked = block.key == key;
      if ((selector & 3) == 0 && is_picked) continue;
      if ((selector & 3) == 1 && block.key % 2 != 0) continue;
      shadow_.free(index);
    }
  }

  void free_every(unsigned step) {
    for (unsigned index = shadow_.count(); index >= step; index -= step) shadow_.free(index - 1);
    if (shadow_.count() == 0) shadow_.verify_empty();
  }

  void tidy(uint32_t selector) {
    const unsigned program = selector % programs_;
    if ((selector & 0xf0) != 0) {
      shadow_.trim(program);
    } else {
      shadow_.reset(program);
    }
  }

  Shadow& shadow_;
  ByteSource& bytes_;
  unsigned programs_;
  ByteCount most_bytes_;
  Phase phase_;
};

}  // namespace granary::test
