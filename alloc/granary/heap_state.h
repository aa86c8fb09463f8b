// The state of a heap is all that it keeps, in one object: its parts, its memory, and what follows
// from them. Only the engine changes it. The walk, the rules of verify and the statistics read it,
// and have no other access to an engine.
#pragma once

#include "alloc/granary/configuration.h"
#include "alloc/granary/large_heap.h"
#include "alloc/granary/small_heap.h"
#include "alloc/granary/span.h"
#include "runtime/page_source.h"

namespace granary {

// Holds every address and the end of the whole address space: the end of a memory of 4 GiB is no
// Address.
using WideAddress = uint64_t;

template <PageSourceWithSlack AMemory, Configuration configuration>
struct HeapState {
  using Memory = AMemory;
  using Large = LargeHeap<configuration>;

  SpanTable table;
  SmallHeap small;
  Large large;
  // The pages that the heap has grown for blocks, without those that the table has for itself.
  PageCount grown = {0};
  // A memory without state takes no bytes here.
  [[no_unique_address]] Memory memory;

  // The page in which the heap begins: the first that the table has records of.
  Address first_page() const { return memory.slack().begin & ~(wasm_page_size - 1); }

  // The end of the latest region. The end of the whole address space wraps to 0.
  Address end() const { return table.is_fixed() ? large.limit() : table.end(); }

  // The same end as a wide address; 0 for a heap without memory.
  WideAddress wide_end() const {
    const Address last = end() - 1;
    return large.is_empty() ? 0 : last + WideAddress{1};
  }

  WideAddress memory_end() const { return WideAddress{memory.size().value} << wasm_page_log2; }

  // The bytes that the table takes when it has pages of its own and the heap ends at `end`.
  ByteCount size_of_fixed_table([[maybe_unused]] Address end) const {
    if constexpr (configuration.outgrows_table()) {
      ByteCount size = SpanTable::bytes_for(configuration.table_reach);
      while (size < SpanTable::bytes_for(end - first_page())) size <<= 6;
      return size;
    } else {
      return SpanTable::bytes_for(~first_page()) + sizeof(SpanRecord);
    }
  }

  SpanRole role_of(SpanOffset span) const { return small.role_of(table, span); }
  unsigned live_slots(SpanOffset span) const { return small.live_slots(table, span); }
};

}  // namespace granary
