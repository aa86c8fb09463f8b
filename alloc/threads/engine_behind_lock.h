// An engine for one thread, and the lock that a thread holds while it uses it.
#pragma once

#include "alloc/threads/lock.h"

namespace granary {

// Says whether the calling thread may wait asleep for the lock.
template <class T>
concept WaitingThread = requires { requires __is_same(decltype(T::may_wait()), bool); };

template <class Inner, Sync Atomics, WaitingThread Thread>
class EngineBehindLock {
 public:
  using Behind = Inner;

  // The lock is held as long as this lives.
  class Held {
   public:
    [[gnu::always_inline]] explicit Held(EngineBehindLock& heap) : heap_(heap) {
      heap_.lock_.take(Thread::may_wait());
    }
    [[gnu::always_inline]] ~Held() { heap_.lock_.release(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    Inner& engine() const { return heap_.inner_; }

   private:
    EngineBehindLock& heap_;
  };

 protected:
  Inner inner_;
  Lock<Atomics> lock_;
};

}  // namespace granary
