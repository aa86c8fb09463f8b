// One run of a law: whether it held, and the figures by which that was judged. The first condition
// that does not hold is the one that is reported; a law goes on or returns as it likes after it.
#pragma once

#include "runtime/integers.h"

namespace granary::test {

struct Figure {
  const char* name;
  uint64_t value;
};

class Trial {
 public:
  explicit constexpr Trial(uint64_t seed) : seed_(seed) {}

  uint64_t seed() const { return seed_; }

  // A figure of the same name is replaced: the latest one counts. Not after the law was broken:
  // what is shown then is what was known at that moment.
  void figure(const char* name, uint64_t value) {
    if (!holds()) return;
    unsigned at = 0;
    while (at < count_ && figures_[at].name != name) ++at;
    if (at == most_figures) return;
    if (at == count_) ++count_;
    figures_[at] = {name, value};
  }

  // `condition`, which is said in words that name what has to be so.
  bool require(bool condition, const char* words) {
    if (!condition && broken_ == nullptr) broken_ = words;
    return condition;
  }

  bool holds() const { return broken_ == nullptr; }
  const char* broken() const { return broken_; }

  unsigned figure_count() const { return count_; }
  const Figure& figure_at(unsigned index) const { return figures_[index]; }

 private:
  static constexpr unsigned most_figures = 10;

  uint64_t seed_;
  const char* broken_ = nullptr;
  unsigned count_ = 0;
  Figure figures_[most_figures] = {};
};

}  // namespace granary::test
