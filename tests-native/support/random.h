// Numbers that a seed brings back: splitmix64 by Sebastiano Vigna, in the public domain.
#pragma once

#include "runtime/integers.h"

namespace granary::test {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // From 0 to `count` - 1.
  ByteCount below(ByteCount count) {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return static_cast<ByteCount>((mixed >> 33) * uint64_t{count} >> 31);
  }

  ByteCount between(ByteCount least, ByteCount most) { return least + below(most - least + 1); }

  bool one_in(ByteCount count) { return below(count) == 0; }

 private:
  uint64_t state_;
};

}  // namespace granary::test
