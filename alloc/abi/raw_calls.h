// The four calls with the raw signatures of docs/abi.md. Raw integers become types here. The faces
// give these functions their names: exports of a module, entries of a table.
//
// `ctx` is part of the signatures so that the functions fit Zig's VTable; nothing here reads it.
// Only an engine that reports its callers reads `ret_addr`.
#pragma once

#include "alloc/abi/heap.h"

namespace granary::raw {

template <class T>
concept KeepsCallers = requires(T engine, ByteCount length, Alignment alignment, Address caller) {
  engine.alloc(length, alignment, caller);
};

// Makes the call, with `caller` as a further argument where the engine takes one.
template <class Call>
[[gnu::always_inline]] inline auto with_caller([[maybe_unused]] Address caller, Call call) {
  if constexpr (KeepsCallers<ProductEngine>) {
    return call(caller);
  } else {
    return call();
  }
}

[[gnu::always_inline]] inline Address alloc(Address /*ctx*/, ByteCount length, unsigned alignment,
                                            Address ret_addr) {
  return with_caller(ret_addr, [=](auto... caller) __attribute__((always_inline)) {
    return heap().alloc(length, Alignment::from_log2(alignment), caller...);
  });
}

[[gnu::always_inline]] inline bool resize(Address /*ctx*/, Address address, ByteCount length,
                                          unsigned alignment, ByteCount new_length,
                                          Address ret_addr) {
  return with_caller(ret_addr, [=](auto... caller) __attribute__((always_inline)) {
    return heap().resize({address, length, Alignment::from_log2(alignment)}, new_length, caller...);
  });
}

[[gnu::always_inline]] inline Address remap(Address /*ctx*/, Address address, ByteCount length,
                                            unsigned alignment, ByteCount new_length,
                                            Address ret_addr) {
  return with_caller(ret_addr, [=](auto... caller) __attribute__((always_inline)) {
    return heap().remap({address, length, Alignment::from_log2(alignment)}, new_length, caller...);
  });
}

[[gnu::always_inline]] inline void free(Address /*ctx*/, Address address, ByteCount length,
                                        unsigned alignment, Address ret_addr) {
  with_caller(ret_addr, [=](auto... caller) __attribute__((always_inline)) {
    heap().free({address, length, Alignment::from_log2(alignment)}, caller...);
  });
}

}  // namespace granary::raw
