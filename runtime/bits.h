// Powers of two and logarithms of words as wide as an address. The engines compute every size and
// alignment with these functions, so 32 and 64 bits need no second version.
#pragma once

#include "runtime/expect.h"
#include "runtime/integers.h"

namespace granary {

constexpr ByteCount power_of_two(unsigned log2) {
  expect(log2 < address_bits);
  return ByteCount{1} << log2;
}

constexpr bool is_power_of_two(ByteCount value) { return value != 0 && (value & (value - 1)) == 0; }

constexpr bool is_multiple_of_power_of_two(Address value, unsigned log2) {
  return (value & (power_of_two(log2) - 1)) == 0;
}

// Returns the smallest n with 2^n >= value; `address_bits` when that power does not fit an address.
constexpr unsigned ceil_log2(ByteCount value) {
  expect(value != 0);
  return address_bits -
         static_cast<unsigned>(__builtin_clzg(value - 1, static_cast<int>(address_bits)));
}

static_assert(ceil_log2(1) == 0 && ceil_log2(2) == 1 && ceil_log2(3) == 2 && ceil_log2(4) == 2);
static_assert(ceil_log2(~ByteCount{0}) == address_bits,
              "the largest value has no power of two above it");

}  // namespace granary
