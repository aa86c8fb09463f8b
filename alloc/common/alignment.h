// An alignment is a power of two and is held as its logarithm, the form that the four calls take
// (Zig's `std.mem.Alignment`). So an alignment that is no power of two cannot be held.
#pragma once

#include "runtime/bits.h"
#include "runtime/expect.h"
#include "runtime/integers.h"

namespace granary {

class Alignment {
 public:
  static constexpr Alignment from_log2(unsigned log2) { return Alignment(log2); }

  static constexpr Alignment from_bytes(ByteCount bytes) {
    expect(is_power_of_two(bytes));
    return Alignment(static_cast<unsigned>(__builtin_ctzg(bytes)));
  }

  constexpr unsigned log2() const { return log2_; }

  // Callers refuse alignments that no address has first.
  constexpr ByteCount bytes() const {
    expect(log2_ < address_bits);
    return power_of_two(log2_);
  }

 private:
  explicit constexpr Alignment(unsigned log2) : log2_(log2) {}

  unsigned log2_;
};

}  // namespace granary
