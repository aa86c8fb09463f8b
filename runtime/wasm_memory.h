// The memory of a WebAssembly module: the only file that names `memory.size`, `memory.grow`,
// `__heap_base` and `__heap_end`.
#pragma once

#include "runtime/page_source.h"

namespace granary {

// The linker sets these to the end of the module's data and to the end of its initial memory. LLD
// before 15.0.7 does not know the second and leaves it 0; the page that the data ends in is initial
// memory in any case.
extern "C" unsigned char __heap_base;               // NOLINT(bugprone-reserved-identifier)
extern "C" [[gnu::weak]] unsigned char __heap_end;  // NOLINT(bugprone-reserved-identifier)

struct WasmMemory {
  static Address grow(PageCount count) {
    const ByteCount first = __builtin_wasm_memory_grow(0, count.value);
    // memory.grow answers -1 when it refuses. Page 0 is never fresh, because the stack and the data
    // of the module lie in the initial memory.
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

}  // namespace granary
