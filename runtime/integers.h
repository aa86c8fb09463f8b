// The integers that everything else is written in. `Address` is as wide as a pointer of the target:
// 32 bits on wasm32, 64 on wasm64. An address of 0 means "no block"; no product ever hands out 0.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace granary {

using Address = uintptr_t;
using ByteCount = size_t;

static_assert(sizeof(Address) == sizeof(ByteCount),
              "lengths and addresses share one arithmetic: a length must be as wide as an address");

inline constexpr unsigned address_bits = sizeof(Address) * 8;

// The bits of an address that a memory can have: 2^46 is 64 TiB, more than any runtime grants.
inline constexpr unsigned memory_bits = address_bits < 46 ? address_bits : 46;

// Returns the sum, or the largest value when the sum does not fit. A length that saturated is
// larger than any memory, so code that compares it with a limit refuses it.
constexpr ByteCount saturating_add(ByteCount a, ByteCount b) {
  ByteCount sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~ByteCount{0} : sum;
}

static_assert(saturating_add(~ByteCount{0}, 1) == ~ByteCount{0}, "the sum must not wrap to 0");

// Returns whether the product of two sizes is no size; otherwise `product` is it. It is made of the
// halves of the larger one, because for 64 bits the compiler's builtin calls a function of its
// runtime library (__multi3), which a bare program does not have.
constexpr bool multiply_overflows(ByteCount a, ByteCount b, ByteCount& product) {
  constexpr unsigned half = address_bits / 2;
  const ByteCount smaller = a < b ? a : b;
  const ByteCount larger = a < b ? b : a;
  if (smaller >> half != 0) return true;
  const ByteCount lower = smaller * (larger & ((ByteCount{1} << half) - 1));
  const ByteCount upper = smaller * (larger >> half) + (lower >> half);
  product = a * b;
  return upper >> half != 0;
}

}  // namespace granary
