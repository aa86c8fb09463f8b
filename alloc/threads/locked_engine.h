// An engine for one thread behind a lock, for many threads: every call holds the lock.
#pragma once

#include "alloc/common/engine.h"
#include "alloc/threads/lock.h"

namespace granary {

// Says whether the calling thread may wait asleep for the lock.
template <class T>
concept WaitingThread = requires { requires __is_same(decltype(T::may_wait()), bool); };

template <class Inner, Sync Atomics, WaitingThread Thread>
class LockedEngine {
 public:
  // The lock is held as long as this lives.
  class Held {
   public:
    [[gnu::always_inline]] explicit Held(LockedEngine& heap) : heap_(heap) {
      heap_.lock_.take(Thread::may_wait());
    }
    [[gnu::always_inline]] ~Held() { heap_.lock_.release(); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    Inner& engine() const { return heap_.inner_; }

   private:
    LockedEngine& heap_;
  };

  Address alloc(ByteCount length, Alignment alignment) {
    const Held held(*this);
    return held.engine().alloc(length, alignment);
  }

  bool resize(Block block, ByteCount new_length) {
    const Held held(*this);
    return held.engine().resize(block, new_length);
  }

  Address remap(Block block, ByteCount new_length) {
    const Held held(*this);
    return held.engine().remap(block, new_length);
  }

  void free(Block block) {
    const Held held(*this);
    held.engine().free(block);
  }

 private:
  Inner inner_;
  Lock<Atomics> lock_;
};

}  // namespace granary
