// The atomic operations that threads synchronise with, as a type with static functions, so that the
// code above runs on WebAssembly's atomics, on those of a native build under a race detector, and
// under a scheduler that tries every order of threads. The names say which order an operation needs
// (C++20 [atomics.order]); WebAssembly has only sequentially consistent atomics, which give every
// order.
#pragma once

#include "runtime/integers.h"

namespace granary {

// A word that threads share. Only the functions of a `Sync` touch it.
using SharedWord = uint32_t;
// Two such words that change together.
using SharedPair = uint64_t;

template <class T>
concept Sync = requires(SharedWord& word, SharedPair& pair) {
  // `load` has no order: others of this word's users give it.
  requires __is_same(decltype(T::load(word)), SharedWord);
  requires __is_same(decltype(T::load_acquire(word)), SharedWord);
  // (word, expected, desired): returns what the word was before.
  requires __is_same(decltype(T::compare_exchange_acquire(word, 0U, 0U)), SharedWord);
  requires __is_same(decltype(T::compare_exchange_release(word, 0U, 0U)), SharedWord);
  requires __is_same(decltype(T::exchange_acquire(word, 0U)), SharedWord);
  requires __is_same(decltype(T::exchange_release(word, 0U)), SharedWord);
  // Sleeps until a `notify_one`, unless the word is not `expected` any more. It may wake by itself.
  T::wait(word, 0U);
  T::notify_one(word);
  requires __is_same(decltype(T::load_acquire(pair)), SharedPair);
  requires __is_same(
      decltype(T::compare_exchange_acquire_release(pair, SharedPair{}, SharedPair{})), SharedPair);
};

}  // namespace granary
