// An engine for one thread behind a lock, for many threads: every call holds the lock.
#pragma once

#include "alloc/common/engine.h"
#include "alloc/threads/engine_behind_lock.h"

namespace granary {

template <class Inner, Sync Atomics, WaitingThread Thread>
class LockedEngine : public EngineBehindLock<Inner, Atomics, Thread> {
  using Base = EngineBehindLock<Inner, Atomics, Thread>;
  using Base::inner_;
  using Base::lock_;

 public:
  using typename Base::Held;

  constexpr LockedEngine() = default;

  // The calls take what the engine behind the lock takes: who calls, for an engine that reports it.
  template <class... Caller>
    requires requires(Inner inner, ByteCount length, Alignment alignment, Caller... caller) {
      inner.alloc(length, alignment, caller...);
    }
  Address alloc(ByteCount length, Alignment alignment, Caller... caller) {
    const Held held(*this);
    return held.engine().alloc(length, alignment, caller...);
  }

  template <class... Caller>
  bool resize(Block block, ByteCount new_length, Caller... caller) {
    const Held held(*this);
    return held.engine().resize(block, new_length, caller...);
  }

  template <class... Caller>
  Address remap(Block block, ByteCount new_length, Caller... caller) {
    const Held held(*this);
    return held.engine().remap(block, new_length, caller...);
  }

  template <class... Caller>
  void free(Block block, Caller... caller) {
    const Held held(*this);
    held.engine().free(block, caller...);
  }

  // What the faces of C and C++ need, from an engine that has it.

  Address alloc_zeroed(ByteCount length, Alignment alignment) {
    const Held held(*this);
    return held.engine().alloc_zeroed(length, alignment);
  }

  Address remap_unsized(Address address, Alignment alignment, ByteCount new_length) {
    const Held held(*this);
    return held.engine().remap_unsized(address, alignment, new_length);
  }

  void free_unsized(Address address) {
    const Held held(*this);
    held.engine().free_unsized(address);
  }

  ByteCount usable_size(Address address) {
    const Held held(*this);
    return held.engine().usable_size(address);
  }

  // The engine without the lock, for the thread that founds the heap before others see it.
  Inner& unshared() { return inner_; }

  // A thread holds nothing here that it could give back.
  void flush() {}

  void reset() {
    const Held held(*this);
    held.engine().reset();
  }

  // For a thread that will not return from the call that it is in: a trap runs no destructor, and
  // the others must not wait for ever.
  void let_go() { lock_.release(); }
};

}  // namespace granary
