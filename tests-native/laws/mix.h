// What programs ask for, drawn from a seed: one size, many, large ones, over-aligned ones.
#pragma once

#include "tests-native/laws/law_heap.h"

namespace granary::test {

struct Wish {
  ByteCount length;
  Alignment alignment;
};

class Mix {
 public:
  // Some of the kinds, as likely as each other.
  explicit Mix(Random& random)
      : kinds_(random.between(1, (1U << kind_count) - 1)), length_(random.between(1, 2100)) {}

  Wish wish(Random& random) const {
    ByteCount kind = random.below(kind_count);
    while ((kinds_ >> kind & 1) == 0) kind = random.below(kind_count);
    switch (kind) {
      case 0:
        return {length_, usual_alignment};
      case 1:
        return {random.between(1, 200), usual_alignment};
      case 2:
        return {random.between(1, 2048), usual_alignment};
      case 3:
        return {random.between(2000, 20'000), usual_alignment};
      case 4:
        return {random.between(20'000, 300'000), usual_alignment};
      default:
        return {random.between(1, 5000),
                Alignment::from_log2(static_cast<unsigned>(random.below(15)))};
    }
  }

 private:
  static constexpr unsigned kind_count = 6;

  ByteCount kinds_;
  ByteCount length_;
};

}  // namespace granary::test
