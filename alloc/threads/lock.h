// The lock of a heap that threads share: one word, which is 0 at the start.
//
//   free        nobody has the lock
//   held        a thread has it
//   contended   a thread has it, and others may wait until it is free
//
// A thread that finds it taken looks at it for a while, because the lock is held for about a
// microsecond. Then it sleeps, if it may: the main thread of a browser may not. A release wakes
// somebody only where somebody may wait (U. Drepper, "Futexes Are Tricky", 2011, section 5,
// "Mutex, Take 2").
//
// A thread that ends while it holds the lock leaves it taken for ever.
#pragma once

#include "runtime/sync.h"

namespace granary {

template <Sync Atomics>
class Lock {
 public:
  // `may_wait` says whether this thread may be put to sleep.
  [[gnu::always_inline]] void take(bool may_wait) {
    if (Atomics::compare_exchange_acquire(word_, free, held) != free) [[unlikely]]
      take_slow(may_wait);
  }

  [[gnu::always_inline]] void release() {
    if (Atomics::exchange_release(word_, free) == contended) [[unlikely]]
      Atomics::notify_one(word_);
  }

 private:
  static constexpr SharedWord free = 0;
  static constexpr SharedWord held = 1;
  static constexpr SharedWord contended = 2;

  // How often a thread looks at a taken lock before it sleeps: for some microseconds.
  static constexpr unsigned looks = 1000;

  [[gnu::noinline, clang::minsize]] void take_slow(bool may_wait) {
    for (unsigned left = looks; left != 0 || !may_wait; --left) {
      if (Atomics::load(word_) == free &&
          Atomics::compare_exchange_acquire(word_, free, held) == free)
        return;
    }
    while (Atomics::exchange_acquire(word_, contended) != free) Atomics::wait(word_, contended);
  }

  SharedWord word_ = free;
};

}  // namespace granary
