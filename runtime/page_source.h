// Where memory comes from. This is the only file that names `memory.size`, `memory.grow`,
// `__heap_base` and `__heap_end`; an engine takes any type that satisfies `PageSource`, so a test
// can hand it a fake one.
//
// Growth is not assumed contiguous: whoever shares the memory may grow it between any two calls.
#pragma once

#include "runtime/integers.h"

namespace granary {

// WebAssembly fixes the size of a page at 64 KiB (core specification, "Memory Instances").
inline constexpr unsigned wasm_page_log2 = 16;
inline constexpr ByteCount wasm_page_size = ByteCount{1} << wasm_page_log2;

// A number of wasm pages; a type of its own, so that it cannot be mistaken for bytes.
struct PageCount {
  ByteCount value;
};

// The bytes from `begin` up to, not including, `end`.
struct Region {
  Address begin;
  Address end;
};

// `grow` returns the address of the first byte of `count` fresh, zeroed, contiguous pages, or 0
// when there are none to be had; a refused grow changes nothing.
template <class T>
concept PageSource =
    requires(PageCount count) { requires __is_same(decltype(T::grow(count)), Address); };

// What an engine needs that fills the memory from its beginning: `slack` is what the module owns
// before anything has grown, all zero, up to the end of a wasm page, and `size` is where the next
// page to be grown begins.
template <class T>
concept PageSourceWithSlack = PageSource<T> && requires {
  requires __is_same(decltype(T::slack()), Region);
  requires __is_same(decltype(T::size()), PageCount);
};

// The same memory, and how often it was grown.
template <PageSourceWithSlack Pages>
struct CountingGrows : Pages {
  static Address grow(PageCount count) {
    const Address begin = Pages::grow(count);
    if (begin != 0) ++grow_count_;
    return begin;
  }

  static ByteCount grow_count() { return grow_count_; }

 private:
  static inline ByteCount grow_count_ = 0;
};

#if defined(__wasm__)

// Set by the linker: the end of the module's data, and the end of its initial memory. LLD before
// 15.0.7 does not know the latter and leaves it 0; the page that the data ends in is initial memory
// in any case.
extern "C" unsigned char __heap_base;               // NOLINT(bugprone-reserved-identifier)
extern "C" [[gnu::weak]] unsigned char __heap_end;  // NOLINT(bugprone-reserved-identifier)

struct WasmMemory {
  static Address grow(PageCount count) {
    const ByteCount first = __builtin_wasm_memory_grow(0, count.value);
    // memory.grow answers -1 when it refuses. Page 0 is never fresh: the stack and the data of the
    // module are in the initial memory.
    return first == ~ByteCount{0} ? 0 : first << wasm_page_log2;
  }

  static PageCount size() { return {__builtin_wasm_memory_size(0)}; }

  [[gnu::always_inline]] static Region slack() {
    const Address begin = reinterpret_cast<Address>(&__heap_base);
    const Address end = reinterpret_cast<Address>(&__heap_end);
    return {begin, end != 0 ? end : (begin + wasm_page_size - 1) & ~(wasm_page_size - 1)};
  }
};

static_assert(PageSourceWithSlack<WasmMemory>);

#endif

}  // namespace granary
