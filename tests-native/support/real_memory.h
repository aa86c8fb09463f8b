// The memory of a WebAssembly module as the harness uses it: what runtime/wasm_memory.h offers,
// under the names of fake_memory.h. It cannot be emptied: every run takes a fresh instance.
#pragma once

#include "runtime/page_source.h"
#include "runtime/wasm_memory.h"

namespace granary::test {

class RealMemory {
 public:
  static constexpr Address begin = 0;
  // What the model has room for; the harness lets nobody grow beyond.
  static constexpr PageCount capacity = {4096};

  static Address grow(PageCount count) { return WasmMemory::grow(count); }
  static PageCount size() { return WasmMemory::size(); }
  // Between the module's data, which the harness' own is part of, and the end of the initial pages.
  static Region slack() { return WasmMemory::slack(); }
};

}  // namespace granary::test
