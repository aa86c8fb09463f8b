// The memory of a linked program, which may have sbrk or not. Where it has, all memory comes from
// sbrk.
#pragma once

#include "runtime/sbrk_memory.h"
#include "runtime/wasm_memory.h"

// Returns the former end of the memory that was handed out, and moves that end by so many bytes; -1
// when it cannot be moved. This is weak because a program may have no C library.
extern "C" [[gnu::weak]] void* sbrk(intptr_t bytes);  // NOLINT(misc-use-internal-linkage)

namespace granary {

struct LinkedEnd {
  // Emscripten's sbrk also fails when another thread grows the memory at the same moment; then it
  // is asked again.
  static Address move(intptr_t bytes) {
    for (;;) {
      const PageCount before = WasmMemory::size();
      const auto end = reinterpret_cast<Address>(sbrk(bytes));
      if (end != ~Address{0} || WasmMemory::size().value == before.value) return end;
    }
  }
};

struct LinkedMemory {
  using Sbrk = SbrkMemory<LinkedEnd>;

  static Address grow(PageCount count) {
    return sbrk != nullptr ? Sbrk::grow(count) : WasmMemory::grow(count);
  }
  static PageCount size() { return sbrk != nullptr ? Sbrk::size() : WasmMemory::size(); }
  static Region slack() { return sbrk != nullptr ? Sbrk::slack() : WasmMemory::slack(); }
};

static_assert(PageSourceWithSlack<LinkedMemory>);

}  // namespace granary
