// The units of a memory that grows by pages.
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

// The fewest pages that hold so many bytes, which are more than none.
constexpr PageCount pages_for(ByteCount bytes) { return {((bytes - 1) >> wasm_page_log2) + 1}; }

// The bytes from `begin` up to, not including, `end`.
struct Region {
  Address begin;
  Address end;
};

}  // namespace granary
