// Pages that an instance grew and did not need: a stack, linked through the first word of each
// page. Any thread may leave one; only the thread that has the lock of the heap takes one, so the
// page at the top cannot go and come back in the meantime.
#pragma once

#include "runtime/sync.h"

namespace granary {

template <Sync Atomics>
class SparePages {
 public:
  // All of the page is zero.
  void leave(Address page) {
    SharedWord top = Atomics::load(top_);
    for (;;) {
      link_of(page) = top;
      const SharedWord before =
          Atomics::compare_exchange_release(top_, top, static_cast<SharedWord>(page));
      if (before == top) return;
      top = before;
    }
  }

  // Returns the address of a page that is zero, or 0 when there is none.
  Address take() {
    SharedWord top = Atomics::load_acquire(top_);
    while (top != 0) {
      const SharedWord before = Atomics::compare_exchange_acquire(top_, top, link_of(top));
      if (before == top) {
        link_of(top) = 0;
        break;
      }
      top = before;
    }
    return top;
  }

 private:
  static SharedWord& link_of(Address page) { return *reinterpret_cast<SharedWord*>(page); }

  SharedWord top_ = 0;
};

}  // namespace granary
